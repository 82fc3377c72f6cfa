package dev.sluice.dispatcher.partition;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.StateRecord.Unmet;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.name.CommitId;
import dev.sluice.dispatcher.decide.Decision;
import dev.sluice.dispatcher.decide.EvaluationDecider;
import dev.sluice.dispatcher.decide.FindingBatch;
import dev.sluice.dispatcher.decide.PartitionState;
import dev.sluice.dispatcher.decide.RefKey;
import dev.sluice.dispatcher.decide.RemoteDecider;
import dev.sluice.dispatcher.decide.Trigger;
import dev.sluice.dispatcher.decide.Triggers;
import dev.sluice.dispatcher.evaluate.EvaluationOutcome;
import dev.sluice.dispatcher.evaluate.EvaluationRequests;
import dev.sluice.platform.process.FailureLog;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scheduler of a partition's ref queues: carries out the effects of their transitions and decides
 * about the findings of evaluations. Refs never wait for each other. Used by the partition's thread
 * only.
 */
final class RefScheduler {

  private static final Logger log = LoggerFactory.getLogger(RefScheduler.class);

  private final PartitionState state;
  private final EvaluationDecider decider;
  private final Evaluations evaluations;
  private final RecordedReads recorded;
  private final PartitionContext context;
  private final EvaluationRequests requests;
  private final RefPolling polling;
  private final RemoteReadability readability;
  private final FailureLog failures;
  private final Map<RefKey, Ref> refs = new HashMap<>();

  /** Queue of a ref, with its timers and the open trace span of its current triggers. */
  private static final class Ref {
    final RefKey key;
    final RefQueue queue;
    final RemoteRetries retries;
    final TrustedKeyWatch trustedKeys;
    final EvaluationReport report = new EvaluationReport();

    /** Commands to which it was reported that the ref cannot be read. */
    final Set<EventId> told = new HashSet<>();

    Optional<EvaluationSpan> span = Optional.empty();
    Optional<Future<?>> retry = Optional.empty();

    Ref(RefKey key, RetryTiming timing, Evaluations evaluations) {
      this.key = key;
      this.queue = new RefQueue(timing);
      this.retries = new RemoteRetries(evaluations, key);
      this.trustedKeys = new TrustedKeyWatch(evaluations, key);
    }
  }

  RefScheduler(
      PartitionState state,
      EvaluationDecider decider,
      Evaluations evaluations,
      RecordedReads recorded,
      PartitionContext context) {
    this.state = state;
    this.decider = decider;
    this.evaluations = evaluations;
    this.recorded = recorded;
    this.context = context;
    this.requests = new EvaluationRequests(state);
    RemoteDecider remotes = decider.remotes();
    this.polling = new RefPolling(state, remotes, evaluations, context);
    this.readability = new RemoteReadability(state, remotes, context.clock());
    this.failures = new FailureLog(log, "evaluation");
  }

  /** Resumes the pending work in {@code state}, and indexes the other refs' paths in advance. */
  void resume(TransactionBatch batch) {
    for (RefKey key : state.followed()) {
      Ref ref = ref(key);
      Optional<Trigger> pending = state.ref(key).pending().map(Trigger::of);
      execute(ref, ref.queue.resume(pending, knowledge(key), now()), batch);
    }
  }

  /** Queues a trigger, and evaluates the ref unless an evaluation is running. */
  void trigger(RefKey key, Trigger trigger, TransactionBatch batch) {
    Ref ref = ref(key);
    execute(ref, ref.queue.trigger(trigger, knowledge(key), now()), batch);
  }

  /** Queues a trigger whose event is not read again after a restart, and records it at once. */
  void triggerRemembered(RefKey key, Trigger trigger, TransactionBatch batch) {
    Ref ref = ref(key);
    execute(ref, ref.queue.triggerRemembered(trigger, knowledge(key), now()), batch);
  }

  /**
   * Drops the queue of a ref that no application follows any longer, and completes its triggers.
   */
  void dropUnfollowed(RefKey key, TransactionBatch batch) {
    Ref ref = refs.get(key);
    if (ref != null) {
      execute(ref, ref.queue.unfollowed(knowledge(key)), batch);
    }
  }

