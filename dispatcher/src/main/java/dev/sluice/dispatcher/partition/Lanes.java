package dev.sluice.dispatcher.partition;

import dev.sluice.contract.event.StateRecord.RefState;
import dev.sluice.contract.event.StateRecord.Unmet;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.name.CommitId;
import dev.sluice.dispatcher.decide.Causes;
import dev.sluice.dispatcher.decide.Decision;
import dev.sluice.dispatcher.decide.DispatchListener;
import dev.sluice.dispatcher.decide.Hint;
import dev.sluice.dispatcher.decide.HomeMemory;
import dev.sluice.dispatcher.decide.LookDecider;
import dev.sluice.dispatcher.decide.Part;
import dev.sluice.dispatcher.decide.RefKey;
import dev.sluice.dispatcher.evaluate.LookEnd;
import dev.sluice.dispatcher.evaluate.LookRequest;
import dev.sluice.dispatcher.evaluate.LookRequests;
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
final class Lanes {

  /** What the lanes work with. */
  record Tools(
      LookDecider decider,
      Looks looks,
      Timing timing,
      Clock clock,
      DispatchListener listener,
      Tracing tracing) {}

  private static final Logger log = LoggerFactory.getLogger(Lanes.class);

  /** From here on trouble is worth a line. */
  private static final Duration LONG = Duration.ofSeconds(1);

  private final HomeMemory memory;
  private final Tools tools;
  private final LookRequests requests;
  private final Sweeps sweeps;
  private final Expectations expectations;
  private final RemoteSight sight;
  private final Map<RefKey, RefLane> lanes = new HashMap<>();

  Lanes(HomeMemory memory, Tools tools) {
    this.memory = memory;
    this.tools = tools;
    this.requests = new LookRequests(memory);
    this.sweeps = new Sweeps(memory, tools);
    this.expectations = new Expectations(tools);
    this.sight = new RemoteSight(memory, tools);
  }

  /** Takes up what state says was unfinished, and reads the other refs' closures in advance. */
  void resume(Batch batch) {
    for (RefKey key : memory.followed()) {
      RefLane lane = lane(key);
      RefState ref = memory.ref(key);
      ref.pending().map(Hint::of).ifPresent(lane.inHand::add);
      if (lane.hasWork()) {
        start(lane, batch);
      } else if (ref.head().isPresent()) {
        start(lane, new LookRequest.Aim.Warm());
      } else {
        // never read, gone, or forgotten: no event is left that would tell of it
        start(lane, new LookRequest.Aim.Sweep());
      }
    }
  }

  /** A reason to look at a ref. */
  void hint(RefKey key, Hint hint, Batch batch) {
    RefLane lane = lane(key);
    lane.newestAt = now();
    lane.waiting.add(hint);
    if (!lane.graceTimer) {
      lane.graceTimer = true;
      var unused = tools.looks().after(tools.timing().grace(), new HomeInput.GraceOver(key));
    }
    start(lane, batch);
  }

  /** The same, where no event is left that would tell again: {@code state} remembers it. */
  void remind(RefKey key, Hint hint, Batch batch) {
    RefLane lane = lane(key);
    lane.newestAt = now();
    lane.waiting.add(hint.remembered());
    batch.add(tools.decider().unfinished(key, lane.hints(), now()));
    start(lane, batch);
  }

  void handle(HomeInput.OfRef input, Batch batch) {
    RefLane lane = lanes.get(input.key());
    if (lane == null) {
      return;
    }
    switch (input) {
      case HomeInput.PartFound found -> partFound(lane, found, batch);
      case HomeInput.LookEnded ended -> {
        lane.looking = false;
        sight.ended(ended, batch);
        ended(lane, ended, batch);
      }
      case HomeInput.RetryDue _ -> start(lane, batch);
      case HomeInput.RemoteDue due -> {
        Hint.Ask ask = new Hint.Ask.OfApplication(due.application());
        lane.waiting.add(new Hint(due.cause(), ask, OptionalLong.empty()));
        start(lane, batch);
      }
      case HomeInput.GraceOver _ -> graceOver(lane, batch);
      case HomeInput.SweepDue _ -> {
        sweeps.scheduleNext(lane.key);
        if (!lane.looking && !lane.hasWork()) {
          start(lane, new LookRequest.Aim.Sweep());
        }
      }
    }
  }

