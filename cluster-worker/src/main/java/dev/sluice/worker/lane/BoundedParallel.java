package dev.sluice.worker.lane;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** Runs independent calls in parallel, up to a limit. */
public final class BoundedParallel {

  private static final int AT_ONCE = 8;

  private BoundedParallel() {}

  /** One call. */
  public interface Call<T, R> {
    R on(T item) throws HaltException, InterruptedException;
  }

  /**
   * Returns the results in the order of the items. All calls are made even if one fails.
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
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<R>> pending = new ArrayList<>();
      for (T item : items) {
        pending.add(
            threads.submit(
                () -> {
                  atOnce.acquire();
                  try {
                    return call.on(item);
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