  void handle(PartitionInput.RefInput input, TransactionBatch batch) {
    Ref ref = refs.get(input.key());
    if (ref == null) {
      return;
    }
    RefQueue queue = ref.queue;
    switch (input) {
      case PartitionInput.BatchFound found -> batchFound(ref, found, batch);
      case PartitionInput.EvaluationEnded ended -> {
        readability.ended(ended, batch);
        if (ended.outcome() instanceof EvaluationOutcome.Done) {
          failures.succeeded(evaluationOf(ref.key));
          ref.told.clear();
        }
        if (ended.outcome() instanceof EvaluationOutcome.Failed(var code, String reason, var _)) {
          batch.add(decider.waiting(ref.key, queue.current(), code, reason, ref.told, now()));
          recorded.unreadable(ref.key);
        }
        execute(ref, queue.ended(ended.outcome(), knowledge(ref.key), now()), batch);
        polling.reschedule(ref.key);
      }
      case PartitionInput.RetryDue _ ->
          execute(ref, queue.retryDue(knowledge(ref.key), now()), batch);
      case PartitionInput.RemoteRetryDue due ->
          execute(
              ref,
              queue.applicationDue(
                  due.application(), "remote source", due.cause(), knowledge(ref.key), now()),
              batch);
      case PartitionInput.TrustedKeysRead read ->
          ref.trustedKeys.read(
              read.digests(),
              name -> state.application(name).flatMap(ApplicationState::definition).isPresent(),
              (application, cause) ->
                  execute(
                      ref,
                      queue.applicationDue(
                          application, "trusted keys", cause, knowledge(ref.key), now()),
                      batch));
      case PartitionInput.GraceExpired _ -> execute(ref, queue.graceExpired(), batch);
      case PartitionInput.PollDue _ -> {
        polling.scheduleNext(ref.key);
        execute(ref, queue.pollDue(knowledge(ref.key)), batch);
      }
    }
  }

  private void batchFound(Ref ref, PartitionInput.BatchFound found, TransactionBatch batch) {
    FindingBatch findings = found.findings();
    List<Trigger> triggers = ref.queue.current();
    Decision decision = decider.found(findings, triggers, trace(ref), now());
    batch.add(decision);
    ref.report.add(decision);
    Trigger.Cause cause = Triggers.merge(triggers, now());
    ref.retries.found(findings, cause);
    ref.trustedKeys.found(findings, cause);
    recorded.found(findings);
    if (findings.last()) {
      execute(ref, ref.queue.decided(findings.evaluated(), knowledge(ref.key), now()), batch);
    }
    batch.afterwards(() -> found.written().complete(null));
  }

  private void execute(Ref ref, List<RefEffect> effects, TransactionBatch batch) {
    effects.forEach(effect -> execute(ref, effect, batch));
  }

