package dev.sluice.dispatcher.partition;

import dev.sluice.dispatcher.decide.Part;
import dev.sluice.dispatcher.decide.RefKey;
import dev.sluice.dispatcher.evaluate.Look;
import dev.sluice.dispatcher.evaluate.LookEnd;
import dev.sluice.dispatcher.evaluate.LookRequest;
import dev.sluice.platform.process.FatalErrors;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Runs looks on virtual threads and timers, and brings what comes of them to the home's thread. */
final class Looks implements AutoCloseable {

  private final Look look;
  private final ScheduledExecutorService timers;
  private final Consumer<HomeInput> home;
  private final Setbacks setbacks;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  Looks(Look look, ScheduledExecutorService timers, Setbacks setbacks, Consumer<HomeInput> home) {
    this.look = look;
    this.timers = timers;
    this.setbacks = setbacks;
    this.home = home;
  }

  void start(LookRequest request) {
    Runnable looking =
        () -> home.accept(new HomeInput.LookEnded(request.key(), request.aim(), run(request)));
    Duration rest = setbacks.rest(request.key());
    if (rest.isZero()) {
      threads.execute(looking);
      return;
    }
    try {
      var unused =
          timers.schedule(() -> threads.execute(looking), rest.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // the dispatcher is stopping; who starts next remembers from state
    }
  }

  Future<?> after(Duration delay, HomeInput input) {
    try {
      return timers.schedule(() -> home.accept(input), delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // the dispatcher is stopping; who starts next remembers from state
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Does not wait: a look that goes on has no way left to write. */
  @Override
  public void close() {
    threads.shutdownNow();
  }

  private LookEnd run(LookRequest request) {
    try {
      LookEnd end = look.run(request, part -> write(request.key(), part));
      if (end instanceof LookEnd.Done) {
        setbacks.cleared(request.key());
      }
      return end;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new LookEnd.Failed("interrupted", true);
    } catch (RuntimeException | Error e) {
      FatalErrors.check(e);
      // a lane whose look never ends would never look again
      return new LookEnd.Broken(String.valueOf(e));
    }
  }

  private void write(RefKey key, Part part) throws InterruptedException {
    CompletableFuture<Void> written = new CompletableFuture<>();
    home.accept(new HomeInput.PartFound(key, part, written));
    try {
      written.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the part was not written", e.getCause());
    }
  }
}
