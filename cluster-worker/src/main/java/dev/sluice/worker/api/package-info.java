/**
 * The worker's client of the Kubernetes API: single calls, exact bodies, errors with their Status.
 */
@NullMarked
package dev.sluice.worker.api;

import org.jspecify.annotations.NullMarked;
