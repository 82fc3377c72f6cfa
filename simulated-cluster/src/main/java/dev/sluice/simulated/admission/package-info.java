/** Defaults and validation of objects in the API server. Pure functions. */
@NullMarked
package dev.sluice.simulated.admission;

import org.jspecify.annotations.NullMarked;
