package dev.sluice.dispatcher.partition;

import java.util.OptionalLong;
import java.util.TreeSet;

/**
 * Tracker of the offset that may be committed while events finish out of order: every event below
 * it is finished.
 */
final class OffsetTracker {

  private final TreeSet<Long> unfinished = new TreeSet<>();
  private long next;
  private long committed;

  OffsetTracker(long committed) {
    this.next = committed;
    this.committed = committed;
  }

  void started(long offset) {
    unfinished.add(offset);
    next = Math.max(next, offset + 1);
  }

  void finished(long offset) {
    unfinished.remove(offset);
  }

  /** Returns the first offset that was not read yet. */
  long next() {
    return next;
  }

  int unfinished() {
    return unfinished.size();
  }

  /** Returns the offset to commit; empty if it is already committed. */
  OptionalLong toCommit() {
    long offset = unfinished.isEmpty() ? next : unfinished.getFirst();
    return offset > committed ? OptionalLong.of(offset) : OptionalLong.empty();
  }

  void committed(long offset) {
    committed = offset;
  }
}
