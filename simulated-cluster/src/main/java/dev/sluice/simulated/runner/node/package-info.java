/** Rules of a node: pods that run, fail or end, volumes that are bound, load balancers. */
@NullMarked
package dev.sluice.simulated.runner.node;

import org.jspecify.annotations.NullMarked;
