package dev.sluice.worker.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.platform.process.Backoff;
import dev.sluice.platform.process.FatalErrors;
import dev.sluice.platform.process.LargePayloads;
import dev.sluice.worker.sync.LogEntry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LanesTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final Clock clock = Clock.systemUTC();
  private final List<String> done = new CopyOnWriteArrayList<>();
  private final List<Effect> reported = new CopyOnWriteArrayList<>();
  private Consumer<LogEntry> attempting = _ -> {};
  private volatile Optional<CompletableFuture<Void>> awaited = Optional.empty();
  private Consumer<Effect> onReport = _ -> {};

  /** Runs one lane at a time, so that a lost permit would be noticed. */
  private final Lanes lanes =
      new Lanes(
          application -> new FakeWork(application),
          new LanePolicy(
              new Backoff(Duration.ofMillis(1), Duration.ofMillis(10), () -> 1),
              Duration.ofMinutes(1),
              Duration.ofMillis(10)),
          1,
          LargePayloads.of(1),
          new Breaker(new Backoff(Duration.ofMillis(1), Duration.ofMillis(10), () -> 1), clock),
          AttemptJournal.none(),
          clock);

  private final class FakeWork implements Work {

    private final ApplicationName application;

    FakeWork(ApplicationName application) {
      this.application = application;
    }

    @Override
    public Outcome attempt(LogEntry entry, Received received, Pace pace)
        throws InterruptedException {
      attempting.accept(entry);
      if (application.value().equals("waiting") && awaited.isPresent()) {
        try {
          Duration left = pace.pause(Duration.ofMinutes(10), awaited.get());
          assertThat(left).isPositive();
        } catch (HaltException e) {
          return e.outcome();
        }
      }
      done.add(application + "/" + entry.generation());
      return new Outcome.Done();
    }

    @Override
    public CheckOutcome check(LogEntry entry, Pace pace) {
      return new CheckOutcome.Done();
    }

    @Override
    public void invalidate() {}

    @Override
    public void report(Effect effect) {
      onReport.accept(effect);
      reported.add(effect);
    }
  }

  @AfterEach
  void stop() throws InterruptedException {
    lanes.stop(Duration.ZERO);
  }

  static Stream<Supplier<Throwable>> failures() {
    return Stream.of(
        () -> new IllegalStateException("test"),
        () -> new AssertionError("test"),
        () -> new StackOverflowError("test"),
        () -> new NoClassDefFoundError("test"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void aFailureInAnAttemptAffectsThatApplicationUntilItIsFixed(Supplier<Throwable> failure) {
    attempting =
        entry -> {
          if (entry.application().value().equals("bad") && entry.generation().value() == 1) {
            raise(failure.get());
          }
        };
    lanes.offer(entry("bad", 1));
    for (int i = 0; i < 5; i++) {
      lanes.offer(entry("good" + i, 1));
    }

    await().until(() -> done.size() == 5);
    await().until(() -> !reported.isEmpty());
    assertThat(reported).allMatch(effect -> effect.entry().application().value().equals("bad"));
    assertThat(reported)
        .hasOnlyElementsOfType(
            failure.get() instanceof Error ? Effect.Parked.class : Effect.Retrying.class);
    lanes.offer(entry("bad", 2));
    lanes.offer(entry("good1", 2));

    await().until(() -> done.containsAll(List.of("bad/2", "good1/2")));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void anEffectThatCannotBeReportedIsSkippedAndTheLaneContinues(Supplier<Throwable> failure) {
    attempting =
        entry -> {
          if (entry.application().value().equals("bad") && entry.generation().value() == 1) {
            throw new AssertionError("parks it");
          }
        };
    onReport = _ -> raise(failure.get());
    lanes.offer(entry("bad", 1));
    lanes.offer(entry("good", 1));
    await().until(() -> done.equals(List.of("good/1")));

    lanes.offer(entry("bad", 2));

    await().until(() -> done.contains("bad/2"));
    await().atMost(Duration.ofSeconds(30)).until(lanes::areIdle);
  }

  @Test
  void aPauseEndsWithTheChangeThatItWaitsForAndBlocksNoOtherLane() {
    CompletableFuture<Void> change = new CompletableFuture<>();
    awaited = Optional.of(change);
    lanes.offer(entry("waiting", 1));
    await().until(() -> change.getNumberOfDependents() > 0);
    lanes.offer(entry("good", 1));
    await().until(() -> done.equals(List.of("good/1")));

    change.complete(null);

    await().until(() -> done.equals(List.of("good/1", "waiting/1")));
  }

  @Test
  void aPauseEndsWhenANewerGenerationArrives() {
    CompletableFuture<Void> change = new CompletableFuture<>();
    awaited = Optional.of(change);
    lanes.offer(entry("waiting", 1));
    await().until(() -> change.getNumberOfDependents() > 0);

    awaited = Optional.empty();
    lanes.offer(entry("waiting", 2));

    await().until(() -> done.equals(List.of("waiting/2")));
    assertThat(reported).hasExactlyElementsOfTypes(Effect.Superseded.class);
  }

  @Test
  void aLaneEndsAlthoughItsAttemptLosesTheInterrupt() throws InterruptedException {
    CountDownLatch attempted = new CountDownLatch(1);
    attempting =
        _ -> {
          attempted.countDown();
          try {
            Thread.sleep(Duration.ofMinutes(10));
          } catch (InterruptedException e) {
            // lost, as by a library
          }
        };
    lanes.offer(entry("losing", 1));
    attempted.await();

    Thread stopping =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    lanes.stop(Duration.ZERO);
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });

    assertThat(stopping.join(Duration.ofSeconds(10))).isTrue();
    assertThat(done).containsExactly("losing/1");
  }

  @Test
  void anErrorOfTheVirtualMachineInALaneEndsTheProcess() {
    List<Throwable> ends = new CopyOnWriteArrayList<>();
    OutOfMemoryError error = new OutOfMemoryError("test");
    try (var _ = FatalErrors.endingBy(ends::add)) {
      attempting =
          _ -> {
            throw error;
          };
      lanes.offer(entry("bad", 1));

      await().until(() -> ends.contains(error));
    }
  }

  private static void raise(Throwable failure) {
    switch (failure) {
      case RuntimeException exception -> throw exception;
      case Error error -> throw error;
      default -> throw new IllegalArgumentException(failure);
    }
  }

  private static LogEntry entry(String application, long generation) {
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
        TraceParent.start(),
        generation,
        0,
        NOW,
        NOW);
  }
}
