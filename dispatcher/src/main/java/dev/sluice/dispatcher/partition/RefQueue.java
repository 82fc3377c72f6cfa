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
 * Queue of one ref's triggers. At most one evaluation runs at a time; triggers that arrive
 * meanwhile wait for the next one, since the running one may have read the remote before them. Used
 * by the partition's thread only.
 */
final class RefQueue {

  final RefKey key;

  /** Triggers that the running evaluation, or the scheduled retry, answers; oldest first. */
  final List<Trigger> current = new ArrayList<>();

  /** Triggers that arrived since. */
  final List<Trigger> waiting = new ArrayList<>();

  final Set<ApplicationName> marked = new TreeSet<>();
  final EvaluationReport report = new EvaluationReport();
  Optional<CommitId> indexed = Optional.empty();
  boolean evaluating;
  boolean graceTimer;
  int attempts;
  Optional<Future<?>> retry = Optional.empty();

  /** Time since which the expected commit is asked for. */
  Optional<Instant> expectingSince = Optional.empty();

  /** Arrival time of the newest trigger. */
  Instant newestAt = Instant.EPOCH;

  /** Span of the current triggers, from their first evaluation until they are answered. */
  Optional<EvaluationSpan> span = Optional.empty();

  final RemoteRetries retries;

  RefQueue(RefKey key, EvaluationRunner evaluations) {
    this.key = key;
    this.retries = new RemoteRetries(evaluations, key);
  }

  boolean hasWork() {
    return !current.isEmpty() || !waiting.isEmpty();
  }

  /** Makes the waiting triggers current: the next evaluation answers them. */
  void takeWaiting() {
    current.addAll(waiting);
    waiting.clear();
  }

  /** Completes the current triggers and returns them. */
  List<Trigger> answered() {
    List<Trigger> answered = List.copyOf(current);
    current.clear();
    attempts = 0;
    expectingSince = Optional.empty();
    return answered;
  }

  /** Returns all triggers, oldest first. */
  List<Trigger> triggers() {
    List<Trigger> all = new ArrayList<>(current);
    all.addAll(waiting);
    return all;
  }

  List<Trigger> rememberedWaiting() {
    return waiting.stream().filter(Trigger::isRemembered).toList();
  }

  void remembered() {
    current.replaceAll(Trigger::remembered);
    waiting.replaceAll(Trigger::remembered);
  }

  /** Returns the applications to inspect whichever paths changed, each with the reason. */
  Map<ApplicationName, String> markedReasons() {
    Map<ApplicationName, String> reasons = new TreeMap<>();
    marked.forEach(name -> reasons.put(name, "definition"));
    for (Trigger trigger : current) {
      switch (trigger.reason()) {
        case Trigger.Reason.RefMoved _ -> {}
        case Trigger.Reason.ApplicationDue(ApplicationName name) -> reasons.put(name, "definition");
        case Trigger.Reason.OtherRefMoved(RefKey moved, Set<ApplicationName> names) ->
            names.forEach(name -> reasons.put(name, moved.toString()));
      }
    }
    return reasons;
  }
}
