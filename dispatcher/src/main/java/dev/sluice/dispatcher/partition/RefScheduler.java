package dev.sluice.dispatcher.partition;

import dev.sluice.contract.event.StateRecord.RefState;
import dev.sluice.contract.event.StateRecord.Unmet;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.name.CommitId;
import dev.sluice.dispatcher.decide.Decision;
import dev.sluice.dispatcher.decide.DispatchListener;
import dev.sluice.dispatcher.decide.EvaluationDecider;
import dev.sluice.dispatcher.decide.EvaluationPart;
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
 * The lanes of a home: when to look at which ref, and what to do with what was seen. Refs never
 * wait for each other. Of the home's thread only.
 */
final class RefScheduler {

  /** What the lanes work with. */
  record Tools(
      EvaluationDecider decider,
      EvaluationRunner evaluations,
      RetryTiming timing,
      Clock clock,
      DispatchListener listener,
      Tracing tracing) {}

  private static final Logger log = LoggerFactory.getLogger(RefScheduler.class);

  /** From here on trouble is worth a line. */
  private static final Duration LONG = Duration.ofSeconds(1);

  private final PartitionState state;
  private final Tools tools;
  private final EvaluationRequests requests;
  private final RefPolling polling;
  private final Expectations expectations;
  private final RemoteSight sight;
  private final Map<RefKey, RefQueue> queues = new HashMap<>();

  RefScheduler(PartitionState state, Tools tools) {
    this.state = state;
    this.tools = tools;
    this.requests = new EvaluationRequests(state);
    this.polling = new RefPolling(state, tools);
    this.expectations = new Expectations(tools);
    this.sight = new RemoteSight(state, tools);
  }

  /** Takes up what state says was unfinished, and reads the other refs' closures in advance. */
  void resume(TransactionBatch batch) {
    for (RefKey key : state.followed()) {
      RefQueue queue = lane(key);
      RefState ref = state.ref(key);
      ref.pending().map(Trigger::of).ifPresent(queue.inHand::add);
      if (queue.hasWork()) {
        start(queue, batch);
      } else if (ref.head().isPresent()) {
        start(queue, new EvaluationRequest.Aim.Warm());
      } else {
        // never read, gone, or forgotten: no event is left that would tell of it
        start(queue, new EvaluationRequest.Aim.Sweep());
      }
    }
  }

  /** A reason to look at a ref. */
  void hint(RefKey key, Trigger trigger, TransactionBatch batch) {
    RefQueue queue = lane(key);
    queue.newestAt = now();
    queue.waiting.add(trigger);
    if (!queue.graceTimer) {
      queue.graceTimer = true;
      var unused =
          tools.evaluations().after(tools.timing().grace(), new PartitionInput.GraceOver(key));
    }
    start(queue, batch);
  }

  /** The same, where no event is left that would tell again: {@code state} remembers it. */
  void remind(RefKey key, Trigger trigger, TransactionBatch batch) {
    RefQueue queue = lane(key);
    queue.newestAt = now();
    queue.waiting.add(trigger.remembered());
    batch.add(tools.decider().unfinished(key, queue.triggers(), now()));
    start(queue, batch);
  }

  void handle(PartitionInput.OfRef input, TransactionBatch batch) {
    RefQueue queue = queues.get(input.key());
    if (queue == null) {
      return;
    }
    switch (input) {
      case PartitionInput.PartFound found -> partFound(queue, found, batch);
      case PartitionInput.EvaluationEnded ended -> {
        queue.looking = false;
        sight.ended(ended, batch);
        ended(queue, ended, batch);
      }
      case PartitionInput.RetryDue _ -> start(queue, batch);
      case PartitionInput.RemoteDue due -> {
        Trigger.Ask ask = new Trigger.Ask.OfApplication(due.application());
        queue.waiting.add(new Trigger(due.cause(), ask, OptionalLong.empty()));
        start(queue, batch);
      }
      case PartitionInput.GraceOver _ -> graceOver(queue, batch);
      case PartitionInput.SweepDue _ -> {
        polling.scheduleNext(queue.key);
        if (!queue.looking && !queue.hasWork()) {
          start(queue, new EvaluationRequest.Aim.Sweep());
        }
      }
    }
  }

