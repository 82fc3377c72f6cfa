/**
 * Parts as processes: each by itself or all in one, with their access to clusters and their traces.
 */
@NullMarked
package dev.sluice.standalone.process;

import org.jspecify.annotations.NullMarked;
