/**
 * Output of a running process to the terminal: the steps of its start, pushes and their results.
 */
@NullMarked
package dev.sluice.standalone.console;

import org.jspecify.annotations.NullMarked;
