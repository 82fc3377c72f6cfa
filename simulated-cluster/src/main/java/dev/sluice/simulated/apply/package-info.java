/** Server-side apply: field paths and sets, ownership, merging, conflicts. Pure functions. */
@NullMarked
package dev.sluice.simulated.apply;

import org.jspecify.annotations.NullMarked;
