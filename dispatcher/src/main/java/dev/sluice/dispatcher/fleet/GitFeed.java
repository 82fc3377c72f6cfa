package dev.sluice.dispatcher.fleet;

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
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Watch of a ref of the fleet's repository. A thread of its own fetches it at the start, after a
 * push, and at jittered intervals, so that a slow forge does not hold up the intake.
 */
final class GitFeed implements FleetFeed {

  private final FleetLocation.InGit location;
  private final RemotePolicy.Base repository;
  private final Mirrors mirrors;
  private final RetryTiming timing;
  private final FleetPushes pushes;
  private final Clock clock;
  private final Thread fetcher;
  private final BlockingQueue<Push> concerning = new LinkedBlockingQueue<>();
  private final AtomicReference<Optional<Found>> found = new AtomicReference<>(Optional.empty());
  private volatile Optional<GitRef> followed;
  private volatile boolean repeats;
  private volatile boolean closed;

  /** Commit that is the newest known to the intake; used by the fetcher only, as what follows. */
  private Optional<CommitId> shown = Optional.empty();

  private Optional<CommitId> announced = Optional.empty();
  private Instant expectedUntil = Instant.MIN;
  private int attempts;

  private GitFeed(
      FleetLocation.InGit location,
      RemotePolicy.Base repository,
      Mirrors mirrors,
      RetryTiming timing,
      FleetPushes pushes,
      Clock clock) {
    this.location = location;
    this.repository = repository;
    this.mirrors = mirrors;
    this.timing = timing;
    this.pushes = pushes;
    this.clock = clock;
    this.followed = location.ref();
    this.fetcher = Thread.ofVirtual().name("fleet-fetcher").unstarted(this::follow);
  }

  /**
   * Starts the watch.
   *
   * @param pushes are read from now on, and closed with the watch
   */
  static GitFeed start(
      FleetLocation.InGit location,
      RemotePolicy.Base repository,
      Mirrors mirrors,
      RetryTiming timing,
      FleetPushes pushes,
      Clock clock) {
    GitFeed feed = new GitFeed(location, repository, mirrors, timing, pushes, clock);
    feed.fetcher.start();
    return feed;
  }

  @Override
  public Optional<Found> next() {
    for (Push push : pushes.read()) {
      if (push.ref().isEmpty() || followed.isEmpty() || push.ref().equals(followed)) {
        concerning.add(push);
      }
    }
    return found.getAndSet(Optional.empty());
  }

  @Override
  public void repeat() {
    repeats = true;
  }

  @Override
  public void close() {
    closed = true; // a fetch may swallow the interrupt
    fetcher.interrupt();
    pushes.close();
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
    for (@Nullable Push next = push; next != null; next = concerning.poll()) {
      announced = next.after();
      expectedUntil = clock.instant().plus(timing.patience());
      attempts = 0;
      if (next.ref().isEmpty()) {
        followed = location.ref();
      }
    }
  }

  private Duration fetchContained() throws InterruptedException {
    try {
      return fetch();
    } catch (RuntimeException | Error e) {
      if (closed) {
        throw new InterruptedException();
      }
      FatalErrors.check(e);
      return unavailable(e.toString(), true);
    }
  }

  /** Fetches the ref, and returns the pause until the next time; zero for none. */
  private Duration fetch() {
    if (location.ref().isEmpty() && (followed.isEmpty() || announced.isEmpty())) {
      switch (mirrors.defaultBranch(repository)) {
        case DefaultBranch.Named named -> followed = Optional.of(named.ref());
        case DefaultBranch.Unknown unknown -> {
          return failed(unknown.failed());
        }
      }
    }
    GitRef ref = followed.orElseThrow();
    return switch (mirrors.fetch(repository, ref, announced)) {
      case FetchOutcome.At at -> {
        show(at.head());
        yield untilPoll();
      }
      case FetchOutcome.NotYet _ when clock.instant().isBefore(expectedUntil) ->
          timing.beforeExpectingAgain(++attempts);
      case FetchOutcome.NotYet _ -> {
        announced = Optional.empty();
        yield fetch();
      }
      case FetchOutcome.Gone _ ->
          unavailable(
              "%s has no ref %s: push it, or correct --fleet (a tag is written refs/tags/NAME)"
                  .formatted(repository.repository(), ref),
              false);
      case FetchOutcome.Failed failed -> failed(failed);
    };
  }

  private void show(CommitId head) {
    announced = Optional.empty();
    attempts = 0;
    if (!shown.equals(Optional.of(head)) || repeats) {
      repeats = false;
      shown = Optional.of(head);
      found.set(
          Optional.of(
              new Found.Documents(new GitInput(location, repository.repository(), head, mirrors))));
    }
  }

  private Duration failed(FetchOutcome.Failed failed) {
    boolean isOfCredentials =
        failed.code() == SourceFailure.CREDENTIALS_MISSING
            || failed.code() == SourceFailure.CREDENTIALS_REFUSED;
    return unavailable(
        failed.reason()
            + (isOfCredentials
                ? " (--fleet-credentials, or --fleet-ssh-key for a URL of SSH)"
                : ""),
        failed.retryable());
  }

  private Duration unavailable(String reason, boolean retryable) {
    shown = Optional.empty();
    found.set(Optional.of(new Found.Unavailable(reason, retryable)));
    return timing.beforeTryingAgain(++attempts, retryable);
  }

  private Duration untilPoll() {
    double jitter = ThreadLocalRandom.current().nextDouble(0.5, 1.5);
    return Duration.ofMillis((long) (timing.pollInterval().toMillis() * jitter));
  }
}
