/**
 * An in-process Kubernetes API server for demonstrations and tests.
 *
 * <p>{@link dev.sluice.simulated.SimulatedCluster} is the way in. A request goes through {@code
 * server} (routing, verbs, watches, Status errors), which asks {@code resource} what there is,
 * {@code schema} what an object may look like, {@code patch} and {@code apply} what becomes of it,
 * {@code admission} whether that is allowed, and {@code store} to keep it; {@code table} shows it
 * to kubectl. All state belongs to one event loop; everything but {@code server} and {@code store}
 * is pure.
 *
 * <p>One table, {@code kubernetes.types}, says what the built-in kinds look like; decoding, field
 * ownership, strategic merge and the published OpenAPI all read it, so they cannot disagree.
 */
@NullMarked
package dev.sluice.simulated;

import org.jspecify.annotations.NullMarked;
