package dev.sluice.dispatcher.partition;

import dev.sluice.dispatcher.decide.CommandDecider;
import dev.sluice.dispatcher.decide.EventDecider;
import dev.sluice.dispatcher.evaluate.Recomputation;
import dev.sluice.platform.process.FatalErrors;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rebuild commands that a partition has not answered yet. One recomputation runs at a time;
 * commands that arrive meanwhile share the next one. A command's offset is finished with its
 * answer, so an unanswered command is repeated after a restart. Used by the partition's thread
 * only.
 */
final class Rebuilds implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Rebuilds.class);

  private final Recomputation recomputation;
  private final EventDecider decider;
  private final Consumer<PartitionInput> inputs;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Recomputation.Task> waiting = new ArrayList<>();
  private boolean running;

  Rebuilds(Recomputation recomputation, EventDecider decider, Consumer<PartitionInput> inputs) {
    this.recomputation = recomputation;
    this.decider = decider;
    this.inputs = inputs;
  }

  void add(Recomputation.Task task) {
    waiting.add(task);
    start();
  }

  void answer(Recomputation.Answer answer, TransactionBatch batch, Instant now) {
    Recomputation.Task task = answer.task();
    batch.add(decider.commanded(task.given(), task.cause(), answer.verdict(), now));
    batch.finish(task.offset());
    log.atInfo()
        .addKeyValue("application", task.given().application())
        .addKeyValue("eventId", task.cause().events().getFirst())
        .log("rebuild by {}: {}", task.given().by(), answer.verdict().message());
  }

  /** Starts the next recomputation, once the answers of the last one are written. */
  void recomputed() {
    running = false;
    start();
  }

  private void start() {
    if (running || waiting.isEmpty()) {
      return;
    }
    running = true;
    List<Recomputation.Task> tasks = List.copyOf(waiting);
    waiting.clear();
    threads.execute(() -> inputs.accept(new PartitionInput.Recomputed(run(tasks))));
  }

  private List<Recomputation.Answer> run(List<Recomputation.Task> tasks) {
    try {
      return recomputation.run(tasks);
    } catch (RuntimeException | Error e) {
      FatalErrors.check(e);
      // every failure is answered: a command must neither wait for ever nor block the offset
      log.atWarn().setCause(e).log("a recomputation failed");
      return tasks.stream()
          .map(
              one ->
                  new Recomputation.Answer(
                      one,
                      new CommandDecider.Verdict.Refused(
                          "could not be recomputed (%s); the dispatcher's log says why"
                              .formatted(e.getClass().getSimpleName()))))
          .toList();
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
