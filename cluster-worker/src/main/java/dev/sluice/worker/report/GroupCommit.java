package dev.sluice.worker.report;

import dev.sluice.contract.kafka.KafkaConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes records in transactions of whatever has gathered meanwhile, in the order they were added.
 *
 * <p>A transactional id has one living producer: opening another fences the one before, at the
 * broker, whatever its process still believes. So the records of a successor always come after
 * those of its predecessor. The first failure is the last: from then on every record fails.
 */
final class GroupCommit implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(GroupCommit.class);
  private static final int MOST = 500;
  private static final Duration CLOSING = Duration.ofSeconds(5);

  private final KafkaProducer<String, byte[]> producer;
  private final Runnable broken;
  private final BlockingQueue<Step> queue = new LinkedBlockingQueue<>();
  private final Thread thread;
  private @Nullable Throwable ended;

  private sealed interface Step {

    record Write(ProducerRecord<String, byte[]> record, Receipt receipt) implements Step {}

    record End() implements Step {}
  }

  private GroupCommit(KafkaProducer<String, byte[]> producer, String name, Runnable broken) {
    this.producer = producer;
    this.broken = broken;
    this.thread = Thread.ofPlatform().name("commit-" + name).daemon().unstarted(this::run);
  }

  /**
   * Fences whoever has this id, and starts.
   *
   * @param broken is told once, after the first failure
   * @throws org.apache.kafka.common.KafkaException if the broker does not answer
   */
  static GroupCommit open(KafkaConnection kafka, String transactionalId, Runnable broken) {
    KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(kafka.transactionalProducer(transactionalId));
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

  synchronized Receipt add(ProducerRecord<String, byte[]> record) {
    Receipt receipt = new Receipt();
    if (ended == null) {
      queue.add(new Step.Write(record, receipt));
    } else {
      receipt.failed(ended);
    }
    return receipt;
  }

  /** Commits what was added; waits for that some seconds at most. */
  @Override
  public void close() {
    queue.add(new Step.End());
    boolean interrupted = false;
    try {
      thread.join(CLOSING);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    producer.close(Duration.ZERO);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      boolean more = true;
      while (more) {
        more = commitWhatGathered();
      }
      end(new IllegalStateException("closed"));
    } catch (InterruptedException | RuntimeException e) {
      log.atWarn()
          .setCause(e)
          .log("nothing can be reported any more: another worker took over, or Kafka is away");
      end(e);
      broken.run();
    }
  }

  /** Whether it goes on after this. */
  private boolean commitWhatGathered() throws InterruptedException {
    List<Step> steps = new ArrayList<>();
    steps.add(queue.take());
    queue.drainTo(steps, MOST);
    List<Step.Write> writes =
        steps.stream().filter(Step.Write.class::isInstance).map(Step.Write.class::cast).toList();
    try {
      commit(writes);
    } catch (RuntimeException e) {
      writes.forEach(write -> write.receipt().failed(e));
      throw e;
    }
    return writes.size() == steps.size();
  }

  private void commit(List<Step.Write> writes) {
    if (writes.isEmpty()) {
      return;
    }
    producer.beginTransaction();
    for (Step.Write write : writes) {
      // a failure surfaces at the commit
      var unused = producer.send(write.record());
    }
    producer.commitTransaction();
    writes.forEach(write -> write.receipt().committed());
  }

  private synchronized void end(Throwable cause) {
    ended = cause;
    for (Step step = queue.poll(); step != null; step = queue.poll()) {
      if (step instanceof Step.Write write) {
        write.receipt().failed(cause);
      }
    }
  }
}
