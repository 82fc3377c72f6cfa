package dev.sluice.dispatcher.decide;

import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Functions over triggers, oldest first. */
public final class Triggers {

  private Triggers() {}

  /**
   * Returns the merged cause of all triggers; one with the current time if there are none, as after
   * a restart.
   */
  public static Trigger.Cause merge(List<Trigger> triggers, Instant now) {
    List<Trigger.Cause> causes = triggers.stream().map(Trigger::cause).toList();
    return new Trigger.Cause(
        causes.stream().flatMap(cause -> cause.events().stream()).distinct().toList(),
        latestActor(causes),
        heardAt(causes).orElse(now),
        causes.isEmpty() ? TraceParent.start() : causes.getLast().trace());
  }

  /** Returns the newest known actor. */
  static Optional<String> latestActor(List<Trigger.Cause> causes) {
    return causes.reversed().stream().flatMap(cause -> cause.actor().stream()).findFirst();
  }

  /** Returns when the first change was received. */
  public static Optional<Instant> heardAt(List<Trigger.Cause> causes) {
    return causes.stream().map(Trigger.Cause::heardAt).min(Comparator.naturalOrder());
  }

  /** Returns the offset of the newest event in {@code changes}. */
  public static OptionalLong newestOffset(List<Trigger> triggers) {
    return triggers.stream().flatMapToLong(trigger -> trigger.offset().stream()).max();
  }

  /**
   * Returns the newest announced commit; empty if the newest event says that the ref is gone. In a
   * range of versions, an event ends only what was announced of the same tag.
   */
  public static Optional<CommitId> newestExpectation(List<Trigger> triggers) {
    Set<GitRef> newer = new HashSet<>();
    for (Trigger trigger : triggers.reversed()) {
      if (trigger.reason() instanceof Trigger.Reason.RefMoved moved
          && moved.tag().map(newer::add).orElse(true)
          && (moved.expected().isPresent() || moved.tag().isEmpty())) {
        return moved.expected();
      }
    }
    return Optional.empty();
  }

  /** Returns whether any trigger is about the ref itself, so that the remote must be fetched. */
  public static boolean requireFetch(List<Trigger> triggers) {
    return triggers.stream()
        .anyMatch(trigger -> trigger.reason() instanceof Trigger.Reason.RefMoved);
  }
}
