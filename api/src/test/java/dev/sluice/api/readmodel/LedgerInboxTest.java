package dev.sluice.api.readmodel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.projection.LedgerRecord;
import dev.sluice.contract.event.Heartbeat.LedgerReport;
import dev.sluice.contract.event.Heartbeat.Settled;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LedgerInboxTest {

  private final LedgerInbox inbox = new LedgerInbox();

  @Test
  void theLastReportReplacesTheOneBeforeUnlessItIsOfAnOlderGeneration() {
    inbox.put(report(2, "plain"));
    inbox.put(report(1, "helm"));
    inbox.put(report(2, "kustomize"));
    inbox.put(report(1, "plain"));

    assertThat(inbox.take().records()).containsExactly(report(2, "kustomize"));
    assertThat(inbox.take().records()).isEmpty();
  }

  @Test
  void theRemovalOfAnApplicationReplacesItsReportsUntilItIsThereAgain() {
    inbox.put(report(2, "plain"));
    inbox.put(LedgerRecord.removed("ledger/east/web"));
    assertThat(inbox.take().records()).containsExactly(LedgerRecord.removed("ledger/east/web"));

    inbox.put(LedgerRecord.removed("ledger/east/web"));
    inbox.put(report(4, "plain"));
    assertThat(inbox.take().records()).containsExactly(report(4, "plain"));
  }

  @Test
  void theFirstRecordsAreWrittenOnlyWhenTheDatabaseHasThemAndStaySo() {
    assertThat(inbox.hasWritten(inbox.arrived())).isTrue();
    inbox.put(report(1, "plain"));
    inbox.put(report(2, "plain"));
    long first = inbox.arrived();

    LedgerInbox.Batch taken = inbox.take();
    assertThat(inbox.hasWritten(first)).isFalse();
    inbox.putBack(taken);
    assertThat(inbox.hasWritten(first)).isFalse();
    LedgerInbox.Batch again = inbox.take();
    assertThat(again.records()).containsExactly(report(2, "plain"));
    inbox.put(report(3, "plain"));
    inbox.written(again);

    assertThat(inbox.hasWritten(first)).as("later records do not count").isTrue();
    assertThat(inbox.hasWritten(inbox.arrived())).isFalse();
  }

  @Test
  void whatIsPutBackDoesNotReplaceANewerRecord() {
    inbox.put(report(1, "plain"));
    LedgerInbox.Batch taken = inbox.take();
    inbox.put(report(2, "plain"));
    inbox.putBack(taken);

    assertThat(inbox.take().records()).containsExactly(report(2, "plain"));
  }

  private static LedgerRecord report(long generation, String renderer) {
    return LedgerRecord.of(
        new LedgerReport(
            new ClusterName("east"),
            new ApplicationName("web"),
            Optional.of(
                new Settled(
                    new Generation(generation),
                    Optional.empty(),
                    false,
                    Instant.EPOCH,
                    Optional.of(renderer),
                    Optional.empty())),
            Optional.empty()));
  }
}
