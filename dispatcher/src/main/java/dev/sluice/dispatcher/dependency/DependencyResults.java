package dev.sluice.dispatcher.dependency;

import dev.sluice.contract.event.DependencyStanding;
import dev.sluice.contract.event.DependencyStanding.Phase;
import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.Waiting;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.fleet.Dependency;
import dev.sluice.contract.health.Health;
import dev.sluice.contract.name.Generation;
import dev.sluice.dispatcher.decide.DependencyKey;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The workers' newest results about applications that others depend on. Pure. */
final class DependencyResults {

  private final Map<DependencyKey, Sync> syncs = new HashMap<>();
  private final Map<DependencyKey, Observed> health = new HashMap<>();

  /** The last result of the worker about a generation. */
  private record Sync(Generation generation, Phase phase, String reason) {

    static Optional<Sync> of(Generation generation, DependencyStanding told) {
      return switch (told.phase()) {
        case ABSENT, NOT_SENT, SENT -> Optional.empty();
        case PARKED -> Optional.of(new Sync(generation, Phase.PARKED, told.reason()));
        case APPLIED, HEALTHY -> Optional.of(new Sync(generation, Phase.APPLIED, "is applied"));
      };
    }
  }

  /** The last observed health of a generation. */
  private record Observed(Generation generation, Health health, Instant since) {

    DependencyStanding standing() {
      return health == Health.HEALTHY
          ? new DependencyStanding(Optional.of(generation), Phase.HEALTHY, "is healthy")
          : new DependencyStanding(
              Optional.of(generation),
              Phase.APPLIED,
              "is applied, and %s since %s"
                  .formatted(health.word(), since.truncatedTo(ChronoUnit.SECONDS)));
    }
  }

  /** Records a result; returns whether it may change the standing. */
  boolean replay(DependencyKey key, ResultEvent.OfTarget result, Instant at) {
    Generation generation = result.subject().generation();
    switch (result) {
      case ResultEvent.Applied applied when applied.kept().isPresent() ->
          syncs.put(
              key,
              new Sync(
                  generation,
                  Phase.SENT,
                  "has not deleted all objects that generation %s removes yet"
                      .formatted(generation)));
      case ResultEvent.Applied _, ResultEvent.Unchanged _ ->
          syncs.put(key, new Sync(generation, Phase.APPLIED, "is applied"));
      case ResultEvent.Parked parked -> parked(key, generation, parked.failure().code(), at);
      case ObservedEvent.OfHealth observed ->
          health.put(
              key,
              new Observed(generation, observed.observed().health(), observed.observed().since()));
      case ResultEvent.Dispatched _,
          ResultEvent.Planned _,
          Waiting _,
          ResultEvent.Superseded _,
          ResultEvent.Retrying _,
          ResultEvent.Removed _,
          ResultEvent.Fenced _,
          ObservedEvent.Drifted _,
          ObservedEvent.DriftEnded _,
          ObservedEvent.Healed _,
          ObservedEvent.Contended _ -> {
        return false;
      }
    }
    return true;
  }

  /** Records that a generation is parked; a further attempt that fails alike changes nothing. */
  private void parked(DependencyKey key, Generation generation, FailureCode code, Instant at) {
    Sync last = syncs.get(key);
    if (last == null
        || !last.generation().equals(generation)
        || last.phase() != Phase.PARKED
        || !last.reason().endsWith("(%s)".formatted(code))) {
      String reason = "is Parked since %s (%s)".formatted(at.truncatedTo(ChronoUnit.SECONDS), code);
      syncs.put(key, new Sync(generation, Phase.PARKED, reason));
    }
  }

  /** Forgets an application that no other depends on any more. */
  void forget(DependencyKey key) {
    syncs.remove(key);
    health.remove(key);
  }

  /**
   * Returns the standing of a generation by its results, and as it was last told as far as there
   * are none: retention may have deleted them.
   */
  DependencyStanding standing(
      DependencyKey key, Generation sent, Optional<DependencyStanding> told) {
    Optional<DependencyStanding> last =
        told.filter(standing -> standing.sent().equals(Optional.of(sent)));
    Optional<Sync> sync =
        Optional.ofNullable(syncs.get(key))
            .filter(known -> known.generation().equals(sent))
            .or(() -> last.flatMap(standing -> Sync.of(sent, standing)));
    if (sync.isEmpty()) {
      return DependencyStanding.sent(sent);
    }
    if (sync.get().phase() != Phase.APPLIED) {
      return new DependencyStanding(Optional.of(sent), sync.get().phase(), sync.get().reason());
    }
    return Optional.ofNullable(health.get(key))
        .filter(observed -> observed.generation().equals(sent))
        .map(Observed::standing)
        .or(() -> last.filter(standing -> standing.satisfies(Dependency.Until.APPLIED)))
        .orElseGet(
            () ->
                new DependencyStanding(
                    Optional.of(sent),
                    Phase.APPLIED,
                    "is applied, and its health is not known yet"));
  }
}
