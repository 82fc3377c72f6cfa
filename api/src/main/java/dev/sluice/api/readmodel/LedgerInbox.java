package dev.sluice.api.readmodel;

import dev.sluice.api.projection.LedgerRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Records about ledgers on their way from the loop that reads them to the one that writes the
 * database. Only the newest of an application in a cluster is kept: the last one, unless a worker
 * that no longer leads has sent it, of an older generation.
 */
final class LedgerInbox {

  private final Map<String, LedgerRecord> waiting = new LinkedHashMap<>();
  private long arrived;
  private long written;

  /**
   * Records that are written to the database in one transaction.
   *
   * @param arrived the number of records that had arrived when these were taken
   */
  record Batch(List<LedgerRecord> records, long arrived) {}

  synchronized void put(LedgerRecord record) {
    arrived++;
    waiting.merge(record.key(), record, (before, next) -> next.isOlderThan(before) ? before : next);
  }

  synchronized Batch take() {
    Batch taken = new Batch(new ArrayList<>(waiting.values()), arrived);
    waiting.clear();
    return taken;
  }

  /** Notes that the database has what was taken. */
  synchronized void written(Batch taken) {
    written = taken.arrived();
  }

  /** Puts back what could not be written, except where a newer record has arrived. */
  synchronized void putBack(Batch taken) {
    taken.records().forEach(record -> waiting.putIfAbsent(record.key(), record));
  }

  /** Returns the number of records that have arrived. */
  synchronized long arrived() {
    return arrived;
  }

  /** Returns whether the database has the first of the records that arrived, this many. */
  synchronized boolean hasWritten(long first) {
    return written >= first;
  }
}
