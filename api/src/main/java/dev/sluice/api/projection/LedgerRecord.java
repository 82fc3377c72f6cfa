package dev.sluice.api.projection;

import dev.sluice.contract.event.Heartbeat.LedgerReport;
import java.util.Optional;

/**
 * A record about the ledger of an application in a cluster.
 *
 * @param report empty if the application was removed there
 */
public record LedgerRecord(String key, Optional<LedgerReport> report) {

  /** Returns the record of a report. */
  public static LedgerRecord of(LedgerReport report) {
    return new LedgerRecord(report.key(), Optional.of(report));
  }

  /** Returns the record without a value that follows the last report. */
  public static LedgerRecord removed(String key) {
    return new LedgerRecord(key, Optional.empty());
  }

  /** Returns whether a worker that no longer leads wrote this one after the other. */
  public boolean isOlderThan(LedgerRecord other) {
    return report.isPresent()
        && other.report().isPresent()
        && report.get().newest() < other.report().get().newest();
  }
}
