package dev.sluice.worker.apply;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.ledger.LedgerMovedException;
import dev.sluice.worker.ledger.Ledgers;
import dev.sluice.worker.ledger.StoredLedger;
import dev.sluice.worker.ledger.UnreadableLedgerException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The ledger of one application as its lane last knew it. Every write checks that it still is. What
 * is distrusted while it is being read or written, is read again the next time.
 *
 * <p>Which dead letter is open is remembered here too, so that it is closed although the cluster
 * has lost the ledger, or has one that cannot be read and so cannot be written.
 */
final class CachedLedger {

  private final ApplicationName application;
  private final Ledgers ledgers;
  private @Nullable StoredLedger known;
  private Optional<Ledger.OpenEntry> open;
  private boolean openIsUnwritten;
  private long doubts;

  private CachedLedger(
      ApplicationName application,
      Ledgers ledgers,
      @Nullable StoredLedger known,
      Optional<Ledger.OpenEntry> open) {
    this.application = application;
    this.ledgers = ledgers;
    this.known = known;
    this.open = open;
  }

  /** Returns a book that trusts what was read. */
  static CachedLedger of(StoredLedger known, Ledgers ledgers) {
    Ledger ledger = known.ledger();
    return new CachedLedger(ledger.application(), ledgers, known, ledger.deadLetter());
  }

  /**
   * Returns a book that reads its ledger first.
   *
   * @param open the dead letter that is open, if another source says so
   */
  static CachedLedger unread(
      ApplicationName application, Ledgers ledgers, Optional<Ledger.OpenEntry> open) {
    CachedLedger ledger = new CachedLedger(application, ledgers, null, open);
    ledger.openIsUnwritten = open.isPresent();
    return ledger;
  }

  /**
   * Returns the ledger as last known; reads it if it is not known.
   *
   * @throws UnreadableLedgerException if the cluster has one that cannot be used
   */
  Ledger current() throws UnreadableLedgerException, InterruptedException {
    return stored().ledger();
  }

  /** Reads it again the next time: someone else may have written or deleted it. */
  synchronized void distrust() {
    known = null;
    doubts++;
  }

  /**
   * Reads the ledger as it is in the cluster now; what is known stays as it is.
   *
   * @throws UnreadableLedgerException if it cannot be used
   */
  StoredLedger look() throws UnreadableLedgerException, InterruptedException {
    return ledgers.read(application).orThrow();
  }

  /** Returns the open dead letter, as far as it is known without the ledger. */
  synchronized Optional<Ledger.OpenEntry> open() {
    return open;
  }

  /** Remembers a dead letter that was opened and cannot be written to the ledger now. */
  synchronized void remember(Ledger.OpenEntry entry) {
    open = Optional.of(entry);
    openIsUnwritten = true;
  }

  /** Whether this is the very write that is known. */
  boolean isKnown(StoredLedger other) {
    StoredLedger last = known();
    return last != null && last.resourceVersion().equals(other.resourceVersion());
  }

  /**
   * Puts the next in the place of the one that it was made from.
   *
   * @param from as {@link #current} gave it, or as it was written last
   * @throws LedgerMovedException if that is not what is known any more, or the cluster has another
   *     one; it is read the next time
   */
  void write(Ledger from, Ledger next) throws LedgerMovedException, InterruptedException {
    StoredLedger last = known();
    if (last == null || !last.ledger().equals(from)) {
      throw new LedgerMovedException("the ledger of " + application + " is not trusted any more");
    }
    long before = forget();
    StoredLedger written = ledgers.write(last, next);
    learn(written, before);
    openIsWritten();
  }

  private StoredLedger stored() throws UnreadableLedgerException, InterruptedException {
    StoredLedger last = known();
    if (last == null) {
      long before = forget();
      last = remembering(ledgers.read(application).orThrow());
      learn(last, before);
    }
    return last;
  }

  private synchronized StoredLedger remembering(StoredLedger read) {
    boolean isMissing = read.resourceVersion().isEmpty() || openIsUnwritten;
    return isMissing && open.isPresent()
        ? read.with(read.ledger().withDeadLetter(open.orElseThrow()))
        : read;
  }

  private synchronized void openIsWritten() {
    openIsUnwritten = false;
  }

  private synchronized @Nullable StoredLedger known() {
    return known;
  }

  /** Until the server has answered, no one knows. */
  private synchronized long forget() {
    known = null;
    return doubts;
  }

  private synchronized void learn(StoredLedger answer, long before) {
    open = answer.ledger().deadLetter();
    if (doubts == before) {
      known = answer;
    }
  }
}
