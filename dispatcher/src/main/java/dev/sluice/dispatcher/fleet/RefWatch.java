package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.dispatcher.fleet.FleetPushes.Push;
import dev.sluice.dispatcher.partition.RetryTiming;
import dev.sluice.inputs.git.DefaultBranch;
import dev.sluice.inputs.git.FetchOutcome;
import dev.sluice.inputs.git.Mirrors;
import dev.sluice.platform.process.FatalErrors;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watch of a ref of a repository that has the fleet, or that generators read. A thread of its own
 * fetches it at the start, after a push, and at jittered intervals, so that a slow forge does not
 * hold up the intake, whose thread calls the methods.
 */
final class RefWatch implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(RefWatch.class);

  /** Time after which a fetch that has not ended is reported. */
  private static final Duration LONG_FETCH = Duration.ofMinutes(3);

  private static final Set<FailureCode> OF_CREDENTIALS =
      Set.of(
          SourceFailure.CREDENTIALS_MISSING,
          SourceFailure.CREDENTIALS_REFUSED,
          SourceFailure.CREDENTIALS_EXPIRED,
          SourceFailure.CREDENTIALS_ROTATED,
          SourceFailure.ACCESS_DENIED);

  private static final Duration CLOSE = Duration.ofSeconds(2);

  /** What a fetch found. */
  sealed interface Seen {

    /** The ref is at this commit, which is in the mirror. */
    record At(GitRef ref, CommitId head) implements Seen {}

    /**
     * The ref cannot be read.
     *
     * @param reason what, where and what to do
     * @param retryable whether it may resolve on its own
     */
    record Unavailable(String reason, boolean retryable) implements Seen {}
  }

  /**
   * What to do about failures.
   *
   * @param gone about a ref that does not exist
   * @param credentials where they are set
   */
  record Remedies(String gone, String credentials) {}

  private final RemotePolicy.Base repository;
  private final Optional<GitRef> ref;
  private final Remedies remedies;
  private final Mirrors mirrors;
  private final RetryTiming timing;
  private final Clock clock;
  private final Thread fetcher;

  /** The newest push that the fetcher has not seen; only the intake's thread adds one. */
  private final BlockingQueue<Push> concerning = new ArrayBlockingQueue<>(1);

  private final AtomicReference<Optional<Seen>> found = new AtomicReference<>(Optional.empty());
  private volatile Optional<GitRef> followed;
  private volatile Optional<Instant> fetchingSince = Optional.empty();
  private volatile boolean repeats;
  private volatile boolean closed;

  /** Time of the next repetition; used by the intake's thread only, as what follows. */
  private Optional<Instant> repeatAt = Optional.empty();

  private int repetitions;
  private Optional<Instant> reportedSince = Optional.empty();

  /** Commit that is the newest known to the intake; used by the fetcher only, as what follows. */
  private Optional<CommitId> shown = Optional.empty();

  private Optional<CommitId> announced = Optional.empty();
  private Instant expectedUntil = Instant.MIN;
  private int attempts;

  private RefWatch(
      RemotePolicy.Base repository,
      Optional<GitRef> ref,
      Remedies remedies,
      Mirrors mirrors,
      RetryTiming timing,
      Clock clock) {
    this.repository = repository;
    this.ref = ref;
    this.remedies = remedies;
    this.mirrors = mirrors;
    this.timing = timing;
    this.clock = clock;
    this.followed = ref;
    this.fetcher =
        Thread.ofVirtual().name("fleet-fetcher-" + repository.repository()).unstarted(this::follow);
  }

  /**
   * Starts the watch.
   *
   * @param ref empty for the default branch
   */
  static RefWatch start(
      RemotePolicy.Base repository,
      Optional<GitRef> ref,
      Remedies remedies,
      Mirrors mirrors,
      RetryTiming timing,
      Clock clock) {
    RefWatch watch = new RefWatch(repository, ref, remedies, mirrors, timing, clock);
    watch.fetcher.start();
    return watch;
  }

  /** Has the ref fetched if the push, which is one of the repository, concerns it. */
  void pushed(Push push) {
    if (push.ref().isEmpty() || followed.isEmpty() || push.ref().equals(followed)) {
      Push earlier = concerning.poll();
      concerning.add(earlier != null && earlier.ref().isEmpty() ? earlier : push);
      repetitions = 0;
    }
  }

  /** Returns what is new since the last call; empty if nothing is. */
  Optional<Seen> next() {
    if (repeatAt.filter(time -> !clock.instant().isBefore(time)).isPresent()) {
      repeatAt = Optional.empty();
      repeats = true;
      if (concerning.isEmpty()) {
        concerning.add(new Push(repository.repository().key(), followed, Optional.empty()));
      }
    }
    return found.getAndSet(Optional.empty()).or(this::hanging);
  }

  /** Returns once for each fetch that it takes too long. */
  private Optional<Seen> hanging() {
    Optional<Instant> since =
        fetchingSince.filter(start -> clock.instant().isAfter(start.plus(LONG_FETCH)));
    if (since.isEmpty() || since.equals(reportedSince)) {
      return Optional.empty();
    }
    reportedSince = since;
    repeats = true; // so that the documents are returned again when the fetch ends
    return since.map(
        start ->
            new Seen.Unavailable(
                "%s has not answered the fetch that began at %s"
                    .formatted(repository.repository(), start.truncatedTo(ChronoUnit.SECONDS)),
                true));
  }

  /** Has the commit that was returned last returned again, since it could not be read. */
  void repeat() {
    Duration pause = timing.beforeTryingAgain(++repetitions, true);
    repeatAt = Optional.of(clock.instant().plus(pause));
  }

  @Override
  public void close() {
    closed = true; // a fetch may swallow the interrupt
    fetcher.interrupt();
    try {
      fetcher.join(CLOSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void follow() {
    try {
      while (!closed) {
        Duration pause = fetchContained();
        if (!closed) {
          await(pause);
        }
      }
    } catch (InterruptedException e) {
      // closed
    }
  }

  /**
   * Waits for a push.
   *
   * @param pause the longest wait; zero for any
   */
  private void await(Duration pause) throws InterruptedException {
    Push push =
        pause.isZero()
            ? concerning.take()
            : concerning.poll(pause.toMillis(), TimeUnit.MILLISECONDS);
    if (push == null) {
      return;
    }
    if (announced.isEmpty()) { // otherwise the time for an earlier push runs
      expectedUntil = clock.instant().plus(timing.patience());
    }
    announced = push.after();
    attempts = 0;
    if (push.ref().isEmpty()) {
      followed = ref;
    }
  }

  private Duration fetchContained() throws InterruptedException {
    fetchingSince = Optional.of(clock.instant());
    try {
      return fetch();
    } catch (RuntimeException | Error e) {
      if (closed) {
        throw new InterruptedException();
      }
      FatalErrors.check(e);
      log.atWarn()
          .addKeyValue("repository", repository.repository())
          .setCause(e)
          .log("a repository of the fleet or of its generators cannot be fetched");
      return unavailable(e.toString(), true);
    } finally {
      fetchingSince = Optional.empty();
    }
  }

  /** Fetches the ref, and returns the pause until the next time; zero for none. */
  private Duration fetch() {
    if (ref.isEmpty() && (followed.isEmpty() || announced.isEmpty())) {
      switch (mirrors.defaultBranch(repository)) {
        case DefaultBranch.Named named -> followed = Optional.of(named.ref());
        case DefaultBranch.Unknown unknown -> {
          return failed(unknown.failed());
        }
      }
    }
    GitRef wanted = followed.orElseThrow();
    return switch (mirrors.fetch(repository, wanted, announced)) {
      case FetchOutcome.At at -> {
        announced = Optional.empty();
        attempts = 0;
        show(wanted, at.head());
        yield untilPoll();
      }
      case FetchOutcome.NotYet(var seen) when clock.instant().isBefore(expectedUntil) -> {
        seen.ifPresent(head -> show(wanted, head));
        yield timing.beforeExpectingAgain(++attempts);
      }
      case FetchOutcome.NotYet _ -> {
        announced = Optional.empty();
        yield fetch();
      }
      case FetchOutcome.Gone _ ->
          unavailable(
              "%s has no ref %s: push it, or %s (a tag is written refs/tags/NAME)"
                  .formatted(repository.repository(), wanted, remedies.gone()),
              false);
      case FetchOutcome.Failed failed -> failed(failed);
    };
  }

  private void show(GitRef at, CommitId head) {
    if (!shown.equals(Optional.of(head)) || repeats) {
      repeats = false;
      shown = Optional.of(head);
      found.set(Optional.of(new Seen.At(at, head)));
    }
  }

  private Duration failed(FetchOutcome.Failed failed) {
    boolean isOfCredentials = OF_CREDENTIALS.contains(failed.code());
    return unavailable(
        failed.reason() + (isOfCredentials ? " (%s)".formatted(remedies.credentials()) : ""),
        failed.retryable());
  }

  private Duration unavailable(String reason, boolean retryable) {
    shown = Optional.empty();
    found.set(Optional.of(new Seen.Unavailable(reason, retryable)));
    return timing.beforeTryingAgain(++attempts, retryable);
  }

  private Duration untilPoll() {
    double jitter = ThreadLocalRandom.current().nextDouble(0.5, 1.5);
    return Duration.ofMillis((long) (timing.pollInterval().toMillis() * jitter));
  }
}
