package dev.sluice.standalone.verify;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.CommandEvent;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.StateRecord;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.event.Waiting;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.standalone.verify.LogEvidence.Lane;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Rules for the topics alone, when nothing is being synced. */
final class LogRules {

  private final LogEvidence log;
  private final List<Violation> violations = new ArrayList<>();

  private LogRules(LogEvidence log) {
    this.log = log;
  }

  static List<Violation> check(LogEvidence log) {
    LogRules rules = new LogRules(log);
    rules.checkChanges();
    rules.checkTargetsEnded();
    rules.checkOrder();
    rules.checkNoRepetition();
    rules.checkDeadLetters();
    rules.checkCauses();
    rules.violations.addAll(ClosedOnce.check(log.deadLetters()));
    rules.violations.addAll(ApprovalRules.check(log.changes()));
    rules.violations.addAll(UniqueIds.check(log.changes()));
    rules.violations.addAll(UniqueIds.check(log.syncs()));
    rules.violations.addAll(UniqueIds.check(log.results()));
    rules.violations.addAll(UniqueIds.check(log.deadLetters()));
    return List.copyOf(rules.violations);
  }

  /** Checks I1: no followed ref waits for Git, and every change to one has been evaluated. */
  private void checkChanges() {
    Map<String, StateRecord.RefState> refs = new HashMap<>();
    Map<String, Set<GitRef>> followed = new HashMap<>();
    for (StateRecord state : log.states()) {
      switch (state) {
        case StateRecord.RefState ref -> refs.put(ref.key(), ref);
        case StateRecord.RepositoryState _, StateRecord.DependencyState _ -> {}
        case ApplicationState application ->
            application
                .definition()
                .ifPresent(
                    definition ->
                        definition
                            .sources()
                            .forEach(
                                source ->
                                    followed
                                        .computeIfAbsent(
                                            source.repository().value(), _ -> new HashSet<>())
                                        .add(source.ref())));
      }
    }
    refs.values().stream()
        .filter(ref -> ref.pending().isPresent())
        .forEach(ref -> report(Guarantee.I1_DURABLE, ref.key(), "a change still waits for Git"));
    log.changes().stream()
        .map(Envelope::event)
        .filter(ChangeEvent.RefChanged.class::isInstance)
        .map(ChangeEvent.RefChanged.class::cast)
        .flatMap(change -> followed(change, followed))
        .distinct()
        .filter(key -> !refs.containsKey(key))
        .forEach(
            key ->
                report(
                    Guarantee.I1_DURABLE,
                    key,
                    "was changed, but the dispatcher has not evaluated it"));
  }

  /**
   * Returns the keys of the followed refs that a change may concern. Events may name repositories
   * in another case.
   */
  private static Stream<String> followed(
      ChangeEvent.RefChanged change, Map<String, Set<GitRef>> followed) {
    return followed.entrySet().stream()
        .filter(entry -> entry.getKey().equalsIgnoreCase(change.repository().value()))
        .flatMap(
            entry ->
                entry.getValue().stream()
                    .filter(ref -> ref.follows(change.ref()))
                    .map(ref -> StateRecord.RefState.keyOf(new RepositoryId(entry.getKey()), ref)));
  }

  /** Checks I1: every target ends: applied, unchanged, removed, parked or superseded. */
  private void checkTargetsEnded() {
    Map<Lane, Generation> ended = new HashMap<>();
    for (ResultEvent.OfTarget result : results()) {
      if (isEnd(result)) {
        newest(ended, Lane.of(result.subject()), result.subject().generation());
      }
    }
    log.desired()
        .forEach(
            (lane, desired) -> {
              Optional<Generation> last = Optional.ofNullable(ended.get(lane));
              if (desired.generation().isAfter(last)) {
                report(
                    Guarantee.I1_DURABLE,
                    lane.toString(),
                    "generation %s has no end in the results; the last with one is %s"
                        .formatted(
                            desired.generation(), last.map(Generation::toString).orElse("none")));
              }
            });
  }

  /** Checks I2: the applied generations of an application in a cluster only rise. */
  private void checkOrder() {
    Map<Lane, Generation> highest = new HashMap<>();
    for (ResultEvent.OfTarget result : results()) {
      if (!isSuccess(result)) {
        continue;
      }
      Lane lane = Lane.of(result.subject());
      Generation generation = result.subject().generation();
      Optional<Generation> before = Optional.ofNullable(highest.get(lane));
      if (before.isPresent() && before.get().isAfter(generation)) {
        report(
            Guarantee.I2_ORDERED,
            lane.toString(),
            "generation %s was applied after %s".formatted(generation, before.get()));
      }
      newest(highest, lane, generation);
    }
  }

  /** Checks I6 and I2: consecutive targets differ, unless commanded, and generations rise. */
  private void checkNoRepetition() {
    Set<EventId> commands =
        log.changes().stream()
            .filter(change -> change.event() instanceof CommandEvent.Given)
            .map(change -> change.id())
            .collect(Collectors.toSet());
    Map<Lane, SyncEvent> previous = new HashMap<>();
    for (Envelope<SyncEvent> envelope : log.syncs()) {
      SyncEvent sync = envelope.event();
      SyncEvent before = previous.put(Lane.of(sync), sync);
      if (before == null) {
        continue;
      }
      if (!sync.generation().isAfter(before.generation())) {
        report(
            Guarantee.I2_ORDERED,
            Lane.of(sync).toString(),
            "generation %s was sent after %s".formatted(sync.generation(), before.generation()));
      }
      if (sync instanceof SyncEvent.Target now
          && before instanceof SyncEvent.Target then
          && sync.generation().equals(before.generation().next())
          && now.inputDigest().equals(then.inputDigest())
          && now.provenance().causes().stream().noneMatch(commands::contains)) {
        report(
            Guarantee.I6_MINIMAL_AND_EXACT,
            Lane.of(sync).toString(),
            "generation %s repeats the inputs of the one before".formatted(sync.generation()));
      }
    }
  }

