package dev.sluice.dispatcher.partition;

import dev.sluice.dispatcher.decide.EvaluationPart;
import dev.sluice.dispatcher.decide.RefKey;
import dev.sluice.dispatcher.evaluate.Evaluation;
import dev.sluice.dispatcher.evaluate.EvaluationOutcome;
import dev.sluice.dispatcher.evaluate.EvaluationRequest;
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
final class EvaluationRunner implements AutoCloseable {

  private final Evaluation evaluation;
  private final ScheduledExecutorService timers;
  private final Consumer<PartitionInput> home;
  private final Setbacks setbacks;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  EvaluationRunner(
      Evaluation evaluation,
      ScheduledExecutorService timers,
      Setbacks setbacks,
      Consumer<PartitionInput> home) {
    this.evaluation = evaluation;
    this.timers = timers;
    this.setbacks = setbacks;
    this.home = home;
  }

  void start(EvaluationRequest request) {
    Runnable looking =
        () ->
            home.accept(
                new PartitionInput.EvaluationEnded(request.key(), request.aim(), run(request)));
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

  Future<?> after(Duration delay, PartitionInput input) {
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

  private EvaluationOutcome run(EvaluationRequest request) {
    try {
      EvaluationOutcome outcome = evaluation.run(request, part -> write(request.key(), part));
      if (outcome instanceof EvaluationOutcome.Done) {
        setbacks.cleared(request.key());
      }
      return outcome;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new EvaluationOutcome.Failed("interrupted", true);
    } catch (RuntimeException | Error e) {
      FatalErrors.check(e);
      // a lane whose look never ends would never look again
      return new EvaluationOutcome.Broken(String.valueOf(e));
    }
  }

  private void write(RefKey key, EvaluationPart part) throws InterruptedException {
    CompletableFuture<Void> written = new CompletableFuture<>();
    home.accept(new PartitionInput.PartFound(key, part, written));
    try {
      written.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the part was not written", e.getCause());
    }
  }
}
