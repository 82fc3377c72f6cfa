package dev.sluice.worker.diff;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.event.DiffAnswered;
import dev.sluice.contract.event.ObjectDifference;
import dev.sluice.contract.event.OtherManagers;
import dev.sluice.contract.event.OwnedFields;
import dev.sluice.contract.event.QuestionEvent;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.platform.process.FatalErrors;
import dev.sluice.platform.process.LargePayloads;
import dev.sluice.worker.report.Reporter;
import dev.sluice.worker.report.ResultLimits;
import dev.sluice.worker.sync.LogEntry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers questions to this worker while it leads, in threads separate from the lanes. */
public final class DiffService implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(DiffService.class);

  /** Limits the answers at a time, since reconciling has priority. */
  private static final int MAX_CONCURRENT = 2;

  private static final Duration CLOSE = Duration.ofSeconds(2);

  /** Maximum JSON size of the differences in an answer, in bytes; further ones are only counted. */
  private static final int MAX_BYTES = 16 * 1024 * 1024;

  private static final int PART_BYTES = 2 * 1024 * 1024;

  /** Maximum JSON size of the fields of other managers, which are in the last part. */
  private static final int MANAGERS_BYTES = 512 * 1024;

  private final Differ differ;
  private final ObjectTree objects;
  private final Reporter reporter;
  private final LargePayloads inMemory;
  private final Clock clock;
  private final Map<ApplicationName, LogEntry> newest = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore running = new Semaphore(MAX_CONCURRENT, true);

  /**
   * Creates a service.
   *
   * @param inMemory limits the inputs that are rendered at a time by their size
   */
  public DiffService(
      Differ differ, ObjectTree objects, Reporter reporter, LargePayloads inMemory, Clock clock) {
    this.inMemory = inMemory;
    this.differ = differ;
    this.objects = objects;
    this.reporter = reporter;
    this.clock = clock;
  }

  /** Remembers the newest record of an application. */
  public void remember(LogEntry entry) {
    newest.put(entry.application(), entry);
  }

  /** Answers a question in the background; the answer is reported. */
  public void ask(Envelope<QuestionEvent> question) {
    threads.execute(() -> answerAndReport(question));
  }

  private void answerAndReport(Envelope<QuestionEvent> question) {
    Optional<LogEntry> entry =
        question.event() instanceof QuestionEvent.DiffAsked asked
            ? Optional.ofNullable(newest.get(asked.application()))
            : Optional.empty();
    // first, since questions about little input need permits to run meanwhile
    try (LargePayloads.Room _ = inMemory.enter(entry.map(LogEntry::bytes).orElse(0L))) {
      running.acquire();
      try {
        if (question.event().until().isAfter(clock.instant())) {
          answer(question, entry).forEach(part -> reporter.send(part, question.trace()));
        }
      } finally {
        running.release();
      }
    } catch (InterruptedException e) {
      // the session ends; the question can be asked again
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      // a failure affects only this question, never the session
      FatalErrors.check(e);
      if (!Thread.currentThread().isInterrupted()) {
        log.atWarn()
            .addKeyValue("cluster", question.event().cluster())
            .addKeyValue("eventId", question.id())
            .setCause(e)
            .log("a question could not be answered");
      }
    }
  }

  private List<? extends ResultEvent> answer(
      Envelope<QuestionEvent> question, Optional<LogEntry> entry) throws InterruptedException {
    return switch (question.event()) {
      case QuestionEvent.DiffAsked asked -> parts(differ.answer(question.id(), asked, entry));
      case QuestionEvent.ObjectsAsked asked -> List.of(objects.answer(question.id(), asked));
    };
  }

  @Override
  public void close() {
    threads.shutdownNow();
    try {
      if (!threads.awaitTermination(CLOSE.toMillis(), TimeUnit.MILLISECONDS)) {
        log.atWarn().log("an answer did not finish in time; closing without it");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Splits a large answer into parts that fit in a record. Every part but the last counts the
   * following differences as omitted, so that a reader without support for parts sees a truncated
   * answer.
   */
  private static List<DiffAnswered> parts(DiffAnswered answer) {
    List<ObjectDifference> listed = ResultLimits.first(answer.differences(), MAX_BYTES);
    int omitted = answer.omitted() + answer.differences().size() - listed.size();
    List<List<ObjectDifference>> split = ResultLimits.parts(listed, PART_BYTES);
    List<DiffAnswered> answers = new ArrayList<>();
    int left = listed.size();
    for (List<ObjectDifference> part : split) {
      left -= part.size();
      answers.add(
          new DiffAnswered(
              answer.cluster(),
              answer.application(),
              answer.question(),
              answer.by(),
              answer.generation(),
              answer.ledgerGeneration(),
              part,
              omitted + left,
              answer.failure(),
              split.size() == 1 ? Optional.empty() : Optional.of(answers.size() + 1),
              split.size() == 1 ? Optional.empty() : Optional.of(split.size()),
              left == 0 ? answer.otherManagers().map(DiffService::bounded) : Optional.empty()));
    }
    return answers;
  }

  private static OtherManagers bounded(OtherManagers managers) {
    List<OwnedFields> first = ResultLimits.first(managers.owned(), MANAGERS_BYTES);
    return new OtherManagers(first, managers.omitted() + managers.owned().size() - first.size());
  }
}