  /** Checks I7: dead letters name a cause and close at success; a parked lane has an open one. */
  private void checkDeadLetters() {
    Map<DeadLetterId, DeadLetterEvent.Opened> known = new HashMap<>();
    Map<DeadLetterId, DeadLetterEvent.Opened> open = new LinkedHashMap<>();
    for (Envelope<DeadLetterEvent> envelope : log.deadLetters()) {
      switch (envelope.event()) {
        case DeadLetterEvent.Opened opened -> {
          known.put(opened.entry(), opened);
          open.put(opened.entry(), opened);
          if (opened.failure().message().isBlank() || opened.failure().code().value().isBlank()) {
            report(Guarantee.I7_DEAD_LETTERS, opened.entry().value(), "names no cause");
          }
        }
        case DeadLetterEvent.Retried retried -> {
          // one that was closed is open again: its worker ended before it had recorded the closing
          DeadLetterEvent.Opened opened = known.get(retried.entry());
          if (opened == null) {
            report(
                Guarantee.I7_DEAD_LETTERS,
                retried.entry().value(),
                "was retried, but was never opened");
          } else {
            open.put(retried.entry(), opened);
          }
        }
        case DeadLetterEvent.Closed closed -> open.remove(closed.entry());
      }
    }
    Map<Lane, ResultEvent.OfTarget> last = new HashMap<>();
    results().stream()
        .filter(LogRules::isEnd)
        .forEach(result -> last.put(Lane.of(result.subject()), result));
    Set<Lane> lanesWithOpenEntries = new HashSet<>();
    for (DeadLetterEvent.Opened entry : open.values()) {
      if (entry.subject().isEmpty()) {
        continue;
      }
      Subject subject = entry.subject().get();
      Lane lane = Lane.of(subject);
      boolean ofSources = LogEvidence.isOfSources(entry, subject);
      if (!ofSources) {
        lanesWithOpenEntries.add(lane);
      }
      // refused sources name the generation that was sent before; a later one closes the entry
      Generation closing = ofSources ? subject.generation().next() : subject.generation();
      Optional.ofNullable(last.get(lane))
          .filter(LogRules::isSuccess)
          .map(result -> result.subject().generation())
          .filter(generation -> generation.compareTo(closing) >= 0)
          .ifPresent(
              generation ->
                  report(
                      Guarantee.I7_DEAD_LETTERS,
                      entry.entry().value(),
                      "is open although generation %s succeeded".formatted(generation)));
    }
    last.forEach(
        (lane, result) -> {
          if (result instanceof ResultEvent.Parked && !lanesWithOpenEntries.contains(lane)) {
            report(Guarantee.I7_DEAD_LETTERS, lane.toString(), "is parked without an open entry");
          }
        });
  }

  /** Checks I8: every target names events that caused it, and every result names its target. */
  private void checkCauses() {
    Set<EventId> changes =
        log.changes().stream().map(change -> change.id()).collect(Collectors.toSet());
    Set<EventId> targets = new HashSet<>();
    Map<Lane, Generation> highest = new HashMap<>();
    for (Envelope<SyncEvent> envelope : log.syncs()) {
      SyncEvent sync = envelope.event();
      targets.add(sync.id());
      newest(highest, Lane.of(sync), sync.generation());
      if (sync.provenance().causes().isEmpty()) {
        report(Guarantee.I8_AUDIT, sync.id().value(), "names no cause");
      }
      sync.provenance().causes().stream()
          .filter(cause -> !changes.contains(cause))
          .forEach(
              cause ->
                  report(
                      Guarantee.I8_AUDIT,
                      sync.id().value(),
                      "its cause %s is not in the changes".formatted(cause)));
    }
    for (ResultEvent.OfTarget result : results()) {
      Optional<Generation> sent = Optional.ofNullable(highest.get(Lane.of(result.subject())));
      boolean compacted = sent.filter(it -> it.isAfter(result.subject().generation())).isPresent();
      if (!targets.contains(result.subject().target()) && !compacted) {
        report(
            Guarantee.I8_AUDIT,
            Lane.of(result.subject()).toString(),
            "a result names target %s, which is not in the log"
                .formatted(result.subject().target()));
      }
    }
  }

  private static void newest(Map<Lane, Generation> generations, Lane lane, Generation generation) {
    generations.merge(lane, generation, BinaryOperator.maxBy(Comparator.naturalOrder()));
  }

  private List<ResultEvent.OfTarget> results() {
    return log.results().stream()
        .map(Envelope::event)
        .filter(ResultEvent.OfTarget.class::isInstance)
        .map(ResultEvent.OfTarget.class::cast)
        .toList();
  }

  private static boolean isEnd(ResultEvent.OfTarget result) {
    return isSuccess(result) || result instanceof ResultEvent.Parked;
  }

  private static boolean isSuccess(ResultEvent.OfTarget result) {
    return switch (result) {
      case ResultEvent.Applied _, ResultEvent.Unchanged _, ResultEvent.Removed _ -> true;
      case ResultEvent.Dispatched _,
          ResultEvent.Planned _,
          Waiting _,
          ResultEvent.Superseded _,
          ResultEvent.Retrying _,
          ResultEvent.Parked _,
          ResultEvent.Fenced _,
          ObservedEvent _ ->
          false;
    };
  }

  private void report(Guarantee guarantee, String where, String what) {
    violations.add(new Violation(guarantee, where, what));
  }
}
