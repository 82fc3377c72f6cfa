/** What the API server adds to objects, and what it refuses in them. Pure functions. */
@NullMarked
package dev.sluice.simulated.admission;

import org.jspecify.annotations.NullMarked;