  private void partFound(RefLane lane, HomeInput.PartFound found, Batch batch) {
    Part part = found.part();
    List<Hint> hints = List.copyOf(lane.inHand);
    Decision decision = tools.decider().found(part, hints, trace(lane), now());
    batch.add(decision);
    lane.report.add(decision);
    lane.unreached.found(part, Causes.together(hints, now()));
    if (part.last()) {
      CommitId commit = part.seen().commit();
      boolean moved = !memory.ref(lane.key).head().equals(Optional.of(commit));
      lane.indexed = Optional.of(commit);
      lane.marked.clear();
      Optional<LookSpan> span = lane.span;
      Optional<Instant> again =
          part.seen().unmet().isPresent() ? expectations.askAgain(lane, hints) : Optional.empty();
      Optional<Unmet> unmet =
          expectations.unmet(lane, part.seen().unmet(), Optional.of(commit), batch);
      // what is asked for again may still show
      settle(lane, Optional.of(commit), again.isPresent() ? Optional.empty() : unmet, batch);
      lane.expectingSince = again;
      if (moved) {
        passOn(lane.key, hints, batch);
      }
      batch.afterwards(() -> tell(lane, part.seen(), hints, span));
    }
    batch.afterwards(() -> found.written().complete(null));
  }

  /** Who decides about applications that read this ref as well must look at them again. */
  private void passOn(RefKey moved, List<Hint> hints, Batch batch) {
    memory
        .decidedElsewhere(moved)
        .forEach(
            (key, applications) ->
                remind(
                    key,
                    new Hint(
                        Causes.together(hints, now()),
                        new Hint.Ask.OtherMoved(moved, applications),
                        Causes.offset(hints),
                        true),
                    batch));
  }

  /** What was in hand is answered by this head. */
  private void settle(RefLane lane, Optional<CommitId> head, Optional<Unmet> unmet, Batch batch) {
    lane.answered().forEach(batch::finish);
    lane.span = Optional.empty();
    batch.add(tools.decider().seen(lane.key, head, lane.rememberedWaiting(), unmet, now()));
  }

  private void tell(RefLane lane, Part.Seen seen, List<Hint> hints, Optional<LookSpan> span) {
    var evaluated = lane.report.finish(seen, hints, now());
    span.ifPresent(ending -> ending.decided(seen, evaluated.affected().size()));
    LookReport.log(evaluated);
    tools.listener().evaluated(evaluated);
  }

  private void ended(RefLane lane, HomeInput.LookEnded ended, Batch batch) {
    switch (ended.end()) {
      case LookEnd.Done _ -> {}
      case LookEnd.Gone gone -> gone(lane, gone.unmet(), batch);
      case LookEnd.NotYet _ ->
          retry(lane, tools.timing().beforeExpectingAgain(++lane.attempts), batch);
      case LookEnd.Failed(String reason, boolean retryable) -> {
        // what the remote cannot tell says nothing about what it should show
        lane.expectingSince = Optional.empty();
        failed(lane, ended.aim(), reason, retryable, batch);
      }
      case LookEnd.Broken(String reason) -> failed(lane, ended.aim(), reason, true, batch);
      case LookEnd.Warmed warmed -> {
        lane.indexed = Optional.of(warmed.commit());
        lane.marked.addAll(warmed.differing());
        Hint.Cause restart = Causes.together(List.of(), now());
        warmed.again().forEach(name -> lane.unreached.lookAgain(name, restart));
      }
      case LookEnd.Swept swept -> {
        if (memory.isFollowed(lane.key)
            && !swept.at().equals(memory.ref(lane.key).head())
            && !lane.hasWork()) {
          sweeps.found(lane.key, swept.at(), batch);
        }
      }
    }
    if (lane.attempts == 0) {
      start(lane, batch);
    }
  }

  private void gone(RefLane lane, Optional<CommitId> told, Batch batch) {
    lane.report.reset();
    lane.indexed = Optional.empty();
    batch.add(tools.decider().gone(lane.key, List.copyOf(lane.inHand), trace(lane), now()));
    lane.span.ifPresent(span -> span.ended("the ref is gone"));
    settle(lane, Optional.empty(), expectations.unmet(lane, told, Optional.empty(), batch), batch);
    log.atWarn()
        .addKeyValue("repository", lane.key.repository())
        .addKeyValue("ref", lane.key.ref())
        .log("the ref is gone; what was applied last stays");
  }

