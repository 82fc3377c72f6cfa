/** The {@code sluice} program: every part by itself, all in one process, and the demo. */
@NullMarked
package dev.sluice.standalone;

import org.jspecify.annotations.NullMarked;