  private void partFound(RefQueue queue, PartitionInput.PartFound found, TransactionBatch batch) {
    EvaluationPart part = found.part();
    List<Trigger> triggers = List.copyOf(queue.inHand);
    Decision decision = tools.decider().found(part, triggers, trace(queue), now());
    batch.add(decision);
    queue.report.add(decision);
    queue.retries.found(part, Triggers.together(triggers, now()));
    if (part.last()) {
      CommitId commit = part.seen().commit();
      boolean moved = !state.ref(queue.key).head().equals(Optional.of(commit));
      queue.indexed = Optional.of(commit);
      queue.marked.clear();
      Optional<EvaluationSpan> span = queue.span;
      Optional<Instant> again =
          part.seen().unmet().isPresent()
              ? expectations.askAgain(queue, triggers)
              : Optional.empty();
      Optional<Unmet> unmet =
          expectations.unmet(queue, part.seen().unmet(), Optional.of(commit), batch);
      // what is asked for again may still show
      settle(queue, Optional.of(commit), again.isPresent() ? Optional.empty() : unmet, batch);
      queue.expectingSince = again;
      if (moved) {
        passOn(queue.key, triggers, batch);
      }
      batch.afterwards(() -> tell(queue, part.seen(), triggers, span));
    }
    batch.afterwards(() -> found.written().complete(null));
  }

  /** Who decides about applications that read this ref as well must look at them again. */
  private void passOn(RefKey moved, List<Trigger> triggers, TransactionBatch batch) {
    state
        .decidedElsewhere(moved)
        .forEach(
            (key, applications) ->
                remind(
                    key,
                    new Trigger(
                        Triggers.together(triggers, now()),
                        new Trigger.Ask.OtherMoved(moved, applications),
                        Triggers.offset(triggers),
                        true),
                    batch));
  }

  /** What was in hand is answered by this head. */
  private void settle(
      RefQueue queue, Optional<CommitId> head, Optional<Unmet> unmet, TransactionBatch batch) {
    queue.answered().forEach(batch::finish);
    queue.span = Optional.empty();
    batch.add(tools.decider().seen(queue.key, head, queue.rememberedWaiting(), unmet, now()));
  }

