package dev.sluice.worker.live;

import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.fleet.HealthCheck;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ObjectId;
import dev.sluice.worker.health.ObjectHealth;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The live objects of one application. Guarded by the lock of {@link LiveObjects}. */
final class LiveApplication {

  private final ApplicationName name;
  private final Map<ObjectId, LiveObjectState> objects = new LinkedHashMap<>();
  private Optional<Settled> settled = Optional.empty();
  private List<HealthCheck> checks = List.of();
  private CompletableFuture<Void> change = new CompletableFuture<>();

  LiveApplication(ApplicationName name) {
    this.name = name;
  }

  /**
   * A generation that is done.
   *
   * @param at when the worker learnt of it
   * @param isFound whether it was done before this worker began to lead
   */
  record Settled(Subject subject, Policy policy, Instant at, boolean isFound) {}

  /**
   * A copy of the state, for reports.
   *
   * @param objects all objects
   */
  record Snapshot(Settled settled, List<Seen> objects) {

    /** One object as it was seen last. */
    record Seen(ObjectRef ref, ObjectHealth health, boolean known) {}
  }

  ApplicationName name() {
    return name;
  }

  Map<ObjectId, LiveObjectState> objects() {
    return objects;
  }

  Optional<Settled> settled() {
    return settled;
  }

  void settle(Optional<Settled> now) {
    settled = now;
  }

  /** Returns a future that completes when an object is observed in another state. */
  CompletableFuture<Void> change() {
    return change;
  }

  /** Returns the future of the changes so far, to be completed; later ones get another. */
  CompletableFuture<Void> changed() {
    CompletableFuture<Void> before = change;
    change = new CompletableFuture<>();
    return before;
  }

  /** Returns the rules for the health of its objects. */
  List<HealthCheck> checks() {
    return checks;
  }

  /** Sets the rules; returns whether they differ from those before. */
  boolean check(List<HealthCheck> now) {
    boolean changed = !checks.equals(now);
    checks = now;
    return changed;
  }

  Optional<Snapshot> snapshot() {
    return settled.map(
        done ->
            new Snapshot(
                done,
                objects.values().stream()
                    .filter(object -> !object.isHook())
                    .map(
                        object ->
                            new Snapshot.Seen(object.ref(), object.health(), object.isKnown()))
                    .toList()));
  }
}
