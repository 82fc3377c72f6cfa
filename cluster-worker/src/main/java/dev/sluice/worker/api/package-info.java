/**
 * The Kubernetes API as the worker uses it: single calls, exact bodies, errors with their Status.
 */
@NullMarked
package dev.sluice.worker.api;

import org.jspecify.annotations.NullMarked;
