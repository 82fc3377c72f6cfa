package dev.sluice.worker.report;

import dev.sluice.platform.kafka.ChainedProducer;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.ProducerFailure;
import dev.sluice.platform.process.FatalErrors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes records in transactions, each with the records that were added meanwhile, in their order.
 *
 * <p>A transactional id has one live producer: the broker fences the previous one when another
 * opens, whatever its process believes. So a successor's records always follow those of its
 * predecessor.
 *
 * <p>A record that can never be written is replaced by its alternative; the others of its
 * transaction are written. While the broker does not answer, or denies access, the same records are
 * tried again. Only an error that is fatal to the producer ends the commits: from then on every
 * record fails.
 */
final class GroupCommit implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(GroupCommit.class);
  private static final int MOST = 500;

  /** Limits the records that lanes add with each retry while the broker is unavailable. */
  private static final int MOST_WAITING = 10_000;

  private static final Duration CLOSING = Duration.ofSeconds(5);
  private static final Duration TRY_AGAIN = Duration.ofSeconds(1);

  private final ChainedProducer producer;
  private final Consumer<Throwable> broken;
  private final BlockingQueue<Step> queue = new LinkedBlockingQueue<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  private volatile Optional<String> problem = Optional.empty();
  private @Nullable Throwable ended;

  private sealed interface Step {

    /**
     * A record to be written.
     *
     * @param instead the alternative if the record cannot be written; empty if there is none
     */
    record Write(
        ProducerRecord<String, byte[]> record,
        Supplier<Optional<ProducerRecord<String, byte[]>>> instead,
        Reporter.Receipt receipt)
        implements Step {}

    record End() implements Step {}
  }

  private GroupCommit(ChainedProducer producer, String name, Consumer<Throwable> broken) {
    this.producer = producer;
    this.broken = broken;
    this.thread = Thread.ofPlatform().name("commit-" + name).daemon().unstarted(this::run);
  }

  /**
   * Fences the previous producer of this id, and starts.
   *
   * @param broken called once with the reason when no more records can be written
   * @throws org.apache.kafka.common.KafkaException if the broker does not answer
   */
  static GroupCommit open(
      KafkaConnection kafka, String transactionalId, Consumer<Throwable> broken) {
    ChainedProducer producer = new ChainedProducer(kafka.transactionalProducer(transactionalId));
    try {
      producer.initTransactions();
    } catch (RuntimeException e) {
      producer.close(Duration.ZERO);
      throw e;
    }
    GroupCommit commits = new GroupCommit(producer, transactionalId, broken);
    commits.thread.start();
    return commits;
  }

  /**
   * Adds a record.
   *
   * @param instead the alternative if the record cannot be written
   */
  synchronized Reporter.Receipt add(
      ProducerRecord<String, byte[]> record,
      Supplier<Optional<ProducerRecord<String, byte[]>>> instead) {
    Reporter.Receipt receipt = new Reporter.Receipt();
    if (ended != null) {
      receipt.failed(ended);
    } else if (queue.size() >= MOST_WAITING) {
      receipt.failed(new IllegalStateException("too many results wait for the broker"));
    } else {
      queue.add(new Step.Write(record, instead, receipt));
    }
    return receipt;
  }

  /** Returns why no records are written at the moment; empty if they are. */
  Optional<String> problem() {
    return problem;
  }

  /** Commits the added records, waiting a few seconds at most. */
  @Override
  public void close() {
    queue.add(new Step.End());
    boolean interrupted = false;
    try {
      thread.join(CLOSING);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    closing.countDown();
    producer.close(Duration.ZERO);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      boolean more = true;
      while (more) {
        more = commitWaiting();
      }
      end(new IllegalStateException("closed"));
    } catch (InterruptedException | RuntimeException | Error e) {
      FatalErrors.check(e);
      log.atWarn()
          .setCause(e)
          .log(
              "nothing can be reported any longer: another worker took over, or the transaction is"
                  + " lost");
      end(e);
      broken.accept(e);
    }
  }

  /** Commits the added records; returns whether the loop continues. */
  private boolean commitWaiting() throws InterruptedException {
    List<Step> steps = new ArrayList<>();
    steps.add(queue.take());
    queue.drainTo(steps, MOST);
    List<Step.Write> writes =
        steps.stream().filter(Step.Write.class::isInstance).map(Step.Write.class::cast).toList();
    boolean more = writes.size() == steps.size();
    try {
      while (!writes.isEmpty()) {
        writes = commit(writes);
      }
    } catch (RuntimeException | Error | InterruptedException e) {
      steps.forEach(step -> fail(step, e));
      throw e;
    }
    return more;
  }

  /** Writes all of them or none; returns the records to write next. */
  private List<Step.Write> commit(List<Step.Write> writes) throws InterruptedException {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    try {
      producer.beginTransaction();
      for (Step.Write write : writes) {
        // a failure shows at the commit
        sent.add(producer.send(write.record()));
      }
      repeatUntilAnswered(producer::commitTransaction);
      writes.forEach(write -> write.receipt().committed());
      problem = Optional.empty();
      return List.of();
    } catch (RuntimeException e) {
      return afterFailure(writes, sent, e);
    }
  }

  private List<Step.Write> afterFailure(
      List<Step.Write> writes, List<Future<RecordMetadata>> sent, RuntimeException failure)
      throws InterruptedException {
    ProducerFailure meaning = ProducerFailure.of(failure);
    if (meaning == ProducerFailure.FENCED) {
      throw failure;
    }
    repeatUntilAnswered(producer::abortTransaction);
    return switch (meaning) {
      case RECORD -> withoutRefused(writes, sent, failure);
      case NOT_ALLOWED ->
          later(writes, "the broker does not let this worker write results", failure);
      case UNAVAILABLE -> later(writes, "the broker does not take results", failure);
      case FENCED -> throw failure;
    };
  }

  private static List<Step.Write> withoutRefused(
      List<Step.Write> writes, List<Future<RecordMetadata>> sent, RuntimeException failure) {
    // records of one produced batch are refused together because of the largest; a record that was
    // never sent is the one whose send failed, or follows it
    int largest =
        IntStream.range(0, writes.size())
            .filter(i -> i < sent.size() ? isRefused(sent.get(i)) : i == sent.size())
            .boxed()
            .max(Comparator.comparingInt(i -> writes.get(i).record().value().length))
            .orElseThrow(() -> failure);
    List<Step.Write> left = new ArrayList<>(writes);
    replaced(left.remove(largest), failure).ifPresent(instead -> left.add(largest, instead));
    return left;
  }

  private static boolean isRefused(Future<RecordMetadata> sent) {
    return sent.state() == Future.State.FAILED
        && ProducerFailure.of(sent.exceptionNow()) == ProducerFailure.RECORD;
  }

  private static Optional<Step.Write> replaced(Step.Write write, Throwable refusal) {
    Optional<ProducerRecord<String, byte[]>> instead = write.instead().get();
    log.atError()
        .addKeyValue("topic", write.record().topic())
        .addKeyValue("key", write.record().key())
        .setCause(refusal)
        .log(
            "a record of {} bytes cannot be written{}",
            write.record().value().length,
            instead.isPresent() ? "; a shorter one is written instead" : "");
    if (instead.isEmpty()) {
      write.receipt().failed(refusal);
    }
    return instead.map(record -> new Step.Write(record, Optional::empty, write.receipt()));
  }

  private List<Step.Write> later(List<Step.Write> writes, String reason, RuntimeException failure)
      throws InterruptedException {
    note(reason, failure);
    if (closing.await(TRY_AGAIN.toMillis(), TimeUnit.MILLISECONDS)) {
      throw failure;
    }
    return writes;
  }

  /** Repeats a commit or abort until it is answered. */
  private void repeatUntilAnswered(Runnable call) {
    while (true) {
      try {
        call.run();
        return;
      } catch (TimeoutException e) {
        note("the broker does not take results", e);
        if (closing.getCount() == 0) {
          throw e;
        }
      }
    }
  }

  private void note(String reason, RuntimeException failure) {
    if (problem.isEmpty()) {
      log.atWarn().setCause(failure).log("{}; trying again", reason);
    }
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    problem = Optional.of("%s (%s)".formatted(reason, cause.getClass().getSimpleName()));
  }

  private synchronized void end(Throwable cause) {
    ended = cause;
    for (Step step = queue.poll(); step != null; step = queue.poll()) {
      fail(step, cause);
    }
  }

  private static void fail(Step step, Throwable cause) {
    if (step instanceof Step.Write write) {
      write.receipt().failed(cause);
    }
  }
}
