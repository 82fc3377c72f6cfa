package dev.sluice.dispatcher.partition;

import java.util.OptionalLong;
import java.util.TreeSet;

/**
 * Which offset may be committed while events finish out of order: everything below it is finished.
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

  /** The first offset that was not seen yet. */
  long next() {
    return next;
  }

  int unfinished() {
    return unfinished.size();
  }

  /** What is to be committed; empty if that is committed already. */
  OptionalLong toCommit() {
    long offset = unfinished.isEmpty() ? next : unfinished.getFirst();
    return offset > committed ? OptionalLong.of(offset) : OptionalLong.empty();
  }

  void committed(long offset) {
    committed = offset;
  }
}
