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
 * The commands to recompute that a home has not answered yet. One recomputation runs at a time;
 * what is asked meanwhile shares the next. A command's offset is finished with its answer: after a
 * restart it is simply done again. Of the home's thread only.
 */
final class Rebuilds implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Rebuilds.class);

  private final Recomputation recomputation;
  private final EventDecider decider;
  private final Consumer<PartitionInput> home;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Recomputation.Asked> waiting = new ArrayList<>();
  private boolean running;

  Rebuilds(Recomputation recomputation, EventDecider decider, Consumer<PartitionInput> home) {
    this.recomputation = recomputation;
    this.decider = decider;
    this.home = home;
  }

  void ask(Recomputation.Asked asked) {
    waiting.add(asked);
    start();
  }

  void answered(PartitionInput.Recomputed recomputed, TransactionBatch batch, Instant now) {
    for (Recomputation.Answer answer : recomputed.answers()) {
      Recomputation.Asked asked = answer.asked();
      batch.add(decider.commanded(asked.given(), asked.cause(), answer.verdict(), now));
      batch.finish(asked.offset());
      log.atInfo()
          .addKeyValue("application", asked.given().application())
          .addKeyValue("eventId", asked.cause().events().getFirst())
          .log("rebuild by {}: {}", asked.given().by(), answer.verdict().message());
    }
    running = false;
    start();
  }

  private void start() {
    if (running || waiting.isEmpty()) {
      return;
    }
    running = true;
    List<Recomputation.Asked> asked = List.copyOf(waiting);
    waiting.clear();
    threads.execute(() -> home.accept(new PartitionInput.Recomputed(run(asked))));
  }

  private List<Recomputation.Answer> run(List<Recomputation.Asked> asked) {
    try {
      return recomputation.run(asked);
    } catch (RuntimeException | Error e) {
      FatalErrors.check(e);
      // whatever it was: a command must not wait for ever, nor hold up the offset
      log.atWarn().setCause(e).log("a recomputation failed");
      return asked.stream()
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
