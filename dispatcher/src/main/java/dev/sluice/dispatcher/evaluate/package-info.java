/**
 * Evaluations: reads from Git which applications a change affects, and what their inputs are now.
 */
@NullMarked
package dev.sluice.dispatcher.evaluate;

import org.jspecify.annotations.NullMarked;
