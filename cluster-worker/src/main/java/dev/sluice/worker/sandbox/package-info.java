/**
 * Rendering processes: limits, isolation from the worker, private directories, and waiting shells
 * that save startup time.
 */
@NullMarked
package dev.sluice.worker.sandbox;

import org.jspecify.annotations.NullMarked;
