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
 * The ledger of one application as its lane last read or wrote it. Every write is conditional on
 * it. An invalidation during a read or write takes effect after it, so the next use reads again.
 *
 * <p>The cache also remembers the open dead letter, so that it can be closed after the cluster lost
 * the ledger, or while the ledger cannot be read.
 */
final class CachedLedger {

  private final ApplicationName application;
  private final Ledgers ledgers;
  private @Nullable StoredLedger known;
  private Optional<Ledger.OpenEntry> open;
  private boolean openIsUnwritten;
  private long invalidations;

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

  /** Returns a cache that starts with a ledger that was read. */
  static CachedLedger of(StoredLedger known, Ledgers ledgers) {
    Ledger ledger = known.ledger();
    return new CachedLedger(ledger.application(), ledgers, known, ledger.deadLetter());
  }

  /**
   * Returns a cache that reads its ledger on first use.
   *
   * @param open the dead letter that is open, if the topic says so
   */
  static CachedLedger unread(
      ApplicationName application, Ledgers ledgers, Optional<Ledger.OpenEntry> open) {
    CachedLedger ledger = new CachedLedger(application, ledgers, null, open);
    ledger.openIsUnwritten = open.isPresent();
    return ledger;
  }

  /**
   * Returns the cached ledger; reads it if the cache is empty.
   *
   * @throws UnreadableLedgerException if the ledger in the cluster cannot be used
   */
  Ledger current() throws UnreadableLedgerException, InterruptedException {
    return stored().ledger();
  }

  /** Empties the cache, since someone else may have written or deleted the ledger. */
  synchronized void invalidate() {
    known = null;
    invalidations++;
  }

  /**
   * Reads the ledger from the cluster without changing the cache.
   *
   * @throws UnreadableLedgerException if it cannot be used
   */
  StoredLedger readNow() throws UnreadableLedgerException, InterruptedException {
    return ledgers.read(application).orThrow();
  }

  /** Returns the open dead letter, as far as it is known without the ledger. */
  synchronized Optional<Ledger.OpenEntry> open() {
    return open;
  }

  /** Remembers an open dead letter that cannot be written to the ledger now. */
  synchronized void remember(Ledger.OpenEntry entry) {
    open = Optional.of(entry);
    openIsUnwritten = true;
  }

  /** Returns whether the cache holds exactly this write. */
  boolean isKnown(StoredLedger other) {
    StoredLedger last = known();
    return last != null && last.resourceVersion().equals(other.resourceVersion());
  }

  /**
   * Replaces the ledger in the cluster.
   *
   * @param from the ledger that the new one was derived from, as {@link #current} returned it or as
   *     it was last written
   * @throws LedgerMovedException if the cache or the cluster has another one; the next use reads it
   *     again
   */
  void write(Ledger from, Ledger next) throws LedgerMovedException, InterruptedException {
    StoredLedger last = known();
    if (last == null || !last.ledger().equals(from)) {
      throw new LedgerMovedException("the ledger of " + application + " was invalidated");
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

  /** Empties the cache until the server has answered; returns the count of invalidations so far. */
  private synchronized long forget() {
    known = null;
    return invalidations;
  }

  private synchronized void learn(StoredLedger answer, long before) {
    open = answer.ledger().deadLetter();
    if (invalidations == before) {
      known = answer;
    }
  }
}
