package dev.sluice.worker;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.OriginalRecord;
import dev.sluice.contract.event.QuestionEvent;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.SuspensionEvent;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.worker.diff.DiffService;
import dev.sluice.worker.lane.Lanes;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.ledger.LedgerListing;
import dev.sluice.worker.ledger.LedgerReading;
import dev.sluice.worker.ledger.StoredLedger;
import dev.sluice.worker.report.OpenDeadLetters;
import dev.sluice.worker.report.Reporter;
import dev.sluice.worker.report.ResultLimits;
import dev.sluice.worker.sync.LogEntry;
import dev.sluice.worker.sync.LogListener;
import dev.sluice.worker.sync.RefusedSources;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Passes the records of the sync topic to the lanes and to the object claims. */
final class SyncIntake implements LogListener {

  private static final Logger log = LoggerFactory.getLogger(SyncIntake.class);

  private static final int HELLO_BYTES = 1024 * 1024;

  /** The largest difference between the clocks of dispatchers and brokers that is allowed for. */
  private static final Duration SKEW = Duration.ofMinutes(10);

  private final SessionContext context;
  private final LedgerListing found;
  private final Reporter reporter;
  private final DiffService diffs;
  private final Lanes lanes;
  private final Progress progress;
  private final CountDownLatch readToEnd = new CountDownLatch(1);
  private final CountDownLatch caughtUp = new CountDownLatch(1);
  private volatile Optional<Instant> unknownSince = Optional.empty();
  private volatile boolean openKnown;

  /**
   * Creates the intake of a session.
   *
   * @param found the ledgers at the start of the session
   */
  SyncIntake(
      SessionContext context,
      LedgerListing found,
      Reporter reporter,
      DiffService diffs,
      Lanes lanes,
      Progress progress) {
    this.context = context;
    this.found = found;
    this.reporter = reporter;
    this.diffs = diffs;
    this.lanes = lanes;
    this.progress = progress;
  }

  /** Receives the progress of the reading. */
  interface Progress {

    /** Called when the log was read to its end and every application is queued. */
    void leading();

    /** Called when reading has ended. */
    void ended(SessionEnd end);
  }

  /** Reads which dead letters have been open since a time; may block. */
  interface OpenDeadLettersReader {
    OpenDeadLetters.Found since(Instant time) throws InterruptedException;
  }

  /**
   * Waits until the log was read to its end and every application is queued. In between, reads in
   * the caller's thread which dead letters are open for applications without a usable ledger, and
   * which of those in the ledgers are closed.
   */
  void awaitCaughtUp(OpenDeadLettersReader deadLetters) throws InterruptedException {
    readToEnd.await();
    if (unknownSince.isPresent()) {
      OpenDeadLetters.Found inTopic = deadLetters.since(unknownSince.get());
      context.open().putAll(inTopic.open());
      context.closed().addAll(inTopic.closed());
    }
    openKnown = true;
    caughtUp.await();
  }

  @Override
  public boolean caughtUp(
      Map<ApplicationName, List<LogEntry>> history, Collection<RefusedSources> refused) {
    if (readToEnd.getCount() > 0) {
      unknownSince = unknownSince(history);
      readToEnd.countDown();
    }
    if (unknownSince.isPresent() && !openKnown) {
      return false;
    }
    hello();
    // all records are registered before any attempt begins, so each attempt knows which objects the
    // others are about to release
    history.forEach((application, records) -> contained(application, () -> expect(records)));
    refused.forEach(context.claims()::refuse);
    context.observation().watch();
    // in random order: an application that crashes the process at each attempt must not always
    // precede the same others
    List<ApplicationName> order = new ArrayList<>(history.keySet());
    Collections.shuffle(order);
    order.forEach(
        application ->
            contained(
                application,
                () -> drive(application, history.getOrDefault(application, List.of()))));
    progress.leading();
    caughtUp.countDown();
    log.atInfo()
        .addKeyValue("cluster", context.config().cluster())
        .log(
            "leading: {} applications in the log, {} ledgers, {} of them unreadable",
            history.size(),
            found.readings().size(),
            found.unreadable().size());
    return true;
  }

