package dev.sluice.dispatcher.decide;

import dev.sluice.contract.codec.EventStamp;
import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.CommandEvent;
import dev.sluice.contract.event.CommandEvent.Outcome.Result;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.StateRecord.Hold;
import dev.sluice.contract.event.Withheld;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Commands to an application: the last ones that were carried out, and for each cluster those whose
 * outcome is not known yet. The state keeps the latter until an evaluation that began after the
 * command has decided what is sent to the cluster.
 */
final class CommandOutcomes {

  /**
   * The number of carried-out commands that are remembered. A client that got no answer repeats its
   * command soon, so few are enough.
   */
  private static final int REMEMBERED = 20;

  /** Number of commands whose outcome in a cluster is awaited, so that the state stays small. */
  static final int AWAITED = 100;

  private final ApplicationState before;
  private final Decision decision;
  private final List<EventId> carriedOut;
  private final Map<ClusterName, List<EventId>> awaiting = new HashMap<>();
  private final Map<EventId, Set<ClusterName>> written = new HashMap<>();

  CommandOutcomes(ApplicationState before, Decision decision) {
    this.before = before;
    this.decision = decision;
    this.carriedOut = new ArrayList<>(before.carriedOut().orElse(List.of()));
    before.awaiting().ifPresent(awaiting::putAll);
  }

  /** Outcome of an evaluation in a cluster. */
  record Outcome(
      Result result, Optional<Generation> generation, Optional<FailureCode> code, String message) {

    static Outcome sent(Generation generation) {
      return new Outcome(
          Result.SENT,
          Optional.of(generation),
          Optional.empty(),
          "generation %s was sent".formatted(generation));
    }

    /**
     * Returns the outcome if recorded inputs were sent again.
     *
     * @param why these were sent although the command does not name them; empty if it does
     */
    static Outcome repeated(Generation generation, Generation earlier, Optional<String> why) {
      return new Outcome(
          Result.SENT,
          Optional.of(generation),
          Optional.empty(),
          "generation %s was sent with the recorded inputs of generation %s%s"
              .formatted(generation, earlier, why.map(": %s"::formatted).orElse("")));
    }

    /**
     * Returns the outcome if the inputs are those of the last generation.
     *
     * @param generation the last generation; empty if there is none, and there are no inputs
     */
    static Outcome same(Optional<Generation> generation) {
      return new Outcome(
          Result.SAME,
          generation,
          Optional.empty(),
          "nothing was sent: "
              + generation
                  .map("generation %s has the same inputs"::formatted)
                  .orElse("there are no inputs"));
    }

    /** Returns the outcome if what would be sent again is recorded nowhere. */
    static Outcome unrecorded(String why) {
      return new Outcome(
          Result.REFUSED, Optional.empty(), Optional.empty(), "nothing was sent: " + why);
    }

    static Outcome held(Hold hold) {
      return new Outcome(
          Result.HELD,
          Optional.empty(),
          Optional.empty(),
          "nothing was sent: %s by %s (%s)"
              .formatted(
                  hold.commit().map("pinned to %s"::formatted).orElse("suspended"),
                  hold.by(),
                  hold.reason()));
    }

    /** Returns the outcome if new inputs wait, which are sent as soon as they need not wait. */
    static Outcome withheld(Withheld withheld) {
      return new Outcome(
          Result.HELD,
          Optional.empty(),
          Optional.empty(),
          "nothing was sent: it waits for %s (%s); sluice release%s sends it now"
              .formatted(
                  withheld.waitsFor(),
                  withheld.cause().word(),
                  withheld.cause() == Withheld.Cause.WINDOW ? " --ignore-windows" : ""));
    }

    static Outcome refused(Failure failure, boolean demanded) {
      return new Outcome(
          Result.REFUSED,
          Optional.empty(),
          Optional.of(failure.code()),
          "nothing was sent: %s%s"
              .formatted(
                  failure.message(),
                  demanded ? "; a generation is sent once the sources are valid" : ""));
    }

    static Outcome removed() {
      return new Outcome(
          Result.REFUSED,
          Optional.empty(),
          Optional.empty(),
          "nothing was sent: the fleet no longer has the application in this cluster");
    }

    /** Returns the outcome of the oldest command if too many wait. */
    static Outcome crowdedOut() {
      return new Outcome(
          Result.REFUSED,
          Optional.empty(),
          Optional.empty(),
          "%d later commands for this application in this cluster are waiting, so the outcome of this one is not recorded; see the outcome of the newest one"
              .formatted(AWAITED));
    }

    /** Returns the outcome if the remote of a ref cannot be read now. */
    static Outcome waiting(RefKey key, FailureCode code, String reason) {
      return new Outcome(
          Result.WAITING,
          Optional.empty(),
          Optional.of(code),
          "nothing was sent yet: %s %s cannot be read now and will be read again: %s"
              .formatted(key.repository(), key.ref(), reason));
    }
  }

