package dev.sluice.standalone.proof;

import dev.sluice.contract.event.Checkpoint;
import dev.sluice.contract.proof.RangeDigests;
import dev.sluice.standalone.proof.LogFinding.Kind;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Compares the records of a partition with those that its valid checkpoints have. Pure. */
final class CheckpointCheck {

  private final String partition;
  private final Deque<Checkpoint> ahead;
  private final List<Checkpoint> checkpoints;
  private final boolean complete;
  private final long end;

  /** The ends of the blocks of offsets without a gap between checkpoints, by their beginnings. */
  private final TreeMap<Long, Long> covered = new TreeMap<>();

  private final Map<String, Long> lastOfKey = new HashMap<>();
  private final List<RangeDigests.Entry> absent = new ArrayList<>();
  private final List<LogFinding> findings = new ArrayList<>();
  private @Nullable Range range;
  private Optional<Instant> oldestNewer = Optional.empty();
  private long expired;
  private long removed;
  private long records;
  private long newer;

  /** A checkpoint's range, with the records that were not found so far. */
  private static final class Range {
    private final Checkpoint checkpoint;
    private final Map<Long, RangeDigests.Entry> entries = new LinkedHashMap<>();
    private final Map<String, Long> offsets = new HashMap<>();

    Range(Checkpoint checkpoint) {
      this.checkpoint = checkpoint;
      for (RangeDigests.Entry entry :
          RangeDigests.decode(checkpoint.from(), checkpoint.digests())) {
        entries.put(entry.offset(), entry);
        offsets.put(entry.digest(), entry.offset());
      }
    }
  }

  /**
   * Begins a partition.
   *
   * @param checkpoints the valid ones of the partition, in their order
   * @param complete whether the topic of checkpoints still begins with its first record
   */
  CheckpointCheck(String partition, List<Checkpoint> checkpoints, boolean complete) {
    this.partition = partition;
    this.checkpoints = checkpoints;
    this.complete = complete;
    this.ahead = new ArrayDeque<>(checkpoints);
    this.end = checkpoints.isEmpty() ? 0 : checkpoints.getLast().until();
    for (Checkpoint checkpoint : checkpoints) {
      boolean continues = !covered.isEmpty() && covered.lastEntry().getValue() == checkpoint.from();
      covered.put(continues ? covered.lastKey() : checkpoint.from(), checkpoint.until());
    }
  }

  /** Adds the next record. */
  void add(ReadRecord record) {
    records++;
    lastOfKey.put(record.entry().key(), record.offset());
    advance(record.offset());
    if (range == null) {
      uncovered(record);
      return;
    }
    compare(record, range);
  }

  private void advance(long offset) {
    while (!ahead.isEmpty() && ahead.peek().from() <= offset) {
      leave();
      range = new Range(ahead.remove());
    }
    if (range != null && offset >= range.checkpoint.until()) {
      leave();
    }
  }

  private void uncovered(ReadRecord record) {
    if (record.offset() >= end) {
      newer++;
      oldestNewer = oldestNewer.or(() -> Optional.of(record.at()));
    } else if (!complete && record.offset() < checkpoints.getFirst().from()) {
      expired++;
    } else {
      add(record.offset(), Kind.UNCOVERED, "it is in no checkpoint, but later records are");
    }
  }

  private void compare(ReadRecord record, Range within) {
    RangeDigests.@Nullable Entry entry = within.entries.remove(record.offset());
    if (entry != null && entry.digest().equals(record.entry().digest())) {
      return;
    }
    String checkpoint = "the checkpoint of " + within.checkpoint.at();
    Optional<Long> original = Optional.ofNullable(within.offsets.get(record.entry().digest()));
    if (original.isPresent()) {
      add(
          record.offset(),
          Kind.REORDERED,
          "in %s this record has offset %d".formatted(checkpoint, original.get()));
    } else if (entry != null) {
      add(record.offset(), Kind.ALTERED, "in " + checkpoint + " it has another digest");
    } else {
      add(record.offset(), Kind.INSERTED, checkpoint + " has no record at this offset");
    }
  }

  /** Ends the current range: the records that were not found are absent. */
  private void leave() {
    if (range != null) {
      absent.addAll(range.entries.values());
      range = null;
    }
  }

  /** Returns whether checkpoints cover all offsets from one to another. */
  boolean covers(long first, long last) {
    Map.Entry<Long, Long> block = covered.floorEntry(first);
    return block != null && block.getValue() > last;
  }

  /**
   * Returns what was found.
   *
   * @param start the first offset that the broker still has
   * @param kept what the broker may remove
   */
  List<LogFinding> findings(long start, Kept kept) {
    advance(Long.MAX_VALUE);
    List<LogFinding> all = new ArrayList<>(findings);
    for (RangeDigests.Entry entry : absent) {
      boolean replaced =
          kept.compacted() && lastOfKey.getOrDefault(entry.key(), -1L) > entry.offset();
      if (entry.offset() < start && kept.deleted()) {
        removed++;
      } else if (!replaced) {
        all.add(
            new LogFinding(
                partition,
                entry.offset(),
                Kind.MISSING,
                "a checkpoint has a record at this offset, and the topic does not"));
      }
    }
    return all;
  }

  /** Returns the number of signed records before the first offset that the broker still has. */
  long removed() {
    return removed;
  }

  /** Returns the number of records whose checkpoints the broker no longer has. */
  long expired() {
    return expired;
  }

  /** Returns the time of the first record after the last checkpoint. */
  Optional<Instant> oldestNewer() {
    return oldestNewer;
  }

  /** Returns the number of records. */
  long records() {
    return records;
  }

  /** Returns the number of records after the last checkpoint. */
  long newer() {
    return newer;
  }

  private void add(long offset, Kind kind, String message) {
    findings.add(new LogFinding(partition, offset, kind, message));
  }
}
