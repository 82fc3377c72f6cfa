package dev.sluice.worker.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.Generation;
import dev.sluice.worker.plan.HookResult;
import dev.sluice.worker.plan.Inventory;
import dev.sluice.worker.plan.InventoryEntry;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Later attempts of a generation keep the decisions of the first one. */
class LedgerTest {

  private static final ObjectRef REF = new ObjectRef("v1", "ConfigMap", "shop", "a");
  private static final Inventory OBJECTS =
      new Inventory(List.of(new InventoryEntry(REF, "digest", false)));
  private static final HookResult RESULT =
      new HookResult(REF, "PRE_SYNC", Optional.of("it has failed"));

  private final Ledger unknown = Ledger.unknown(new ApplicationName("web"));

  @Test
  void isAnInstallUntilAGenerationIsDone() throws Exception {
    Ledger begun = begin(unknown, 1, "one");
    Ledger next = begin(begun, 2, "two");
    Ledger done = finish(next, 2, "two");
    Ledger upgrade = begin(done, 3, "three");

    assertThat(unknown.installs()).isTrue();
    assertThat(stored(begun).installs()).isTrue();
    assertThat(stored(next).installs()).isTrue();
    assertThat(stored(done).installs()).isFalse();
    assertThat(stored(upgrade).installs()).as("all objects are in the intent").isFalse();
    assertThat(upgrade.applied()).isEmpty();
  }

  @Test
  void repeatsOnlyWhatWasDoneJustBefore() throws Exception {
    Ledger done = finish(begin(unknown, 1, "one"), 1, "one");
    Ledger again = begin(done, 2, "one");
    Ledger continued = begin(again, 2, "one");
    Ledger failed = begin(done, 2, "two");

    assertThat(done.repeats("one")).isTrue();
    assertThat(stored(again).repeats("one")).isTrue();
    assertThat(stored(continued).repeats("one")).isTrue();
    assertThat(stored(failed).repeats("two")).as("it has never been done").isFalse();
    assertThat(stored(begin(failed, 3, "one")).repeats("one")).as("others came since").isFalse();
  }

  @Test
  void hasTheHooksOfOneGenerationOnly() throws Exception {
    Ledger begun = begin(unknown, 1, "one").withHook(RESULT);

    assertThat(stored(begun).hooks()).containsExactly(RESULT);
    assertThat(begin(begun, 1, "one").hooks()).containsExactly(RESULT);
    assertThat(begin(begun, 2, "two").hooks()).isEmpty();
    assertThat(finish(begun, 1, "one").hooks()).isEmpty();
  }

  private static Ledger begin(Ledger ledger, long generation, String digest) {
    return ledger.begin(header(generation, digest), OBJECTS, Set.of(REF));
  }

  private static Ledger finish(Ledger ledger, long generation, String digest) {
    return ledger.finish(
        header(generation, digest),
        OBJECTS,
        new Ledger.Finished(Instant.EPOCH, Optional.of("plain")));
  }

  private static Ledger.Header header(long generation, String digest) {
    return new Ledger.Header(new Generation(generation), false, Optional.empty(), digest);
  }

  /** Returns the ledger as it is read back. */
  private static Ledger stored(Ledger ledger) throws Exception {
    return LedgerCodec.decode(LedgerCodec.encode(ledger));
  }
}
