/** Loop that runs the rules of controllers: a plan for each changed object, and its writes. */
@NullMarked
package dev.sluice.simulated.runner.control;

import org.jspecify.annotations.NullMarked;