  /** Records that this decision carries the command out, so that it is not carried out again. */
  void carryOut(EventId command) {
    carriedOut.add(command);
    if (carriedOut.size() > REMEMBERED) {
      carriedOut.removeFirst();
    }
  }

  /** Returns the commands that were carried out last, for the state. */
  Optional<List<EventId>> carriedOut() {
    return carriedOut.isEmpty() ? Optional.empty() : Optional.of(List.copyOf(carriedOut));
  }

  /** Awaits the outcome of a command. If too many commands wait, the oldest one is given up. */
  void await(ClusterName cluster, EventId command) {
    List<EventId> all = new ArrayList<>(awaiting.getOrDefault(cluster, List.of()));
    all.add(command);
    if (all.size() > AWAITED) {
      write(all.removeFirst(), cluster, Outcome.crowdedOut());
    }
    awaiting.put(cluster, all);
  }

  /** Returns the clusters in which a command has an outcome in this decision, or awaits one. */
  Set<ClusterName> concerned(EventId command) {
    Set<ClusterName> clusters = of(command);
    clusters.addAll(written.getOrDefault(command, Set.of()));
    return clusters;
  }

  /** Returns the clusters in which the outcome of a command is not known yet. */
  private Set<ClusterName> of(EventId command) {
    Set<ClusterName> clusters = new TreeSet<>();
    awaiting.forEach(
        (cluster, commands) -> {
          if (commands.contains(command)) {
            clusters.add(cluster);
          }
        });
    return clusters;
  }

  Set<ClusterName> clusters() {
    return Set.copyOf(awaiting.keySet());
  }

  /** Writes the outcome for each of these commands whose outcome in the cluster is not known. */
  void reached(ClusterName cluster, Set<EventId> commands, Outcome outcome) {
    List<EventId> left = new ArrayList<>();
    for (EventId command : awaiting.getOrDefault(cluster, List.of())) {
      if (commands.contains(command)) {
        write(command, cluster, outcome);
      } else {
        left.add(command);
      }
    }
    awaiting.put(cluster, left);
  }

  /** Writes the outcome for all commands whose outcome in the cluster is not known. */
  void reached(ClusterName cluster, Outcome outcome) {
    reached(cluster, Set.copyOf(awaiting.getOrDefault(cluster, List.of())), outcome);
  }

  /**
   * Writes an outcome that another one follows, for those of these commands that wait for one.
   *
   * @return the commands for which it was written
   */
  Set<EventId> waiting(Set<EventId> commands, Outcome outcome) {
    Set<EventId> told = new HashSet<>();
    awaiting.forEach(
        (cluster, all) ->
            all.stream()
                .filter(commands::contains)
                .forEach(
                    command -> {
                      write(command, cluster, outcome);
                      told.add(command);
                    }));
    return told;
  }

  /**
   * Writes the outcome of the command that demanded the generation which was sent. The command may
   * have another outcome already, such as that the sources were refused.
   */
  void demanded(EventId command, ClusterName cluster, Outcome outcome) {
    if (of(command).contains(cluster)) {
      reached(cluster, Set.of(command), outcome);
    } else {
      write(command, cluster, outcome);
    }
  }

  /** Writes an outcome of a command; a command may have several, of which the last one counts. */
  void write(EventId command, ClusterName cluster, Outcome outcome) {
    written.computeIfAbsent(command, _ -> new HashSet<>()).add(cluster);
    before
        .definition()
        .map(Definition::owningRepository)
        .or(before::retiredOwner)
        .ifPresent(
            repository ->
                decision.add(
                    decision.encoded(
                        EventId.of("outcome", command, cluster, EventStamp.next(decision.now())),
                        new CommandEvent.Outcome(
                            repository,
                            command,
                            before.application(),
                            cluster,
                            outcome.result(),
                            outcome.generation(),
                            outcome.code(),
                            outcome.message()))));
  }

  /** Returns the commands whose outcome is not known yet, for the state. */
  Optional<Map<ClusterName, List<EventId>>> left() {
    return Optional.of(awaiting);
  }
}
