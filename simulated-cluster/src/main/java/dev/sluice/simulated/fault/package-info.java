/** Faults that tests inject into the simulated API server. */
@NullMarked
package dev.sluice.simulated.fault;

import org.jspecify.annotations.NullMarked;
