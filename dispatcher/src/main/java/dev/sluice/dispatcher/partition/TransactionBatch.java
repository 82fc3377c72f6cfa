package dev.sluice.dispatcher.partition;

import dev.sluice.dispatcher.decide.Decision;
import dev.sluice.dispatcher.decide.OutgoingRecord;
import dev.sluice.dispatcher.decide.Trigger;
import java.util.ArrayList;
import java.util.List;

/** Records of a partition's next transaction, and the actions that follow its commit. */
final class TransactionBatch {

  private static final int MAX_RECORDS = 400;
  private static final long MAX_BYTES = 8L * 1024 * 1024;

  private final OffsetTracker offsets;
  private final List<OutgoingRecord> records = new ArrayList<>();
  private final List<Runnable> afterwards = new ArrayList<>();
  private long bytes;

  TransactionBatch(OffsetTracker offsets) {
    this.offsets = offsets;
  }

  void add(Decision decision) {
    for (OutgoingRecord record : decision.records()) {
      record.requireFit();
      records.add(record);
      bytes += record.value().length;
    }
  }

  void start(long offset) {
    offsets.started(offset);
  }

  void finish(Trigger trigger) {
    if (!trigger.isRemembered()) {
      trigger.offset().ifPresent(offsets::finished);
    }
  }

  void finish(long offset) {
    offsets.finished(offset);
  }

  /** Runs an action on the partition's thread after the commit. */
  void afterwards(Runnable action) {
    afterwards.add(action);
  }

  boolean isFull() {
    return records.size() >= MAX_RECORDS || bytes >= MAX_BYTES;
  }

  List<OutgoingRecord> records() {
    return records;
  }

  /** Empties the committed batch and returns the actions that follow the commit. */
  List<Runnable> committed() {
    List<Runnable> actions = List.copyOf(afterwards);
    records.clear();
    afterwards.clear();
    bytes = 0;
    return actions;
  }
}
