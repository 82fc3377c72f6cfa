package dev.sluice.receiver;

import dev.sluice.platform.process.FatalErrors;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Timer that periodically reads again the files that may change while the receiver runs. A file
 * that cannot be read, or whose reading does not end, affects no other file; it is logged and
 * counted.
 */
final class Refresher {

  private static final Logger LOG = LoggerFactory.getLogger(Refresher.class);

  /** The time after which a reading that has not ended counts as failed. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final List<Subject> subjects;
  private final Clock clock;

  /**
   * Creates the timer.
   *
   * @param readers readers by the name used in messages; each may block
   */
  Refresher(Map<String, Runnable> readers, Clock clock) {
    this.clock = clock;
    this.subjects =
        readers.entrySet().stream()
            .map(entry -> new Subject(entry.getKey(), entry.getValue()))
            .toList();
  }

  /** Starts the timer. Readings of one file do not overlap, however long a file system takes. */
  void start(Vertx vertx, Duration period) {
    vertx.setPeriodic(
        period.toMillis(),
        _ ->
            refresh(
                reading ->
                    vertx.executeBlocking(
                        () -> {
                          reading.run();
                          return null;
                        },
                        false)));
  }

  /** Reads each file once that is not being read. */
  void refresh(Executor executor) {
    subjects.forEach(subject -> subject.refresh(executor));
  }

  /** Returns the number of readers that fail, or whose reading does not end. */
  long failing() {
    return subjects.stream().filter(Subject::fails).count();
  }

  /** One reader, with its last failure. */
  private final class Subject {

    private final String name;
    private final Runnable reader;
    private Optional<Instant> begun = Optional.empty();
    private Optional<String> failure = Optional.empty();

    Subject(String name, Runnable reader) {
      this.name = name;
      this.reader = reader;
    }

    void refresh(Executor executor) {
      synchronized (this) {
        if (begun.isPresent()) {
          requireEnd(begun.get());
          return;
        }
        begun = Optional.of(clock.instant());
      }
      executor.execute(this::read);
    }

    synchronized boolean fails() {
      return failure.isPresent();
    }

    private void requireEnd(Instant since) {
      String hangs = "its reading does not end";
      if (since.plus(PATIENCE).isBefore(clock.instant()) && isNew(hangs)) {
        LOG.atError()
            .log("{} cannot be read again since {}: {}; it stays as it was", name, since, hangs);
      }
    }

    private void read() {
      try {
        reader.run();
        succeeded();
      } catch (RuntimeException | Error e) {
        FatalErrors.check(e);
        failed(e);
      }
    }

    private synchronized void succeeded() {
      begun = Optional.empty();
      if (failure.isPresent()) {
        failure = Optional.empty();
        LOG.atInfo().log("{} can be read again", name);
      }
    }

    private synchronized void failed(Throwable e) {
      begun = Optional.empty();
      if (isNew(e.toString())) {
        LOG.atError().setCause(e).log("{} cannot be read again; it stays as it was", name);
      }
    }

    private boolean isNew(String problem) {
      boolean differs = !failure.equals(Optional.of(problem));
      failure = Optional.of(problem);
      return differs;
    }
  }
}
