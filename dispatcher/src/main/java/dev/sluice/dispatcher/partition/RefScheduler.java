package dev.sluice.dispatcher.partition;

import dev.sluice.contract.event.StateRecord.RefState;
import dev.sluice.contract.event.StateRecord.Unmet;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.name.CommitId;
import dev.sluice.dispatcher.decide.Decision;
import dev.sluice.dispatcher.decide.DispatchListener;
import dev.sluice.dispatcher.decide.EvaluationDecider;
import dev.sluice.dispatcher.decide.FindingBatch;
import dev.sluice.dispatcher.decide.PartitionState;
import dev.sluice.dispatcher.decide.RefKey;
import dev.sluice.dispatcher.decide.Trigger;
import dev.sluice.dispatcher.decide.Triggers;
import dev.sluice.dispatcher.evaluate.EvaluationOutcome;
import dev.sluice.dispatcher.evaluate.EvaluationRequest;
import dev.sluice.dispatcher.evaluate.EvaluationRequests;
import dev.sluice.platform.telemetry.Tracing;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Schedules the evaluations of a partition's refs and turns their results into decisions. Refs
 * never wait for each other. Used by the partition's thread only.
 */
final class RefScheduler {

  /** Parts that the scheduler calls. */
  record Tools(
      EvaluationDecider decider,
      EvaluationRunner evaluations,
      RetryTiming timing,
      Clock clock,
      DispatchListener listener,
      Tracing tracing) {}

  private static final Logger log = LoggerFactory.getLogger(RefScheduler.class);

  /** Retry delay from which every failure is logged. */
  private static final Duration LONG = Duration.ofSeconds(1);

  private final PartitionState state;
  private final Tools tools;
  private final EvaluationRequests requests;
  private final RefPolling polling;
  private final Expectations expectations;
  private final RemoteReadability readability;
  private final Map<RefKey, RefQueue> queues = new HashMap<>();

  RefScheduler(PartitionState state, Tools tools) {
    this.state = state;
    this.tools = tools;
    this.requests = new EvaluationRequests(state);
    this.polling = new RefPolling(state, tools);
    this.expectations = new Expectations(tools);
    this.readability = new RemoteReadability(state, tools);
  }

  /**
   * Resumes the work that {@code state} records as pending, and indexes the other refs' closures in
   * advance.
   */
  void resume(TransactionBatch batch) {
    for (RefKey key : state.followed()) {
      RefQueue queue = queue(key);
      RefState ref = state.ref(key);
      ref.pending().map(Trigger::of).ifPresent(queue.current::add);
      if (queue.hasWork()) {
        start(queue, batch);
      } else if (ref.head().isPresent()) {
        start(queue, new EvaluationRequest.Aim.Warm());
      } else {
        // never read, gone, or forgotten: no event is left that would trigger an evaluation
        start(queue, new EvaluationRequest.Aim.Poll());
      }
    }
  }

  /** Queues a trigger and evaluates the ref unless an evaluation is running. */
  void trigger(RefKey key, Trigger trigger, TransactionBatch batch) {
    RefQueue queue = queue(key);
    queue.newestAt = now();
    queue.waiting.add(trigger);
    if (!queue.graceTimer) {
      queue.graceTimer = true;
      var unused =
          tools.evaluations().after(tools.timing().grace(), new PartitionInput.GraceExpired(key));
    }
    start(queue, batch);
  }

  /**
   * Queues a trigger whose event is not read again after a restart, and records it in {@code
   * state}.
   */
  void triggerRemembered(RefKey key, Trigger trigger, TransactionBatch batch) {
    RefQueue queue = queue(key);
    queue.newestAt = now();
    queue.waiting.add(trigger.remembered());
    batch.add(tools.decider().unfinished(key, queue.triggers(), now()));
    start(queue, batch);
  }

  void handle(PartitionInput.RefInput input, TransactionBatch batch) {
    RefQueue queue = queues.get(input.key());
    if (queue == null) {
      return;
    }
    switch (input) {
      case PartitionInput.BatchFound found -> batchFound(queue, found, batch);
      case PartitionInput.EvaluationEnded ended -> {
        queue.evaluating = false;
        readability.ended(ended, batch);
        ended(queue, ended, batch);
      }
      case PartitionInput.RetryDue _ -> start(queue, batch);
      case PartitionInput.RemoteRetryDue due -> {
        Trigger.Reason reason = new Trigger.Reason.ApplicationDue(due.application());
        queue.waiting.add(new Trigger(due.cause(), reason, OptionalLong.empty()));
        start(queue, batch);
      }
      case PartitionInput.GraceExpired _ -> graceExpired(queue, batch);
      case PartitionInput.PollDue _ -> {
        polling.scheduleNext(queue.key);
        if (!queue.evaluating && !queue.hasWork()) {
          start(queue, new EvaluationRequest.Aim.Poll());
        }
      }
    }
  }

