package dev.sluice.dispatcher.partition;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.Verification;
import dev.sluice.dispatcher.decide.FindingBatch;
import dev.sluice.dispatcher.decide.RefKey;
import dev.sluice.dispatcher.evaluate.Evaluation;
import dev.sluice.dispatcher.evaluate.EvaluationOutcome;
import dev.sluice.dispatcher.evaluate.EvaluationRequest;
import dev.sluice.inputs.signature.CommitSignatures;
import dev.sluice.platform.process.FatalErrors;
import dev.sluice.platform.process.LargePayloads;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Runner of evaluations on virtual threads; hands their results, and due timers, to the partition's
 * loop.
 */
final class EvaluationRunner implements Evaluations, AutoCloseable {

  private final Evaluation evaluation;
  private final ScheduledExecutorService timers;
  private final Consumer<PartitionInput> inputs;
  private final LoopFailures failures;
  private final LargePayloads payloads;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /**
   * Creates a runner.
   *
   * @param payloads limits the inputs that the process has in memory
   */
  EvaluationRunner(
      Evaluation evaluation,
      ScheduledExecutorService timers,
      LoopFailures failures,
      LargePayloads payloads,
      Consumer<PartitionInput> inputs) {
    this.evaluation = evaluation;
    this.timers = timers;
    this.failures = failures;
    this.payloads = payloads;
    this.inputs = inputs;
  }

  @Override
  public void start(EvaluationRequest request) {
    Runnable evaluating =
        () ->
            inputs.accept(
                new PartitionInput.EvaluationEnded(
                    request.key(),
                    request.aim(),
                    run(request),
                    evaluation.movedTo(request.key().repository())));
    Duration pause = failures.remainingPause(request.key());
    if (pause.isZero()) {
      threads.execute(evaluating);
      return;
    }
    try {
      var unused =
          timers.schedule(
              () -> threads.execute(evaluating), pause.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // the dispatcher is stopping; the next owner resumes from state
    }
  }

  @Override
  public Future<?> after(Duration delay, PartitionInput input) {
    try {
      return timers.schedule(() -> inputs.accept(input), delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // the dispatcher is stopping; the next owner resumes from state
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public void readKeys(RefKey key, Set<Verification> which, Duration delay) {
    // files may block, so a virtual thread reads them
    Runnable reading =
        () ->
            inputs.accept(
                new PartitionInput.TrustedKeysRead(
                    key,
                    which.stream()
                        .collect(Collectors.toMap(one -> one, CommitSignatures::digest))));
    try {
      var unused =
          timers.schedule(() -> threads.execute(reading), delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // the dispatcher is stopping; the next owner resumes from state
    }
  }

  /** Interrupts running evaluations without waiting: they can no longer write. */
  @Override
  public void close() {
    threads.shutdownNow();
  }

  private EvaluationOutcome run(EvaluationRequest request) {
    try {
      EvaluationOutcome outcome =
          evaluation.run(request, payloads, batch -> write(request.key(), batch));
      if (outcome instanceof EvaluationOutcome.Done) {
        failures.clear(request.key());
      }
      return outcome;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new EvaluationOutcome.Failed(SourceFailure.REPOSITORY_UNREADABLE, "interrupted", true);
    } catch (RuntimeException | Error e) {
      FatalErrors.check(e);
      // a ref whose evaluation never ends would never be evaluated again
      return new EvaluationOutcome.Broken(String.valueOf(e));
    }
  }

  private void write(RefKey key, FindingBatch batch) throws InterruptedException {
    CompletableFuture<Void> written = new CompletableFuture<>();
    inputs.accept(new PartitionInput.BatchFound(key, batch, written));
    try {
      written.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the batch was not written", e.getCause());
    }
  }
}
