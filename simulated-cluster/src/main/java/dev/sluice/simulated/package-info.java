/**
 * In-process Kubernetes API server for demonstrations and tests.
 *
 * <p>{@link dev.sluice.simulated.SimulatedCluster} is the entry point. A request passes through
 * {@code server} (routing, verbs, watches, Status errors), which uses {@code resource} (the
 * resources that exist), {@code schema} (their types), {@code patch} and {@code apply} (the changed
 * object), {@code admission} (defaults and validation), {@code store} (persistence) and {@code
 * table} (the tables of kubectl). One event loop owns all state; every package except {@code
 * server} and {@code store} is pure. {@code runner} is a client of the server that runs pods.
 *
 * <p>One table, {@code kubernetes.types}, describes the built-in kinds. Decoding, field ownership,
 * strategic merge and the published OpenAPI all read it, so they cannot disagree.
 */
@NullMarked
package dev.sluice.simulated;

import org.jspecify.annotations.NullMarked;
