package dev.sluice.contract.event;

import dev.sluice.contract.fleet.Dependency;
import dev.sluice.contract.name.Generation;
import java.util.Optional;

/**
 * How far an application that others depend on is in a cluster.
 *
 * @param sent the newest generation that was sent; empty if none was
 * @param phase the progress of this generation
 * @param reason the progress in words, which follow the application's name
 */
public record DependencyStanding(Optional<Generation> sent, Phase phase, String reason) {

  /** Progress of the newest generation. */
  public enum Phase {
    /** The fleet does not have the application in the cluster. */
    ABSENT,
    /** Nothing was sent, or something newer is not sent yet. */
    NOT_SENT,
    /** It was sent, and has no result that ends it. */
    SENT,
    /** It cannot be applied until something changes. */
    PARKED,
    /** It was applied, and is not known to be healthy. */
    APPLIED,
    /** It was applied, and its objects are healthy. */
    HEALTHY
  }

  /** Returns the standing of a generation that was sent and has no result yet. */
  public static DependencyStanding sent(Generation generation) {
    return new DependencyStanding(
        Optional.of(generation),
        Phase.SENT,
        "has not applied generation %s yet".formatted(generation));
  }

  /** Returns whether a dependent application need not wait any longer. */
  public boolean satisfies(Dependency.Until until) {
    return switch (until) {
      case APPLIED -> phase == Phase.APPLIED || phase == Phase.HEALTHY;
      case HEALTHY -> phase == Phase.HEALTHY;
    };
  }
}
