package dev.sluice.receiver.http;

import java.util.concurrent.atomic.AtomicLong;

/** Bounds the memory that all bodies take together. */
final class BufferBudget {

  private final long limit;
  private final AtomicLong used = new AtomicLong();

  BufferBudget(long limit) {
    this.limit = limit;
  }

  /** Takes the bytes if they are left. */
  boolean take(long bytes) {
    if (used.addAndGet(bytes) <= limit) {
      return true;
    }
    used.addAndGet(-bytes);
    return false;
  }

  /** What is taken now. */
  long used() {
    return used.get();
  }

  void give(long bytes) {
    used.addAndGet(-bytes);
  }
}
