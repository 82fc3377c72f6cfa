package dev.sluice.worker.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.Provenance;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.platform.process.Backoff;
import dev.sluice.platform.process.FaultyClock;
import dev.sluice.platform.process.LargePayloads;
import dev.sluice.worker.report.ReportException;
import dev.sluice.worker.sync.LogEntry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LaneTest {

  private static final long MIB = 1024 * 1024;
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Backoff SOON =
      new Backoff(Duration.ofMillis(1), Duration.ofMillis(10), () -> 1);
  private static final Backoff LATE =
      new Backoff(Duration.ofHours(1), Duration.ofHours(1), () -> 1);
  private static final Failure FAILURE =
      new Failure(ApplyFailure.FORBIDDEN, "test", Failure.Stage.APPLY, Optional.empty());
  private static final Outcome DONE = new Outcome.Done();
  private static final Outcome RETRY = new Outcome.RetryAfter(FAILURE, Optional.empty());

  private final Semaphore running = new Semaphore(1);
  private final Semaphore payloads = new Semaphore(1);
  private final LargePayloads inMemory = LargePayloads.of(8 * MIB);
  private final FaultyClock clock = new FaultyClock("Lane");
  private final AtomicInteger asked = new AtomicInteger();
  private final Breaker breaker = new Breaker(LATE, counting(asked));
  private final LaneResources shared =
      new LaneResources(
          new LanePolicy(SOON, Duration.ofMinutes(1), Duration.ofHours(1)),
          running,
          payloads,
          inMemory,
          breaker,
          AttemptJournal.none(),
          clock);
  private final List<Lane> lanes = new ArrayList<>();

  /** Work whose attempts a test answers. */
  private static final class Answering implements Work {

    /** Answers an attempt. */
    interface Answer {
      Outcome to(LogEntry entry, Pace pace) throws HaltException, InterruptedException;
    }

    private final List<Long> attempted = new CopyOnWriteArrayList<>();
    private final List<Optional<SyncEvent>> given = new CopyOnWriteArrayList<>();
    private final List<Effect> reported = new CopyOnWriteArrayList<>();
    private final AtomicInteger invalidations = new AtomicInteger();
    private volatile Answer answer = (_, _) -> DONE;
    private volatile boolean isBrokerAway;

    @Override
    public Outcome attempt(LogEntry entry, Received received, Pace pace)
        throws InterruptedException {
      attempted.add(entry.generation().value());
      given.add(received.payload());
      try {
        return answer.to(entry, pace);
      } catch (HaltException e) {
        return e.outcome();
      }
    }

    @Override
    public CheckOutcome check(LogEntry entry, Pace pace) {
      return new CheckOutcome.Done();
    }

    @Override
    public void invalidate() {
      invalidations.incrementAndGet();
    }

    @Override
    public void report(Effect effect) throws ReportException {
      if (isBrokerAway) {
        throw new ReportException("the broker is away", new IllegalStateException("test"));
      }
      reported.add(effect);
    }
  }

  @AfterEach
  void stop() throws InterruptedException {
    lanes.forEach(Lane::interrupt);
    for (Lane lane : lanes) {
      lane.join();
    }
  }

  @Test
  void attemptsEachNewerGenerationAndIgnoresOthers() {
    Answering work = new Answering();
    Lane lane = lane("web", work);

    for (long generation : new long[] {2, 1, 2, 3}) {
      lane.offer(entry("web", generation), Optional.empty());
      await().until(lane::isIdle);
    }

    assertThat(work.attempted).containsExactly(2L, 3L);
    assertThat(lane.phase()).isEqualTo("idle");
  }

  @Test
  void retriesATransientFailureUntilItIsDone() {
    Answering work = new Answering();
    work.answer = (_, _) -> work.attempted.size() < 3 ? RETRY : DONE;
    Lane lane = lane("web", work);

    lane.offer(entry("web", 1), Optional.empty());

    await().until(() -> work.attempted.size() == 3 && lane.isIdle());
    assertThat(work.reported)
        .containsExactly(
            new Effect.Retrying(entry("web", 1), 1, Duration.ofMillis(1), FAILURE),
            new Effect.Retrying(entry("web", 1), 2, Duration.ofMillis(2), FAILURE));
  }

  @Test
  void attemptsAParkedGenerationAgainOnlyForItsCause() {
    Answering work = new Answering();
    Outcome.Parked parked = new Outcome.Parked(FAILURE, new Wake.NewKinds());
    work.answer = (_, _) -> work.attempted.size() == 1 ? parked : DONE;
    Lane lane = lane("web", work);
    lane.offer(entry("web", 1), Optional.empty());
    await().until(() -> lane.phase().equals("parked") && !work.reported.isEmpty());

    lane.wake();
    lane.wake(cause -> !cause.equals(parked));
    assertThat(lane.phase()).isEqualTo("parked");
    lane.wake(parked::equals);

    await().until(lane::isIdle);
    assertThat(work.attempted).containsExactly(1L, 1L);
  }

  @Test
  void aPauseLetsOtherLanesRunAndEndsForANewerGeneration() {
    AtomicReference<Outcome> halted = new AtomicReference<>();
    Answering pausing = new Answering();
    pausing.answer =
        (entry, pace) -> {
          if (entry.generation().value() == 1) {
            try {
              pace.pause(Duration.ofHours(1));
            } catch (HaltException e) {
              halted.set(e.outcome());
              throw e;
            }
          }
          return DONE;
        };
    Lane lane = lane("web", pausing);
    lane.offer(entry("web", 1), Optional.empty());
    await().until(() -> lane.phase().equals("running"));
    Answering work = new Answering();
    Lane other = lane("shop", work);
    other.offer(entry("shop", 1), Optional.empty());
    await().until(() -> work.attempted.equals(List.of(1L)) && other.isIdle());

    lane.offer(entry("web", 2), Optional.empty());

    await().until(() -> pausing.attempted.equals(List.of(1L, 2L)) && lane.isIdle());
    assertThat(halted.get())
        .isInstanceOfSatisfying(
            Outcome.RetryAfter.class,
            retry -> assertThat(retry.failure().message()).contains("newer generation"));
    assertThat(pausing.reported)
        .containsExactly(new Effect.Superseded(entry("web", 1), new Generation(2)));
    await().until(() -> running.availablePermits() == 1);
  }

  @Test
  void anAttemptContinuesWithItsPermitAfterAPause() {
    AtomicInteger permits = new AtomicInteger(-1);
    Answering work = new Answering();
    work.answer =
        (_, pace) -> {
          pace.pause(Duration.ofMillis(1));
          permits.set(running.availablePermits());
          return DONE;
        };
    Lane lane = lane("web", work);

    lane.offer(entry("web", 1), Optional.empty());

    await().until(lane::isIdle);
    assertThat(permits).hasValue(0);
    assertThat(work.reported).isEmpty();
  }

  @Test
  void attemptsNothingWhileTheApiDoesNotAnswer() {
    breaker.failed();
    Answering work = new Answering();
    Lane lane = lane("web", work);
    int before = asked.get();
    lane.offer(entry("web", 1), Optional.empty());
    await().until(() -> asked.get() > before && running.availablePermits() == 1);
    assertThat(lane.phase()).isEqualTo("queued");

    breaker.answered();
    lane.offer(entry("web", 2), Optional.empty());

    await().until(() -> work.attempted.size() == 1 && lane.isIdle());
    assertThat(work.attempted).as("the first was postponed").containsExactly(2L);
    assertThat(work.reported)
        .containsExactly(new Effect.Superseded(entry("web", 1), new Generation(2)));
  }

  @Test
  void keepsThePayloadOfTheNewestRecordIfThereIsRoom() throws InterruptedException {
    Answering first = new Answering();
    Answering second = new Answering();
    Lane web = lane("web", first);
    Lane shop = lane("shop", second);
    running.acquire();
    web.offer(entry("web", 1), Optional.of(payload("web", 1)));
    web.offer(entry("web", 2), Optional.of(payload("web", 2)));
    shop.offer(entry("shop", 1), Optional.of(payload("shop", 1)));
    assertThat(payloads.availablePermits()).isZero();

    running.release();

    await().until(() -> web.isIdle() && shop.isIdle());
    assertThat(first.given).containsExactly(Optional.of(payload("web", 2)));
    assertThat(second.given).as("there was no room").containsExactly(Optional.empty());
    assertThat(payloads.availablePermits()).isEqualTo(1);
  }

  @Test
  void aLargePayloadIsReadAgainByTheAttempt() {
    Answering work = new Answering();
    Lane lane = lane("web", work);

    lane.offer(entry("web", 1, 3 * MIB), Optional.of(payload("web", 1)));

    await().until(() -> work.attempted.size() == 1 && lane.isIdle());
    assertThat(work.given).containsExactly(Optional.empty());
    assertThat(payloads.availablePermits()).isEqualTo(1);
  }

  @Test
  void largeApplicationsWaitForMemoryAndSmallOnesDoNot() throws InterruptedException {
    Answering next = new Answering();
    Answering small = new Answering();
    Lane second = lane("second", next);
    Lane third = lane("third", small);
    LargePayloads.Room others = inMemory.enter(5 * MIB);

    second.offer(entry("second", 1, 100 * MIB), Optional.empty());
    await().until(() -> inMemory.waiting() == 1);
    third.offer(entry("third", 1), Optional.empty());
    await().until(() -> small.attempted.size() == 1 && third.isIdle());
    assertThat(next.attempted).isEmpty();
    others.close();

    await().until(() -> next.attempted.size() == 1 && second.isIdle());
  }

  @Test
  void aLargeApplicationThatWaitsForItsHooksLetsOthersRun() {
    CompletableFuture<Void> end = new CompletableFuture<>();
    Answering waiting = new Answering();
    waiting.answer =
        (_, pace) -> {
          pace.outlast(Duration.ofHours(1), end);
          return DONE;
        };
    Answering next = new Answering();
    Lane first = lane("first", waiting);
    Lane second = lane("second", next);
    first.offer(entry("first", 1, 5 * MIB), Optional.empty());
    await().until(() -> waiting.attempted.size() == 1);

    second.offer(entry("second", 1, 100 * MIB), Optional.empty());
    await().until(() -> next.attempted.size() == 1 && second.isIdle());
    assertThat(first.isIdle()).isFalse();
    end.complete(null);

    await().until(first::isIdle);
  }

  @Test
  void aNewerGenerationThatNeedsMoreMemoryWaitsForIt() throws InterruptedException {
    Answering work = new Answering();
    Lane lane = lane("web", work);
    running.acquire();
    lane.offer(entry("web", 1), Optional.empty());
    await().until(running::hasQueuedThreads);
    LargePayloads.Room others = inMemory.enter(8 * MIB);

    lane.offer(entry("web", 2, 3 * MIB), Optional.empty());
    running.release();
    await().until(() -> inMemory.waiting() == 1);
    assertThat(work.attempted).isEmpty();
    others.close();

    await().until(() -> work.attempted.equals(List.of(2L)) && lane.isIdle());
  }

  @Test
  void onlyTheFirstAttemptHasThePayload() {
    Answering work = new Answering();
    work.answer = (_, _) -> work.attempted.size() == 1 ? RETRY : DONE;
    Lane lane = lane("web", work);

    lane.offer(entry("web", 1), Optional.of(payload("web", 1)));

    await().until(() -> work.attempted.size() == 2 && lane.isIdle());
    assertThat(work.given).containsExactly(Optional.of(payload("web", 1)), Optional.empty());
    assertThat(payloads.availablePermits()).isEqualTo(1);
  }

  @Test
  void appliesTheNewestGenerationAgainWithoutCachedState() {
    Answering work = new Answering();
    Lane lane = lane("web", work);
    lane.offer(entry("web", 1), Optional.empty());
    await().until(lane::isIdle);

    lane.applyAgain();

    await().until(() -> work.attempted.equals(List.of(1L, 1L)) && lane.isIdle());
    assertThat(work.invalidations).hasValue(1);
  }

  @Test
  void attemptsGoOnWhileReportsFailAndReportsKeepTheirOrder() {
    Answering work = new Answering();
    work.isBrokerAway = true;
    work.answer =
        (entry, _) ->
            entry.generation().value() == 1
                ? new Outcome.Parked(FAILURE, new Wake.NewInput())
                : DONE;
    Lane lane = lane("web", work);
    lane.offer(entry("web", 1), Optional.empty());
    await().until(() -> lane.phase().equals("parked"));

    lane.offer(entry("web", 2), Optional.empty());

    await().until(() -> lane.phase().equals("idle"));
    assertThat(work.attempted).containsExactly(1L, 2L);
    assertThat(lane.isIdle()).as("its reports are missing").isFalse();
    work.isBrokerAway = false;
    await().until(lane::isIdle);
    assertThat(work.reported).hasSize(2).first().isInstanceOf(Effect.Parked.class);
    assertThat(work.reported)
        .last()
        .isEqualTo(new Effect.Superseded(entry("web", 1), new Generation(2)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"exception", "error", "stack overflow"})
  void aFailureOfTheLaneItselfDoesNotEndIt(String fault) {
    Answering work = new Answering();
    work.answer =
        (entry, _) -> {
          if (entry.generation().value() == 1) {
            clock.fail(fault);
          }
          return DONE;
        };
    Lane lane = lane("web", work);
    lane.offer(entry("web", 1), Optional.empty());
    await().until(() -> work.attempted.size() == 1 && running.availablePermits() == 1);
    clock.recover();

    lane.offer(entry("web", 2), Optional.empty());

    await().until(() -> work.attempted.contains(2L) && lane.isIdle());
  }

  private Lane lane(String application, Work work) {
    Lane lane = new Lane(new ApplicationName(application), work, shared);
    lanes.add(lane);
    lane.start();
    return lane;
  }

  private static Clock counting(AtomicInteger calls) {
    return new Clock() {
      @Override
      public Instant instant() {
        calls.incrementAndGet();
        return NOW;
      }

      @Override
      public ZoneId getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        return this;
      }
    };
  }

  private static SyncEvent payload(String application, long generation) {
    return new SyncEvent.Removal(
        new ApplicationName(application),
        new ClusterName("test"),
        new Generation(generation),
        false,
        new Provenance(List.of(), Optional.empty(), NOW, NOW, "b", 1));
  }

  private static final TraceParent TRACE = TraceParent.start();

  private static LogEntry entry(String application, long generation) {
    return entry(application, generation, 1_000);
  }

  private static LogEntry entry(String application, long generation, long bytes) {
    return new LogEntry(
        new Subject(
            new ClusterName("test"),
            new ApplicationName(application),
            new Generation(generation),
            Optional.empty(),
            EventId.of(application, generation)),
        false,
        "v1:" + generation,
        Policy.DEFAULT,
        new LogEntry.Batch("b", 1),
        TRACE,
        generation,
        bytes,
        NOW,
        NOW);
  }
}