  private void tell(
      RefQueue queue,
      EvaluationPart.Seen seen,
      List<Trigger> triggers,
      Optional<EvaluationSpan> span) {
    var evaluated = queue.report.finish(seen, triggers, now());
    span.ifPresent(ending -> ending.decided(seen, evaluated.affected().size()));
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
        // what the remote cannot tell says nothing about what it should show
        queue.expectingSince = Optional.empty();
        failed(queue, ended.aim(), reason, retryable, batch);
      }
      case EvaluationOutcome.Broken(String reason) ->
          failed(queue, ended.aim(), reason, true, batch);
      case EvaluationOutcome.Warmed warmed -> {
        queue.indexed = Optional.of(warmed.commit());
        queue.marked.addAll(warmed.differing());
        Trigger.Cause restart = Triggers.together(List.of(), now());
        warmed.again().forEach(name -> queue.retries.lookAgain(name, restart));
      }
      case EvaluationOutcome.Swept swept -> {
        if (state.isFollowed(queue.key)
            && !swept.at().equals(state.ref(queue.key).head())
            && !queue.hasWork()) {
          polling.found(queue.key, swept.at(), batch);
        }
      }
    }
    if (queue.attempts == 0) {
      start(queue, batch);
    }
  }

  private void gone(RefQueue queue, Optional<CommitId> told, TransactionBatch batch) {
    queue.report.reset();
    queue.indexed = Optional.empty();
    batch.add(tools.decider().gone(queue.key, List.copyOf(queue.inHand), trace(queue), now()));
    queue.span.ifPresent(span -> span.ended("the ref is gone"));
    settle(
        queue, Optional.empty(), expectations.unmet(queue, told, Optional.empty(), batch), batch);
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
    // some closures may have been read anew and others not: the next look reads all
    queue.indexed = Optional.empty();
    if (!queue.hasWork()) {
      log.atWarn()
          .addKeyValue("repository", queue.key.repository())
          .addKeyValue("ref", queue.key.ref())
          .log("{} did not go: {}", aim.getClass().getSimpleName(), reason);
      return;
    }
    Duration delay = tools.timing().beforeTryingAgain(++queue.attempts, retryable);
    if (queue.attempts == 1 || delay.compareTo(LONG) >= 0) {
      log.atWarn()
          .addKeyValue("repository", queue.key.repository())
          .addKeyValue("ref", queue.key.ref())
          .addKeyValue("attempts", queue.attempts)
          .log("cannot look at the ref, trying again in {}: {}", delay, reason);
    }
    retry(queue, delay, batch);
  }

  private void retry(RefQueue queue, Duration delay, TransactionBatch batch) {
    tools.listener().retrying(queue.key.repository(), queue.key.ref());
    if (queue.waiting.isEmpty()) {
      // one at a time: else each webhook during an outage would add retries of its own
      queue.retry.ifPresent(earlier -> earlier.cancel(false));
      queue.retry =
          Optional.of(tools.evaluations().after(delay, new PartitionInput.RetryDue(queue.key)));
    } else {
      start(queue, batch);
    }
  }

  private void graceOver(RefQueue queue, TransactionBatch batch) {
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
    forgetUnfollowed(queue.key, batch);
    if (queue.looking || !queue.hasWork()) {
      return;
    }
    if (!queue.waiting.isEmpty()) {
      queue.span.ifPresent(span -> span.ended("something newer came"));
      queue.span = Optional.empty();
    }
    queue.takeUp();
    if (queue.span.isEmpty()) {
      queue.span =
          Optional.of(EvaluationSpan.begin(tools.tracing(), queue.key, queue.inHand, now()));
    }
    Instant since = queue.expectingSince.orElseGet(this::now);
    queue.expectingSince = Optional.of(since);
    boolean patient = expectations.hasTimeLeft(since);
    start(
        queue,
        Triggers.askRemote(queue.inHand) || state.ref(queue.key).head().isEmpty()
            ? new EvaluationRequest.Aim.Fetch(Triggers.expected(queue.inHand), patient)
            : new EvaluationRequest.Aim.Evaluate());
  }

  private void start(RefQueue queue, EvaluationRequest.Aim aim) {
    if (queue.looking || !state.isFollowed(queue.key)) {
      return;
    }
    queue.looking = true;
    tools.evaluations().start(requests.of(queue.key, aim, queue.indexed, queue.toMark()));
  }

  /** Drops the lane of a ref that the fleet follows no more; its hints need no answer. */
  void forgetUnfollowed(RefKey key, TransactionBatch batch) {
    RefQueue queue = queues.get(key);
    if (queue != null && !state.isFollowed(key) && !queue.looking) {
      queue.takeUp();
      queue.span.ifPresent(span -> span.ended("the ref is followed no more"));
      settle(queue, state.ref(key).head(), Optional.empty(), batch);
      sight.unfollowed(key, batch);
      queues.remove(key);
    }
  }

  private RefQueue lane(RefKey key) {
    return queues.computeIfAbsent(
        key,
        _ -> {
          polling.scheduleFirst(key);
          return new RefQueue(key, tools.evaluations());
        });
  }

  /** What the records of a look follow from. */
  private TraceParent trace(RefQueue queue) {
    return queue
        .span
        .map(EvaluationSpan::context)
        .orElseGet(() -> Triggers.together(queue.inHand, now()).trace());
  }

  private Instant now() {
    return tools.clock().instant();
  }
}
