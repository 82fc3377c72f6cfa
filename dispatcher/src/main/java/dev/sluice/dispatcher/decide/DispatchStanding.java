package dev.sluice.dispatcher.decide;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.DependencyStanding;
import dev.sluice.contract.event.DependencyStanding.Phase;
import dev.sluice.contract.event.StateRecord.Dispatched;
import dev.sluice.contract.event.StateRecord.Hold;
import dev.sluice.contract.event.Withheld;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import java.util.Optional;

/**
 * The part of a dependency's standing that its own partition decides: whether its newest inputs
 * were sent. Pure.
 */
public final class DispatchStanding {

  private DispatchStanding() {}

  /**
   * Returns the standing if the newest inputs of an application were not sent to a cluster; empty
   * if they were, so that the worker's results decide.
   *
   * @param state empty if the application is not known
   */
  public static Optional<DependencyStanding> ofUnsent(
      Optional<ApplicationState> state, ClusterName cluster) {
    if (state.flatMap(ApplicationState::definition).isEmpty()) {
      return standing(Optional.empty(), Phase.ABSENT, "is not in the fleet");
    }
    ApplicationState known = state.get();
    Optional<Generation> sent = sent(known, cluster);
    boolean isSelected =
        known.definition().orElseThrow().clusters().stream()
            .anyMatch(target -> target.name().equals(cluster));
    if (!isSelected) {
      return standing(sent, Phase.ABSENT, "does not go to this cluster");
    }
    if (known.refused().containsKey(cluster)) {
      return standing(sent, Phase.NOT_SENT, "is not sent, because its sources are refused");
    }
    Hold hold = known.holds().get(cluster);
    if (hold != null) {
      return standing(
          sent,
          Phase.NOT_SENT,
          "is %s by %s since %s (%s)"
              .formatted(
                  hold.commit().map("pinned to %s"::formatted).orElse("suspended"),
                  hold.by(),
                  hold.since(),
                  hold.reason()));
    }
    Optional<Withheld> unsent = known.unsent(cluster);
    if (unsent.isPresent()) {
      return standing(
          sent, Phase.NOT_SENT, "waits itself (%s)".formatted(unsent.get().cause().word()));
    }
    return sent.isEmpty()
        ? standing(sent, Phase.NOT_SENT, "has not been sent yet")
        : Optional.empty();
  }

  /** Returns the newest generation that was sent, unless it is a removal. */
  public static Optional<Generation> sent(ApplicationState state, ClusterName cluster) {
    return Optional.ofNullable(state.dispatched().get(cluster))
        .filter(last -> last.inputDigest().isPresent())
        .map(Dispatched::generation);
  }

  private static Optional<DependencyStanding> standing(
      Optional<Generation> sent, Phase phase, String reason) {
    return Optional.of(new DependencyStanding(sent, phase, reason));
  }
}
