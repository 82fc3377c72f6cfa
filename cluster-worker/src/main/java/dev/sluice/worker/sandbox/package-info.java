/**
 * Processes that render: limits, isolation from the worker, private directories, and waiting shells
 * that save their start.
 */
@NullMarked
package dev.sluice.worker.sandbox;

import org.jspecify.annotations.NullMarked;