  /** Reports the contents of the ledgers, in as many records as necessary. */
  private void hello() {
    List<Map.Entry<ApplicationName, ResultEvent.LedgerSummary>> summaries = new ArrayList<>();
    found
        .usable()
        .forEach(
            (application, stored) -> {
              summaries.add(Map.entry(application, summary(stored.ledger())));
              context.ledgerReports().found(stored.ledger());
            });
    for (var part : ResultLimits.parts(summaries, HELLO_BYTES)) {
      Map<ApplicationName, ResultEvent.LedgerSummary> ledgers = new HashMap<>();
      part.forEach(each -> ledgers.put(each.getKey(), each.getValue()));
      reporter.send(
          new ResultEvent.WorkerHello(
              context.config().cluster(),
              context.config().identity(),
              ledgers,
              Optional.of(context.resources().renderers().isolation().text())),
          TraceParent.start());
    }
  }

  private void contained(ApplicationName application, Runnable handling) {
    context.containment().handle("log-intake", application, handling);
  }

  /**
   * Returns the earliest time at which a dead letter can have been opened for an application that
   * has no usable ledger, or closed for one whose ledger has an open dead letter; empty if there is
   * no such application.
   */
  private Optional<Instant> unknownSince(Map<ApplicationName, List<LogEntry>> history) {
    return history.entrySet().stream()
        .filter(each -> isUncertain(each.getKey()))
        .map(each -> each.getValue().getFirst().writtenAt())
        .min(Comparator.naturalOrder())
        .map(first -> first.minus(SKEW));
  }

  private boolean isUncertain(ApplicationName application) {
    return known(application).map(ledger -> ledger.deadLetter().isPresent()).orElse(true);
  }

  private void expect(List<LogEntry> records) {
    records.forEach(context.claims()::expect);
    LogEntry newest = records.getLast();
    diffs.remember(newest);
    context.protection().newest(newest);
    context.observation().objects().prepare(newest.application(), newest.policy());
    if (ledger(newest.application()).holds(newest.generation())) {
      context.claims().settle(newest);
    }
  }

  private void drive(ApplicationName application, List<LogEntry> records) {
    LogEntry newest = records.getLast();
    Ledger ledger = ledger(application);
    for (LogEntry record : records) {
      if (!record.equals(newest) && !ledger.hasSettled(record.generation())) {
        lanes.superseded(record, newest.generation());
      }
    }
    lanes.offer(newest);
  }

  private Ledger ledger(ApplicationName application) {
    return known(application).orElseGet(() -> Ledger.unknown(application));
  }

  private Optional<Ledger> known(ApplicationName application) {
    return found
        .find(application)
        .flatMap(
            reading ->
                switch (reading) {
                  case LedgerReading.Usable(StoredLedger stored) -> Optional.of(stored.ledger());
                  case LedgerReading.Unreadable _ -> Optional.empty();
                });
  }

  private static ResultEvent.LedgerSummary summary(Ledger ledger) {
    return new ResultEvent.LedgerSummary(ledger.generation(), ledger.phase(), ledger.inputDigest());
  }

  @Override
  public void suspended(SuspensionEvent suspension) {
    if (suspension.suspended()) {
      context.suspended().add(suspension.application());
    } else {
      context.suspended().remove(suspension.application());
    }
    context.protection().suspensionChanged();
    lanes.check(suspension.application());
  }

  @Override
  public void asked(Envelope<QuestionEvent> question) {
    diffs.ask(question);
  }

  @Override
  public void received(LogEntry entry, SyncEvent payload) {
    context.claims().expect(entry);
    diffs.remember(entry);
    context.protection().newest(entry);
    lanes.offer(entry, payload);
  }

  @Override
  public void refused(RefusedSources sources) {
    context.claims().refuse(sources);
  }

  @Override
  public void accepted(ApplicationName application) {
    context.claims().accept(application);
  }

  @Override
  public void damaged(OriginalRecord original, TraceParent trace, String reason) {
    reporter.send(
        DeadLetterEvent.Opened.damaged(
            original,
            original
                .key()
                .map(application -> context.config().cluster() + "/" + application)
                .orElse(original.position()),
            reason,
            context.resources().clock().instant()),
        trace);
  }

  @Override
  public void stopped(String ceType, long offset) {
    progress.ended(new SessionEnd.UnknownType(ceType, offset));
  }

  @Override
  public void failed(Throwable cause) {
    progress.ended(new SessionEnd.Failed("the sync topic cannot be read", cause));
  }
}
