/**
 * What a terminal shows of a running process: the steps of its start, pushes and what they change.
 */
@NullMarked
package dev.sluice.standalone.console;

import org.jspecify.annotations.NullMarked;
