package dev.sluice.dispatcher.partition;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.dispatcher.decide.RefKey;
import dev.sluice.dispatcher.decide.Trigger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Future;

/**
 * What is going on about one ref. At most one look at a time; hints that come during a look wait
 * for the next one, since that look may have read the remote before them. Of the home's thread
 * only.
 */
final class RefQueue {

  final RefKey key;

  /** What the current look, or the retry that is waited for, answers; oldest first. */
  final List<Trigger> inHand = new ArrayList<>();

  /** What came since. */
  final List<Trigger> waiting = new ArrayList<>();

  final Set<ApplicationName> marked = new TreeSet<>();
  final EvaluationReport report = new EvaluationReport();
  Optional<CommitId> indexed = Optional.empty();
  boolean looking;
  boolean graceTimer;
  int attempts;
  Optional<Future<?>> retry = Optional.empty();

  /** Since when the commit that should show is asked for. */
  Optional<Instant> expectingSince = Optional.empty();

  /** When the newest hint came from outside. */
  Instant newestAt = Instant.EPOCH;

  /** Of what is in hand: from the first look at it until it is answered. */
  Optional<EvaluationSpan> span = Optional.empty();

  final RemoteRetries retries;

  RefQueue(RefKey key, EvaluationRunner evaluations) {
    this.key = key;
    this.retries = new RemoteRetries(evaluations, key);
  }

  boolean hasWork() {
    return !inHand.isEmpty() || !waiting.isEmpty();
  }

  /** Takes up all that waits: the next look answers it. */
  void takeUp() {
    inHand.addAll(waiting);
    waiting.clear();
  }

  /** The look has answered what was in hand. */
  List<Trigger> answered() {
    List<Trigger> answered = List.copyOf(inHand);
    inHand.clear();
    attempts = 0;
    expectingSince = Optional.empty();
    return answered;
  }

  /** All hints, oldest first. */
  List<Trigger> triggers() {
    List<Trigger> all = new ArrayList<>(inHand);
    all.addAll(waiting);
    return all;
  }

  List<Trigger> rememberedWaiting() {
    return waiting.stream().filter(Trigger::isRemembered).toList();
  }

  void remembered() {
    inHand.replaceAll(Trigger::remembered);
    waiting.replaceAll(Trigger::remembered);
  }

  /** What to look at whatever the paths say, and why. */
  Map<ApplicationName, String> toMark() {
    Map<ApplicationName, String> reasons = new TreeMap<>();
    marked.forEach(name -> reasons.put(name, "definition"));
    for (Trigger trigger : inHand) {
      switch (trigger.ask()) {
        case Trigger.Ask.Moved _ -> {}
        case Trigger.Ask.OfApplication(ApplicationName name) -> reasons.put(name, "definition");
        case Trigger.Ask.OtherMoved(RefKey moved, Set<ApplicationName> names) ->
            names.forEach(name -> reasons.put(name, moved.toString()));
      }
    }
    return reasons;
  }
}