  private void batchFound(RefQueue queue, PartitionInput.BatchFound found, TransactionBatch batch) {
    FindingBatch findings = found.findings();
    List<Trigger> triggers = List.copyOf(queue.current);
    Decision decision = tools.decider().found(findings, triggers, trace(queue), now());
    batch.add(decision);
    queue.report.add(decision);
    queue.retries.found(findings, Triggers.merge(triggers, now()));
    if (findings.last()) {
      CommitId commit = findings.evaluated().commit();
      boolean moved = !state.ref(queue.key).head().equals(Optional.of(commit));
      queue.indexed = Optional.of(commit);
      queue.marked.clear();
      Optional<EvaluationSpan> span = queue.span;
      Optional<Instant> again =
          findings.evaluated().unmet().isPresent()
              ? expectations.askAgain(queue, triggers)
              : Optional.empty();
      Optional<Unmet> unmet =
          expectations.unmet(queue, findings.evaluated().unmet(), Optional.of(commit), batch);
      // a commit that is asked for again may still appear
      settle(queue, Optional.of(commit), again.isPresent() ? Optional.empty() : unmet, batch);
      queue.expectingSince = again;
      if (moved) {
        triggerDependents(queue.key, triggers, batch);
      }
      batch.afterwards(() -> report(queue, findings.evaluated(), triggers, span));
    }
    batch.afterwards(() -> found.written().complete(null));
  }

  /** Triggers the refs whose applications read this ref as a further source. */
  private void triggerDependents(RefKey moved, List<Trigger> triggers, TransactionBatch batch) {
    state
        .decidedAtOtherRefs(moved)
        .forEach(
            (key, applications) ->
                triggerRemembered(
                    key,
                    new Trigger(
                        Triggers.merge(triggers, now()),
                        new Trigger.Reason.OtherRefMoved(moved, applications),
                        Triggers.newestOffset(triggers),
                        true),
                    batch));
  }

  /** Completes the current triggers: this head answers them. */
  private void settle(
      RefQueue queue, Optional<CommitId> head, Optional<Unmet> unmet, TransactionBatch batch) {
    queue.answered().forEach(batch::finish);
    queue.span = Optional.empty();
    batch.add(tools.decider().evaluated(queue.key, head, queue.rememberedWaiting(), unmet, now()));
  }

  private void report(
      RefQueue queue,
      FindingBatch.Evaluated commit,
      List<Trigger> triggers,
      Optional<EvaluationSpan> span) {
    var evaluated = queue.report.finish(commit, triggers, now());
    span.ifPresent(ending -> ending.decided(commit, evaluated.affected().size()));
    EvaluationReport.log(evaluated);
    tools.listener().evaluated(evaluated);
  }

  private void ended(RefQueue queue, PartitionInput.EvaluationEnded ended, TransactionBatch batch) {
    switch (ended.outcome()) {
      case EvaluationOutcome.Done _ -> {}
      case EvaluationOutcome.Gone gone -> gone(queue, gone.unmet(), batch);
      case EvaluationOutcome.NotYet _ ->
          retry(queue, tools.timing().beforeExpectingAgain(++queue.attempts), batch);
      case EvaluationOutcome.Failed(String reason, boolean retryable) -> {
        // an unreadable remote uses up no time of the expected commit
        queue.expectingSince = Optional.empty();
        failed(queue, ended.aim(), reason, retryable, batch);
      }
      case EvaluationOutcome.Broken(String reason) ->
          failed(queue, ended.aim(), reason, true, batch);
      case EvaluationOutcome.Warmed warmed -> {
        queue.indexed = Optional.of(warmed.commit());
        queue.marked.addAll(warmed.differing());
        Trigger.Cause restart = Triggers.merge(List.of(), now());
        warmed.retry().forEach(name -> queue.retries.retryLater(name, restart));
      }
      case EvaluationOutcome.Polled polled -> {
        if (state.isFollowed(queue.key)
            && !polled.at().equals(state.ref(queue.key).head())
            && !queue.hasWork()) {
          polling.found(queue.key, polled.at(), batch);
        }
      }
    }
    if (queue.attempts == 0) {
      start(queue, batch);
    }
  }

  private void gone(RefQueue queue, Optional<CommitId> expected, TransactionBatch batch) {
    queue.report.reset();
    queue.indexed = Optional.empty();
    batch.add(tools.decider().refGone(queue.key, List.copyOf(queue.current), trace(queue), now()));
    queue.span.ifPresent(span -> span.ended("the ref is gone"));
    settle(
        queue,
        Optional.empty(),
        expectations.unmet(queue, expected, Optional.empty(), batch),
        batch);
    log.atWarn()
        .addKeyValue("repository", queue.key.repository())
        .addKeyValue("ref", queue.key.ref())
        .log("the ref is gone; what was applied last stays");
  }

