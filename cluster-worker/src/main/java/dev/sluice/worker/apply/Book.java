package dev.sluice.worker.apply;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.ledger.LedgerMovedException;
import dev.sluice.worker.ledger.Ledgers;
import dev.sluice.worker.ledger.StoredLedger;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The ledger of one application as its lane last knew it. Every write checks that it still is. What
 * is distrusted while it is being read or written, is read again the next time.
 *
 * <p>A ledger that the cluster has lost takes one thing along that stands elsewhere too: which dead
 * letter is open. That is remembered here, so that it is closed all the same.
 */
final class Book {

  private final ApplicationName application;
  private final Ledgers ledgers;
  private @Nullable StoredLedger known;
  private Optional<Ledger.OpenEntry> open;
  private long doubts;

  Book(ApplicationName application, Ledgers ledgers, Optional<StoredLedger> known) {
    this.application = application;
    this.ledgers = ledgers;
    this.known = known.orElse(null);
    this.open = known.flatMap(stored -> stored.ledger().deadLetter());
  }

  /** The ledger as last known; read if it is not known. */
  Ledger current() throws InterruptedException {
    return stored().ledger();
  }

  /** Reads it again the next time: someone else may have written or deleted it. */
  synchronized void distrust() {
    known = null;
    doubts++;
  }

  /** The ledger as it is in the cluster now; what is known stays as it is. */
  StoredLedger look() throws InterruptedException {
    return ledgers.read(application);
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
    learn(ledgers.write(last, next), before);
  }

  private StoredLedger stored() throws InterruptedException {
    StoredLedger last = known();
    if (last == null) {
      long before = forget();
      last = remembering(ledgers.read(application));
      learn(last, before);
    }
    return last;
  }

  private synchronized StoredLedger remembering(StoredLedger read) {
    boolean isLost = read.resourceVersion().isEmpty() && open.isPresent();
    return isLost ? StoredLedger.absent(read.ledger().withDeadLetter(open.orElseThrow())) : read;
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
