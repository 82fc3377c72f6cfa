/** The {@code sluice} program: each part alone, all in one process, and the demo. */
@NullMarked
package dev.sluice.standalone;

import org.jspecify.annotations.NullMarked;