  private void execute(Ref ref, RefEffect effect, TransactionBatch batch) {
    RefKey key = ref.key;
    switch (effect) {
      case RefEffect.ScheduleGrace _ -> {
        var unused =
            evaluations.after(context.timing().grace(), new PartitionInput.GraceExpired(key));
      }
      case RefEffect.ScheduleRetry(Duration delay) -> {
        // one timer: otherwise each webhook during an outage would add its own retries
        ref.retry.ifPresent(earlier -> earlier.cancel(false));
        ref.retry = Optional.of(evaluations.after(delay, new PartitionInput.RetryDue(key)));
      }
      case RefEffect.Evaluate(var aim, var indexed, var marked) ->
          evaluations.start(requests.of(key, aim, indexed, marked));
      case RefEffect.BeginSpan(var triggers) -> {
        ref.span.ifPresent(span -> span.ended("superseded by a newer trigger"));
        ref.span = Optional.of(EvaluationSpan.begin(context.tracing(), key, triggers, now()));
      }
      case RefEffect.EndSpan(String outcome) -> {
        ref.span.ifPresent(span -> span.ended(outcome));
        ref.span = Optional.empty();
      }
      case RefEffect.RecordPending(var triggers) ->
          batch.add(decider.unfinished(key, triggers, now()));
      case RefEffect.Finish(var triggers) -> triggers.forEach(batch::finish);
      case RefEffect.RecordEvaluated(var head, var tag, var newCommits, var pending, var unmet) ->
          batch.add(decider.evaluated(key, head, tag, newCommits, pending, unmet, now()));
      case RefEffect.RecordGone(var triggers, var newest) -> gone(ref, newest, triggers, batch);
      case RefEffect.ReportUnmet(var unmet) -> unmet(key, unmet, batch);
      case RefEffect.ReportEvaluated(var evaluated, var triggers) ->
          evaluated(ref, evaluated, triggers, batch);
      case RefEffect.ReportRetry _ -> context.listener().retrying(key.repository(), key.ref());
      case RefEffect.ReportFailure failure -> failed(ref, failure);
      case RefEffect.TriggerDependents(var triggers) -> triggerDependents(key, triggers, batch);
      case RefEffect.RetryApplications(var applications) -> {
        Trigger.Cause restart = Triggers.merge(List.of(), now());
        applications.forEach(name -> ref.retries.retryLater(name, restart));
      }
      case RefEffect.PublishMove(var at, var tag) -> polling.found(key, at, tag, batch);
      case RefEffect.Drop _ -> {
        readability.unfollowed(key, batch);
        refs.remove(key);
        polling.forget(key);
        failures.succeeded(evaluationOf(key));
      }
    }
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

  private void evaluated(
      Ref ref, FindingBatch.Evaluated commit, List<Trigger> triggers, TransactionBatch batch) {
    Optional<EvaluationSpan> span = ref.span;
    ref.span = Optional.empty();
    batch.afterwards(
        () -> {
          var evaluated = ref.report.finish(commit, triggers, now());
          span.ifPresent(ending -> ending.decided(commit, evaluated.affected().size()));
          EvaluationReport.log(evaluated);
          context.listener().evaluated(evaluated);
        });
  }

  private void gone(
      Ref ref, Optional<String> newest, List<Trigger> triggers, TransactionBatch batch) {
    ref.report.reset();
    batch.add(decider.refGone(ref.key, newest, triggers, trace(ref), now()));
    recorded.gone(ref.key);
    log.atWarn()
        .addKeyValue("repository", ref.key.repository())
        .addKeyValue("ref", ref.key.ref())
        .log("the ref is gone; what was applied last stays");
  }

  private void unmet(RefKey key, Unmet unmet, TransactionBatch batch) {
    log.atWarn()
        .addKeyValue("repository", key.repository())
        .addKeyValue("ref", key.ref())
        .addKeyValue("eventId", unmet.causes().isEmpty() ? "" : unmet.causes().getLast())
        .log(
            "Git did not show within {} the commit that an event announced: expected {}, evaluated"
                + " {}",
            context.timing().patience(),
            unmet.expected(),
            unmet.evaluated().map(CommitId::value).orElse("no such ref"));
    batch.afterwards(() -> context.listener().unmet(key.repository(), key.ref()));
  }

  private void failed(Ref ref, RefEffect.ReportFailure failure) {
    ref.report.reset();
    if (failure.attempts() == 0) {
      log.atWarn()
          .addKeyValue("repository", ref.key.repository())
          .addKeyValue("ref", ref.key.ref())
          .log("{} failed: {}", failure.aim().getClass().getSimpleName(), failure.reason());
    } else {
      failures.failed(evaluationOf(ref.key), failure.reason());
    }
  }

  private static String evaluationOf(RefKey key) {
    return "the evaluation of %s of %s".formatted(key.ref(), key.repository());
  }

  private Ref ref(RefKey key) {
    return refs.computeIfAbsent(
        key,
        _ -> {
          polling.scheduleFirst(key);
          return new Ref(key, context.timing(), evaluations);
        });
  }

  private RefQueue.Knowledge knowledge(RefKey key) {
    return new RefQueue.Knowledge(state.isFollowed(key), state.ref(key).head());
  }

  /** Returns the trace that the evaluation's records belong to. */
  private TraceParent trace(Ref ref) {
    return ref.span
        .map(EvaluationSpan::context)
        .orElseGet(() -> Triggers.merge(ref.queue.current(), now()).trace());
  }

  private Instant now() {
    return context.clock().instant();
  }
}
