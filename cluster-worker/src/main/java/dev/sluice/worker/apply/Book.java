package dev.sluice.worker.apply;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.ledger.LedgerMovedException;
import dev.sluice.worker.ledger.LedgerStore;
import dev.sluice.worker.ledger.StoredLedger;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The ledger of one application as its lane last knew it. Every write checks that it still is. */
final class Book {

  private final ApplicationName application;
  private final LedgerStore store;
  private volatile @Nullable StoredLedger known;

  Book(ApplicationName application, LedgerStore store, Optional<StoredLedger> known) {
    this.application = application;
    this.store = store;
    this.known = known.orElse(null);
  }

  /** The ledger as last known; read if it is not known. */
  Ledger current() throws InterruptedException {
    return stored().ledger();
  }

  /** Reads it again the next time: someone else may have written or deleted it. */
  void distrust() {
    known = null;
  }

  /** The ledger as it is in the cluster now; what is known stays as it is. */
  StoredLedger look() throws InterruptedException {
    return store.read(application);
  }

  /** Whether this is the very write that is known. */
  boolean isKnown(StoredLedger other) {
    StoredLedger last = known;
    return last != null && last.resourceVersion().equals(other.resourceVersion());
  }

  /**
   * Puts the next in the place of the known one.
   *
   * @throws LedgerMovedException if the cluster has another one; it is read the next time
   */
  void write(Ledger next) throws LedgerMovedException, InterruptedException {
    StoredLedger last = stored();
    known = null; // until the server has answered, no one knows
    known = store.write(last, next);
  }

  private StoredLedger stored() throws InterruptedException {
    StoredLedger last = known;
    if (last == null) {
      last = store.read(application);
      known = last;
    }
    return last;
  }
}
