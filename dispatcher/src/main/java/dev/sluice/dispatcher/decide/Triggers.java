package dev.sluice.dispatcher.decide;

import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.name.CommitId;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What several reasons come to, oldest first. */
public final class Triggers {

  private Triggers() {}

  /** All of them as one; of now if there are none, as after a restart. */
  public static Trigger.Cause together(List<Trigger> triggers, Instant now) {
    List<Trigger.Cause> causes = triggers.stream().map(Trigger::cause).toList();
    return new Trigger.Cause(
        causes.stream().flatMap(cause -> cause.events().stream()).distinct().toList(),
        actor(causes),
        heardAt(causes).orElse(now),
        causes.isEmpty() ? TraceParent.start() : causes.getLast().trace());
  }

  /** Whoever acted last. */
  static Optional<String> actor(List<Trigger.Cause> causes) {
    return causes.reversed().stream().flatMap(cause -> cause.actor().stream()).findFirst();
  }

  /** When the first was heard of. */
  public static Optional<Instant> heardAt(List<Trigger.Cause> causes) {
    return causes.stream().map(Trigger.Cause::heardAt).min(Comparator.naturalOrder());
  }

  /** Where the newest event of them is in {@code changes}. */
  public static OptionalLong offset(List<Trigger> triggers) {
    return triggers.stream().flatMapToLong(trigger -> trigger.offset().stream()).max();
  }

  /** What the newest expectation is; empty if the newest says that the ref is gone. */
  public static Optional<CommitId> expected(List<Trigger> triggers) {
    return triggers.reversed().stream()
        .map(Trigger::ask)
        .filter(Trigger.Ask.Moved.class::isInstance)
        .map(ask -> ((Trigger.Ask.Moved) ask).expected())
        .findFirst()
        .flatMap(expected -> expected);
  }

  /** Whether any of them is about the ref itself, so that the remote must be asked. */
  public static boolean askRemote(List<Trigger> triggers) {
    return triggers.stream().anyMatch(trigger -> trigger.ask() instanceof Trigger.Ask.Moved);
  }
}
