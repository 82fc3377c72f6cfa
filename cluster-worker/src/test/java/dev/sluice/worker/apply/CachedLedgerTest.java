package dev.sluice.worker.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.ledger.LedgerMovedException;
import dev.sluice.worker.ledger.LedgerReading;
import dev.sluice.worker.ledger.Ledgers;
import dev.sluice.worker.ledger.StoredLedger;
import dev.sluice.worker.plan.Inventory;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CachedLedgerTest {

  private static final ApplicationName WEB = new ApplicationName("web");
  private static final Ledger EMPTY = Ledger.unknown(WEB);
  private static final Ledger DONE =
      EMPTY.finish(
          new Ledger.Header(
              Generation.FIRST, false, Optional.of(new CommitId("a".repeat(40))), "v1:a"),
          Inventory.EMPTY,
          new Ledger.Finished(Instant.EPOCH, Optional.empty()));

  private final Shelf shelf = new Shelf();
  private final CachedLedger ledger = CachedLedger.unread(WEB, shelf, Optional.empty());

  @Test
  void rememberedLedgerIsTheWrittenOne() throws Exception {
    ledger.write(ledger.current(), DONE);

    assertThat(ledger.current()).isEqualTo(DONE);
    assertThat(shelf.reads).isEqualTo(1);
  }

  @Test
  void readsAgainALedgerInvalidatedDuringAWrite() throws Exception {
    assertThat(ledger.current()).isEqualTo(EMPTY);
    shelf.meanwhile =
        () -> {
          shelf.kept = StoredLedger.absent(EMPTY);
          ledger.invalidate();
        };

    ledger.write(EMPTY, DONE);

    assertThat(ledger.current()).isEqualTo(EMPTY);
  }

  @Test
  void readsAgainALedgerInvalidatedDuringARead() throws Exception {
    shelf.kept = new StoredLedger(DONE, "uid", "1");
    shelf.meanwhile =
        () -> {
          shelf.kept = StoredLedger.absent(EMPTY);
          ledger.invalidate();
        };

    assertThat(ledger.current()).isEqualTo(DONE);

    assertThat(ledger.current()).isEqualTo(EMPTY);
  }

  @Test
  void doesNotWriteALedgerDerivedFromAnInvalidatedOne() throws Exception {
    Ledger begun = ledger.current();
    ledger.invalidate();

    assertThatThrownBy(() -> ledger.write(begun, DONE)).isInstanceOf(LedgerMovedException.class);

    shelf.kept = new StoredLedger(DONE, "uid", "1");
    assertThat(ledger.current()).isEqualTo(DONE);
    assertThatThrownBy(() -> ledger.write(begun, DONE)).isInstanceOf(LedgerMovedException.class);
  }

  /** Runs an action before the answer of a call arrives. */
  private static final class Shelf implements Ledgers {

    private StoredLedger kept = StoredLedger.absent(EMPTY);
    private Runnable meanwhile = () -> {};
    private int reads;

    @Override
    public LedgerReading read(ApplicationName application) {
      reads++;
      return new LedgerReading.Usable(answer());
    }

    @Override
    public StoredLedger write(StoredLedger read, Ledger next) {
      kept = new StoredLedger(next, "uid", read.resourceVersion() + "1");
      return answer();
    }

    private StoredLedger answer() {
      StoredLedger answer = kept;
      Runnable event = meanwhile;
      meanwhile = () -> {};
      event.run();
      return answer;
    }
  }
}
