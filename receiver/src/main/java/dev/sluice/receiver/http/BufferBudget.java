package dev.sluice.receiver.http;

import java.util.concurrent.atomic.AtomicLong;

/** Limit on the memory that all bodies use together. */
final class BufferBudget {

  private final long limit;
  private final AtomicLong used = new AtomicLong();

  BufferBudget(long limit) {
    this.limit = limit;
  }

  /** Reserves the bytes if they are available. */
  boolean take(long bytes) {
    if (used.addAndGet(bytes) <= limit) {
      return true;
    }
    used.addAndGet(-bytes);
    return false;
  }

  /** Returns the number of reserved bytes. */
  long used() {
    return used.get();
  }

  void give(long bytes) {
    used.addAndGet(-bytes);
  }
}
