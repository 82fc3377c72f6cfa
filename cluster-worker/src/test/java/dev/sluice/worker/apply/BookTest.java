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
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BookTest {

  private static final ApplicationName WEB = new ApplicationName("web");
  private static final Ledger EMPTY = Ledger.unknown(WEB);
  private static final Ledger DONE =
      EMPTY.finish(
          new Ledger.Header(
              Generation.FIRST, false, Optional.of(new CommitId("a".repeat(40))), "v1:a"),
          Inventory.EMPTY);

  private final Shelf shelf = new Shelf();
  private final Book book = Book.unread(WEB, shelf, Optional.empty());

  @Test
  void knowsWhatItWrote() throws Exception {
    book.write(book.current(), DONE);

    assertThat(book.current()).isEqualTo(DONE);
    assertThat(shelf.reads).isEqualTo(1);
  }

  @Test
  void readsAgainWhatWasDeletedWhileItWasWritten() throws Exception {
    assertThat(book.current()).isEqualTo(EMPTY);
    shelf.meanwhile =
        () -> {
          shelf.kept = StoredLedger.absent(EMPTY);
          book.distrust();
        };

    book.write(EMPTY, DONE);

    assertThat(book.current()).isEqualTo(EMPTY);
  }

  @Test
  void readsAgainWhatWasDeletedWhileItWasRead() throws Exception {
    shelf.kept = new StoredLedger(DONE, "uid", "1");
    shelf.meanwhile =
        () -> {
          shelf.kept = StoredLedger.absent(EMPTY);
          book.distrust();
        };

    assertThat(book.current()).isEqualTo(DONE);

    assertThat(book.current()).isEqualTo(EMPTY);
  }

  @Test
  void writesNothingThatWasMadeFromWhatIsNoLongerTrusted() throws Exception {
    Ledger begun = book.current();
    book.distrust();

    assertThatThrownBy(() -> book.write(begun, DONE)).isInstanceOf(LedgerMovedException.class);

    shelf.kept = new StoredLedger(DONE, "uid", "1");
    assertThat(book.current()).isEqualTo(DONE);
    assertThatThrownBy(() -> book.write(begun, DONE)).isInstanceOf(LedgerMovedException.class);
  }

  /** Answers, and lets something happen before the answer arrives. */
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