  private void failed(
      RefLane lane, LookRequest.Aim aim, String reason, boolean retryable, Batch batch) {
    lane.report.reset();
    // some closures may have been read anew and others not: the next look reads all
    lane.indexed = Optional.empty();
    if (!lane.hasWork()) {
      log.atWarn()
          .addKeyValue("repository", lane.key.repository())
          .addKeyValue("ref", lane.key.ref())
          .log("{} did not go: {}", aim.getClass().getSimpleName(), reason);
      return;
    }
    Duration delay = tools.timing().beforeTryingAgain(++lane.attempts, retryable);
    if (lane.attempts == 1 || delay.compareTo(LONG) >= 0) {
      log.atWarn()
          .addKeyValue("repository", lane.key.repository())
          .addKeyValue("ref", lane.key.ref())
          .addKeyValue("attempts", lane.attempts)
          .log("cannot look at the ref, trying again in {}: {}", delay, reason);
    }
    retry(lane, delay, batch);
  }

  private void retry(RefLane lane, Duration delay, Batch batch) {
    tools.listener().retrying(lane.key.repository(), lane.key.ref());
    if (lane.waiting.isEmpty()) {
      // one at a time: else each webhook during an outage would add retries of its own
      lane.retry.ifPresent(earlier -> earlier.cancel(false));
      lane.retry = Optional.of(tools.looks().after(delay, new HomeInput.RetryDue(lane.key)));
    } else {
      start(lane, batch);
    }
  }

  private void graceOver(RefLane lane, Batch batch) {
    lane.graceTimer = false;
    List<Hint> hints = lane.hints();
    List<Hint> unremembered = hints.stream().filter(hint -> !hint.isRemembered()).toList();
    if (unremembered.isEmpty()) {
      return;
    }
    batch.add(tools.decider().unfinished(lane.key, hints, now()));
    unremembered.forEach(batch::finish);
    lane.remembered();
  }

  private void start(RefLane lane, Batch batch) {
    forgetUnfollowed(lane.key, batch);
    if (lane.looking || !lane.hasWork()) {
      return;
    }
    if (!lane.waiting.isEmpty()) {
      lane.span.ifPresent(span -> span.ended("something newer came"));
      lane.span = Optional.empty();
    }
    lane.takeUp();
    if (lane.span.isEmpty()) {
      lane.span = Optional.of(LookSpan.begin(tools.tracing(), lane.key, lane.inHand, now()));
    }
    Instant since = lane.expectingSince.orElseGet(this::now);
    lane.expectingSince = Optional.of(since);
    boolean patient = expectations.hasTimeLeft(since);
    start(
        lane,
        Causes.askRemote(lane.inHand) || memory.ref(lane.key).head().isEmpty()
            ? new LookRequest.Aim.Fetch(Causes.expected(lane.inHand), patient)
            : new LookRequest.Aim.Evaluate());
  }

  private void start(RefLane lane, LookRequest.Aim aim) {
    if (lane.looking || !memory.isFollowed(lane.key)) {
      return;
    }
    lane.looking = true;
    tools.looks().start(requests.of(lane.key, aim, lane.indexed, lane.toMark()));
  }

  /** Drops the lane of a ref that the fleet follows no more; its hints need no answer. */
  void forgetUnfollowed(RefKey key, Batch batch) {
    RefLane lane = lanes.get(key);
    if (lane != null && !memory.isFollowed(key) && !lane.looking) {
      lane.takeUp();
      lane.span.ifPresent(span -> span.ended("the ref is followed no more"));
      settle(lane, memory.ref(key).head(), Optional.empty(), batch);
      sight.unfollowed(key, batch);
      lanes.remove(key);
    }
  }

  private RefLane lane(RefKey key) {
    return lanes.computeIfAbsent(
        key,
        _ -> {
          sweeps.scheduleFirst(key);
          return new RefLane(key, tools.looks());
        });
  }

  /** What the records of a look follow from. */
  private TraceParent trace(RefLane lane) {
    return lane.span
        .map(LookSpan::context)
        .orElseGet(() -> Causes.together(lane.inHand, now()).trace());
  }

  private Instant now() {
    return tools.clock().instant();
  }
}
