package dev.sluice.worker.apply;

import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DeadLetterEvent.Closed.Reason;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.OriginalRecord;
import dev.sluice.contract.event.Subject;
import dev.sluice.worker.lane.Effect;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.ledger.LedgerMovedException;
import dev.sluice.worker.ledger.UnreadableLedgerException;
import dev.sluice.worker.report.ReportException;
import dev.sluice.worker.report.Reporter;
import dev.sluice.worker.sync.LogEntry;
import java.util.Optional;
import java.util.Set;

/**
 * Opens and closes the dead letters of applications. The application's ledger names the open one,
 * so that a successor can close it.
 */
public final class DeadLetters {

  private final Reporter reporter;
  private final String topic;

  private final Set<DeadLetterId> closed;

  /**
   * Creates the dead letters of a cluster.
   *
   * @param topic holds the records that failed
   * @param closed the dead letters that are closed in the topic, and maybe not yet in their ledgers
   */
  public DeadLetters(Reporter reporter, String topic, Set<DeadLetterId> closed) {
    this.reporter = reporter;
    this.topic = topic;
    this.closed = closed;
  }

  /**
   * Opens a dead letter, or reports that the open one was tried again, and stores it in the ledger.
   * If the ledger cannot be read, the cache remembers it, and a successor finds it in the topic.
   *
   * @return whether the open dead letter has changed
   */
  boolean open(CachedLedger cachedLedger, Effect.Parked parked)
      throws ReportException, InterruptedException {
    Ledger ledger;
    try {
      ledger = cachedLedger.current();
    } catch (UnreadableLedgerException e) {
      Optional<Ledger.OpenEntry> before = cachedLedger.open();
      Ledger.OpenEntry open = parked(before, parked);
      cachedLedger.remember(open);
      return !before.equals(Optional.of(open));
    }
    Ledger.OpenEntry open =
        parked(ledger.deadLetter().filter(one -> !closed.contains(one.entry())), parked);
    if (ledger.deadLetter().equals(Optional.of(open))) {
      return false;
    }
    try {
      cachedLedger.write(ledger, ledger.withDeadLetter(open));
    } catch (LedgerMovedException e) {
      cachedLedger.invalidate();
      throw new ReportException("the ledger changed while its dead letter was opened", e);
    }
    ledger.deadLetter().ifPresent(this::isWritten);
    return true;
  }

  private Ledger.OpenEntry parked(Optional<Ledger.OpenEntry> open, Effect.Parked parked)
      throws ReportException, InterruptedException {
    LogEntry entry = parked.entry();
    Subject subject = entry.subject();
    String key = key(subject);
    Ledger.OpenEntry own = new Ledger.OpenEntry(DeadLetterId.of(subject), entry.generation());
    if (open.equals(Optional.of(own))) {
      reporter
          .send(
              new DeadLetterEvent.Retried(own.entry(), key, parked.attempts(), parked.failure()),
              entry.trace())
          .await();
      closed.remove(own.entry()); // a retry opens it again
      return own;
    }
    reporter
        .send(
            new DeadLetterEvent.Opened(
                own.entry(),
                key,
                Optional.of(subject),
                parked.failure(),
                parked.attempts(),
                OriginalRecord.at(topic, 0, entry.offset()),
                Optional.of(parked.since())),
            entry.trace())
        .await();
    closed.remove(own.entry());
    if (open.isPresent()) {
      close(open.get(), entry, Reason.SUPERSEDED);
    }
    return own;
  }

  /**
   * Closes a dead letter, since its application has recovered or was removed. It is closed once,
   * also if the ledger cannot be written afterwards and the attempt is repeated.
   */
  void close(Ledger.OpenEntry open, LogEntry by, Reason reason)
      throws ReportException, InterruptedException {
    if (closed.contains(open.entry())) {
      return;
    }
    reporter
        .send(
            new DeadLetterEvent.Closed(
                open.entry(), key(by.subject()), reason, Optional.of(by.generation())),
            by.trace())
        .await();
    closed.add(open.entry());
  }

  /** Notes that a ledger was written in which a closed dead letter is not open. */
  void isWritten(Ledger.OpenEntry entry) {
    closed.remove(entry.entry());
  }

  private static String key(Subject subject) {
    return subject.cluster() + "/" + subject.application();
  }
}
