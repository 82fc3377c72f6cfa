package dev.sluice.contract.codec;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Numbers that make the ids of a process's events unique: the time in microseconds since 1970, or
 * one more than the last number. Two events about the same subject, such as two attempts, differ in
 * nothing else.
 */
public final class EventStamp {

  private static final AtomicLong LAST = new AtomicLong();

  private EventStamp() {}

  /** Returns the next number. */
  public static long next(Instant now) {
    long micros = ChronoUnit.MICROS.between(Instant.EPOCH, now);
    return LAST.updateAndGet(last -> Math.max(last + 1, micros));
  }
}
