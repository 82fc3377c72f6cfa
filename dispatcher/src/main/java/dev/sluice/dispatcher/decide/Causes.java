package dev.sluice.dispatcher.decide;

import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.name.CommitId;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What several reasons come to, oldest first. */
public final class Causes {

  private Causes() {}

  /** All of them as one; of now if there are none, as after a restart. */
  public static Hint.Cause together(List<Hint> hints, Instant now) {
    List<Hint.Cause> causes = hints.stream().map(Hint::cause).toList();
    return new Hint.Cause(
        causes.stream().flatMap(cause -> cause.events().stream()).distinct().toList(),
        actor(causes),
        heardAt(causes).orElse(now),
        causes.isEmpty() ? TraceParent.start() : causes.getLast().trace());
  }

  /** Whoever acted last. */
  static Optional<String> actor(List<Hint.Cause> causes) {
    return causes.reversed().stream().flatMap(cause -> cause.actor().stream()).findFirst();
  }

  /** When the first was heard of. */
  public static Optional<Instant> heardAt(List<Hint.Cause> causes) {
    return causes.stream().map(Hint.Cause::heardAt).min(Comparator.naturalOrder());
  }

  /** Where the newest event of them is in {@code changes}. */
  public static OptionalLong offset(List<Hint> hints) {
    return hints.stream().flatMapToLong(hint -> hint.offset().stream()).max();
  }

  /** What the newest expectation is; empty if the newest says that the ref is gone. */
  public static Optional<CommitId> expected(List<Hint> hints) {
    return hints.reversed().stream()
        .map(Hint::ask)
        .filter(Hint.Ask.Moved.class::isInstance)
        .map(ask -> ((Hint.Ask.Moved) ask).expected())
        .findFirst()
        .flatMap(expected -> expected);
  }

  /** Whether any of them is about the ref itself, so that the remote must be asked. */
  public static boolean askRemote(List<Hint> hints) {
    return hints.stream().anyMatch(hint -> hint.ask() instanceof Hint.Ask.Moved);
  }
}
