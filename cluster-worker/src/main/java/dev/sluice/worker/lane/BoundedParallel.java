package dev.sluice.worker.lane;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.failure.FailureCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Runs independent calls in parallel, up to a limit. No more are made once the API server was too
 * busy for one, even when that was repeated.
 */
public final class BoundedParallel {

  private static final int AT_ONCE = 8;
  private static final FailureCode TOO_MANY_REQUESTS = FailureCode.ofStatus(429);

  private BoundedParallel() {}

  /** One call. */
  public interface Call<T, R> {
    R on(T item) throws HaltException, InterruptedException;
  }

  /**
   * Returns the results in the order of the items. Other failures of a call do not keep the rest
   * from being made.
   *
   * @throws HaltException the failure of the first item that failed; one that says that nothing is
   *     left to do comes first, since the attempt is fenced then
   */
  public static <T, R> List<R> all(List<T> items, Call<T, R> call)
      throws HaltException, InterruptedException {
    if (items.size() == 1) {
      return List.of(call.on(items.getFirst()));
    }
    Semaphore atOnce = new Semaphore(AT_ONCE);
    AtomicReference<@Nullable HaltException> busy = new AtomicReference<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<R>> pending = new ArrayList<>();
      for (T item : items) {
        pending.add(
            threads.submit(
                () -> {
                  atOnce.acquire();
                  try {
                    HaltException before = busy.get();
                    if (before != null) {
                      throw before;
                    }
                    return call.on(item);
                  } catch (HaltException e) {
                    if (isBusy(e)) {
                      busy.set(e);
                    }
                    throw e;
                  } finally {
                    atOnce.release();
                  }
                }));
      }
      try {
        return collect(pending);
      } catch (InterruptedException e) {
        threads.shutdownNow();
        throw e;
      }
    }
  }

  private static boolean isBusy(HaltException e) {
    return e.outcome() instanceof Outcome.RetryAfter(Failure failure, Optional<Duration> _)
        && failure.code().equals(TOO_MANY_REQUESTS);
  }

  private static <R> List<R> collect(List<Future<R>> pending)
      throws HaltException, InterruptedException {
    List<R> results = new ArrayList<>();
    @Nullable HaltException failure = null;
    for (Future<R> one : pending) {
      try {
        results.add(one.get());
      } catch (ExecutionException e) {
        switch (e.getCause()) {
          case HaltException halt -> {
            if (failure == null || halt.outcome() instanceof Outcome.Done) {
              failure = halt;
            }
          }
          case RuntimeException unforeseen -> throw unforeseen;
          case null, default -> throw new IllegalStateException(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
    return results;
  }
}
