/** The three patch formats of the API server other than apply. Pure functions. */
@NullMarked
package dev.sluice.simulated.patch;

import org.jspecify.annotations.NullMarked;