  private void failed(
      RefQueue queue,
      EvaluationRequest.Aim aim,
      String reason,
      boolean retryable,
      TransactionBatch batch) {
    queue.report.reset();
    // some closures may have been read again and others not: the next evaluation reads all
    queue.indexed = Optional.empty();
    if (!queue.hasWork()) {
      log.atWarn()
          .addKeyValue("repository", queue.key.repository())
          .addKeyValue("ref", queue.key.ref())
          .log("{} failed: {}", aim.getClass().getSimpleName(), reason);
      return;
    }
    Duration delay = tools.timing().beforeTryingAgain(++queue.attempts, retryable);
    if (queue.attempts == 1 || delay.compareTo(LONG) >= 0) {
      log.atWarn()
          .addKeyValue("repository", queue.key.repository())
          .addKeyValue("ref", queue.key.ref())
          .addKeyValue("attempts", queue.attempts)
          .log("cannot evaluate the ref, trying again in {}: {}", delay, reason);
    }
    retry(queue, delay, batch);
  }

  private void retry(RefQueue queue, Duration delay, TransactionBatch batch) {
    tools.listener().retrying(queue.key.repository(), queue.key.ref());
    if (queue.waiting.isEmpty()) {
      // one timer: otherwise each webhook during an outage would add its own retries
      queue.retry.ifPresent(earlier -> earlier.cancel(false));
      queue.retry =
          Optional.of(tools.evaluations().after(delay, new PartitionInput.RetryDue(queue.key)));
    } else {
      start(queue, batch);
    }
  }

  private void graceExpired(RefQueue queue, TransactionBatch batch) {
    queue.graceTimer = false;
    List<Trigger> triggers = queue.triggers();
    List<Trigger> unremembered =
        triggers.stream().filter(trigger -> !trigger.isRemembered()).toList();
    if (unremembered.isEmpty()) {
      return;
    }
    batch.add(tools.decider().unfinished(queue.key, triggers, now()));
    unremembered.forEach(batch::finish);
    queue.remembered();
  }

  private void start(RefQueue queue, TransactionBatch batch) {
    dropUnfollowed(queue.key, batch);
    if (queue.evaluating || !queue.hasWork()) {
      return;
    }
    if (!queue.waiting.isEmpty()) {
      queue.span.ifPresent(span -> span.ended("superseded by a newer trigger"));
      queue.span = Optional.empty();
    }
    queue.takeWaiting();
    if (queue.span.isEmpty()) {
      queue.span =
          Optional.of(EvaluationSpan.begin(tools.tracing(), queue.key, queue.current, now()));
    }
    Instant since = queue.expectingSince.orElseGet(this::now);
    queue.expectingSince = Optional.of(since);
    boolean patient = expectations.hasTimeLeft(since);
    start(
        queue,
        Triggers.requireFetch(queue.current) || state.ref(queue.key).head().isEmpty()
            ? new EvaluationRequest.Aim.Fetch(Triggers.newestExpectation(queue.current), patient)
            : new EvaluationRequest.Aim.Evaluate());
  }

  private void start(RefQueue queue, EvaluationRequest.Aim aim) {
    if (queue.evaluating || !state.isFollowed(queue.key)) {
      return;
    }
    queue.evaluating = true;
    tools.evaluations().start(requests.of(queue.key, aim, queue.indexed, queue.markedReasons()));
  }

  /**
   * Drops the queue of a ref that no application follows any longer, and completes its triggers.
   */
  void dropUnfollowed(RefKey key, TransactionBatch batch) {
    RefQueue queue = queues.get(key);
    if (queue != null && !state.isFollowed(key) && !queue.evaluating) {
      queue.takeWaiting();
      queue.span.ifPresent(span -> span.ended("no application follows the ref any longer"));
      settle(queue, state.ref(key).head(), Optional.empty(), batch);
      readability.unfollowed(key, batch);
      queues.remove(key);
    }
  }

  private RefQueue queue(RefKey key) {
    return queues.computeIfAbsent(
        key,
        _ -> {
          polling.scheduleFirst(key);
          return new RefQueue(key, tools.evaluations());
        });
  }

  /** Returns the trace that the evaluation's records belong to. */
  private TraceParent trace(RefQueue queue) {
    return queue
        .span
        .map(EvaluationSpan::context)
        .orElseGet(() -> Triggers.merge(queue.current, now()).trace());
  }

  private Instant now() {
    return tools.clock().instant();
  }
}
