package dev.sluice.dispatcher.decide;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.Command;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.StateRecord.Hold;
import dev.sluice.contract.event.Withheld;
import dev.sluice.contract.event.Withheld.Cause;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Decision about a command that releases withheld inputs. It lifts the cause that withholds them
 * now, and maintenance windows only if it says so. Pure.
 */
final class ReleaseDecider {

  private final ApplicationState state;
  private final String by;
  private final EventId id;
  private final Command.Release command;

  ReleaseDecider(ApplicationState state, String by, EventId id, Command.Release command) {
    this.state = state;
    this.by = by;
    this.id = id;
    this.command = command;
  }

  /** Returns the clusters in which the command lifts something. */
  Set<ClusterName> released(Set<ClusterName> clusters) {
    return clusters.stream()
        .filter(cluster -> pinned(cluster).isEmpty())
        .filter(
            cluster ->
                state
                    .withheld(cluster)
                    .filter(
                        withheld -> withheld.cause() != Cause.WINDOW || command.ignoresWindows())
                    .isPresent())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /**
   * Returns the generation to whose inputs an earlier resend pins the application, unless the
   * command lets these pass, since a new generation of them is demanded.
   */
  private Optional<Generation> pinned(ClusterName cluster) {
    return command.ignoresWindows() && state.demands().containsKey(cluster)
        ? Optional.empty()
        : Optional.ofNullable(state.holds().get(cluster)).flatMap(Hold::resent);
  }

  /** Returns why the command is refused if it lifts nothing. */
  String refusal(Set<ClusterName> clusters) {
    for (ClusterName cluster : clusters) {
      Optional<Generation> pinned = pinned(cluster);
      if (pinned.isPresent()) {
        return "%s is pinned in %s to the inputs of generation %s, so nothing else is sent: resume it first"
            .formatted(state.application(), cluster, pinned.get());
      }
    }
    return clusters.stream()
        .flatMap(cluster -> state.withheld(cluster).stream())
        .findFirst()
        .map(
            withheld ->
                "%s waits for %s, and is sent then: add --ignore-windows to send it now"
                    .formatted(state.application(), withheld.waitsFor()))
        .orElseGet(
            () -> "nothing of %s waits to be sent to %s".formatted(state.application(), clusters));
  }

  /**
   * Returns the release in a cluster. It adds to an earlier one, and is for the inputs that were
   * withheld if the policy is manual: the operator has seen no others.
   */
  Withheld.Release release(ClusterName cluster) {
    Withheld withheld = state.withheld(cluster).orElseThrow();
    Optional<Withheld.Release> earlier = withheld.release();
    Set<Cause> lifts = EnumSet.of(withheld.cause());
    if (command.ignoresWindows()) {
      lifts.add(Cause.WINDOW);
    }
    earlier.ifPresent(given -> lifts.addAll(given.lifted()));
    return new Withheld.Release(
        id,
        by,
        List.copyOf(lifts),
        lifts.contains(Cause.MANUAL) ? withheld.inputs() : Optional.empty(),
        earlier.map(Withheld.Release::commands).orElse(List.of()));
  }

  /** Returns the answer to an accepted command. */
  String message(Set<ClusterName> released) {
    Set<Cause> lifted = EnumSet.noneOf(Cause.class);
    released.forEach(cluster -> lifted.addAll(release(cluster).lifted()));
    return "released; the %s inputs are sent once Git was evaluated%s%s"
        .formatted(
            lifted.contains(Cause.MANUAL) ? "held" : "newest",
            lifted.contains(Cause.DEPENDS_ON) ? ", without waiting for other applications" : "",
            lifted.contains(Cause.WINDOW)
                ? ", without waiting for a maintenance window"
                : ", if a maintenance window allows it");
  }
}
