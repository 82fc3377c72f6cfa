package dev.sluice.standalone.verify;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.event.ObjectDifference.Field;
import dev.sluice.contract.event.ObjectDrift;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.Waiting;
import dev.sluice.contract.health.Health;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.ObjectId;
import dev.sluice.standalone.verify.LogEvidence.Lane;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The health and the drift that the results show of an application in a cluster, and the rules that
 * they are true when nothing is being synced or put back. Pure.
 */
final class ShownState {

  /** The state of an application about which nothing was reported. */
  static final ShownState NOTHING = new ShownState();

  private Optional<Generation> generation = Optional.empty();
  private Optional<Health> health = Optional.empty();
  private final Map<ObjectId, ObjectDrift> drift = new HashMap<>();
  private final Set<ObjectId> contended = new HashSet<>();
  private boolean omits;
  private boolean heals;

  private ShownState() {}

  /** Returns the state of each application in each cluster after all results. */
  static Map<Lane, ShownState> of(List<Envelope<ResultEvent>> results) {
    Map<Lane, ShownState> states = new HashMap<>();
    for (Envelope<ResultEvent> result : results) {
      if (result.event() instanceof ResultEvent.OfTarget event) {
        states.computeIfAbsent(Lane.of(event.subject()), _ -> new ShownState()).add(event);
      }
    }
    return states;
  }

  private void add(ResultEvent.OfTarget event) {
    switch (event) {
      case ResultEvent.Applied _, ResultEvent.Unchanged _, ResultEvent.Removed _ -> {
        clearDrift();
        if (!generation.equals(Optional.of(event.subject().generation()))) {
          health = Optional.empty();
        }
        generation = Optional.of(event.subject().generation());
      }
      case ObservedEvent.OfHealth it -> {
        Generation of = it.subject().generation();
        if (generation.filter(known -> known.isAfter(of)).isEmpty()) {
          generation = Optional.of(of);
          health = Optional.of(it.observed().health());
        }
      }
      case ObservedEvent.Drifted it -> {
        Set<ObjectId> before = Set.copyOf(contended);
        clearDrift();
        it.objects().forEach(object -> drift.put(object.object().id(), object));
        before.stream().filter(drift::containsKey).forEach(contended::add);
        omits = it.omitted().isPresent();
        heals = it.heals();
      }
      case ObservedEvent.DriftEnded _ -> clearDrift();
      case ObservedEvent.Healed it ->
          it.changes()
              .forEach(
                  change -> {
                    drift.remove(change.object().id());
                    contended.remove(change.object().id());
                  });
      case ObservedEvent.Contended it -> contended.add(it.object().id());
      case ResultEvent.Dispatched _,
          ResultEvent.Planned _,
          Waiting _,
          ResultEvent.Superseded _,
          ResultEvent.Retrying _,
          ResultEvent.Parked _,
          ResultEvent.Fenced _ -> {}
    }
  }

  private void clearDrift() {
    drift.clear();
    contended.clear();
    omits = false;
  }

  /**
   * Returns what is wrong with an object: it differs from Git and that is not shown, or the shown
   * drift is not how it differs. Drift that is about to be healed does not count as shown.
   *
   * @param changes the paths of the fields that applying it again would change; empty if the object
   *     does not exist
   */
  Optional<String> problem(ObjectRef object, Optional<List<String>> changes) {
    Optional<ObjectDrift> shown = Optional.ofNullable(drift.get(object.id()));
    Optional<ObjectDrift> left = shown.filter(_ -> !heals || contended.contains(object.id()));
    return left.isPresent() ? untrue(left.get(), changes) : unshown(changes, shown.isPresent());
  }

  private Optional<String> unshown(Optional<List<String>> changes, boolean healing) {
    if (changes.filter(List::isEmpty).isPresent()) {
      return healing ? Optional.of("is what Git says, but is shown as drifted") : Optional.empty();
    }
    if (omits) {
      return Optional.empty();
    }
    return Optional.of(
        changes
            .map(paths -> "is not what Git says, in " + String.join(", ", paths))
            .orElse("is not in the cluster"));
  }

  private static Optional<String> untrue(ObjectDrift drift, Optional<List<String>> changes) {
    if (drift.kind() == ObjectDrift.Kind.RETURNED) {
      return changes.isEmpty()
          ? Optional.empty()
          : Optional.of("is part of the application, but is shown as created again by others");
    }
    if (changes.isEmpty() || drift.kind() == ObjectDrift.Kind.DELETED) {
      return changes.isEmpty() && drift.kind() == ObjectDrift.Kind.DELETED
          ? Optional.empty()
          : Optional.of(
              changes.isEmpty()
                  ? "is not in the cluster, but is shown as " + word(drift)
                  : "is in the cluster, but is shown as deleted");
    }
    Set<String> shown = new TreeSet<>(drift.fields().stream().map(Field::path).toList());
    Set<String> actual = new TreeSet<>(changes.get());
    boolean isUnknown = drift.kind() == ObjectDrift.Kind.CHANGED && shown.isEmpty();
    boolean isTrue = isUnknown ? !actual.isEmpty() : shown.equals(actual);
    return isTrue
        ? Optional.empty()
        : Optional.of(
            "differs from Git in %s, but is shown as %s in %s"
                .formatted(actual, word(drift), shown));
  }

  private static String word(ObjectDrift drift) {
    return switch (drift.kind()) {
      case CHANGED -> "changed";
      case TAKEN_OVER -> "taken over";
      case DELETED -> "deleted";
      case RETURNED -> "created again";
    };
  }

  /**
   * Returns what is wrong with the shown health of a generation. A health that is shown as unknown,
   * or not at all, is not judged.
   *
   * @param unhealthy the objects that are not healthy by the rules, each with its health and reason
   */
  Optional<String> problemOfHealth(Generation done, Map<ObjectRef, String> unhealthy) {
    if (!generation.equals(Optional.of(done)) || health.isEmpty()) {
      return Optional.empty();
    }
    return switch (health.get()) {
      case HEALTHY ->
          unhealthy.isEmpty()
              ? Optional.empty()
              : Optional.of("is shown as Healthy, but " + first(unhealthy));
      case UNKNOWN -> Optional.empty();
      case SUSPENDED, PROGRESSING, MISSING, DEGRADED ->
          unhealthy.isEmpty()
              ? Optional.of(
                  "is shown as %s, but all objects are healthy".formatted(health.get().word()))
              : Optional.empty();
    };
  }

  private static String first(Map<ObjectRef, String> unhealthy) {
    Map.Entry<ObjectRef, String> first = new TreeMap<>(unhealthy).firstEntry();
    return "%s is %s".formatted(first.getKey(), first.getValue());
  }

  /** Returns whether the health of a generation is shown. */
  boolean hasHealth(Generation done) {
    return generation.equals(Optional.of(done)) && health.isPresent();
  }
}
