package dev.sluice.inputs.remote;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.inputs.walk.RemoteException;
import dev.sluice.platform.process.Backoff;
import dev.sluice.platform.process.FatalErrors;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Fetches in the background, so that an unresponsive host does not block callers for long: they
 * wait for some seconds at first, and while fetching fails they get the last failure immediately.
 * If the host answers, the caller that starts another attempt waits for its result. If too many
 * things cannot be fetched, the failures whose pause is over are forgotten. Safe for concurrent
 * use.
 */
final class Fetches implements AutoCloseable {

  /** The number of things that were not fetched above which failures are forgotten. */
  static final int MAX_UNFINISHED = 10_000;

  private static final Backoff BACKOFF = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1));

  /** A fetch; blocks on the network. */
  interface Fetch {
    void run() throws RemoteException;
  }

  private final Duration patience;
  private final Clock clock;
  private final Map<Object, Attempts> unfinished = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /**
   * Creates an instance.
   *
   * @param patience how long callers wait for a fetch that has not failed before
   */
  Fetches(Duration patience, Clock clock) {
    this.patience = patience;
    this.clock = clock;
  }

  /**
   * Returns once something is fetched.
   *
   * @param key identifies what is fetched
   * @throws RemoteException if fetching failed or is not finished yet
   */
  void require(Object key, Fetch fetch) throws RemoteException {
    if (unfinished.size() >= MAX_UNFINISHED) {
      unfinished.values().removeIf(Attempts::isDue);
    }
    Attempts attempts = unfinished.computeIfAbsent(key, _ -> new Attempts());
    Optional<CountDownLatch> ended = attempts.start(fetch, () -> unfinished.remove(key, attempts));
    if (ended.isPresent()) {
      await(ended.get());
    }
    attempts.requireDone();
  }

  private void await(CountDownLatch ended) {
    try {
      var unused = ended.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }

  /** The attempts to fetch one thing. */
  private final class Attempts {

    private Optional<CountDownLatch> running = Optional.empty();
    private Optional<RemoteException> failure = Optional.empty();
    private Instant notBefore = Instant.MIN;
    private int ended;
    private boolean done;

    /**
     * Starts an attempt if it is time; returns its latch, unless the host did not answer the last
     * one. Returns the latch of an attempt that another caller started only if none has failed.
     */
    synchronized Optional<CountDownLatch> start(Fetch fetch, Runnable forget) {
      if (!done && isDue()) {
        CountDownLatch ended = new CountDownLatch(1);
        running = Optional.of(ended);
        threads.execute(
            () -> {
              run(fetch, forget);
              ended.countDown();
            });
        return isUnreachable() ? Optional.empty() : running;
      }
      return failure.isEmpty() ? running : Optional.empty();
    }

    private boolean isUnreachable() {
      return failure.filter(e -> e.code() == SourceFailure.REMOTE_UNREACHABLE).isPresent();
    }

    /** Returns whether the next caller starts an attempt. */
    synchronized boolean isDue() {
      return running.isEmpty() && !clock.instant().isBefore(notBefore);
    }

    private void run(Fetch fetch, Runnable forget) {
      try {
        fetch.run();
        end(Optional.empty());
        forget.run();
      } catch (RemoteException e) {
        end(Optional.of(e));
      } catch (RuntimeException | Error e) {
        FatalErrors.check(e);
        end(Optional.of(new RemoteException(SourceFailure.REMOTE_UNREACHABLE, String.valueOf(e))));
      }
    }

    private synchronized void end(Optional<RemoteException> how) {
      running = Optional.empty();
      failure = how;
      done = how.isEmpty();
      ended++;
      notBefore = clock.instant().plus(BACKOFF.after(ended));
    }

    synchronized void requireDone() throws RemoteException {
      if (failure.isPresent()) {
        throw failure.get();
      }
      if (!done) {
        throw new RemoteException(
            SourceFailure.REMOTE_UNREACHABLE,
            "fetching takes long; the application is evaluated again when it has finished");
      }
    }
  }
}
