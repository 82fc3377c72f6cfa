package dev.sluice.platform.process;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Limit of the large payloads that a process has in memory at a time, by their size: whoever needs
 * more waits, in the order of arrival. Small payloads are not counted. A payload that is larger
 * than the limit is admitted alone.
 *
 * <p>A thread must not ask for room while it has some, or two could wait for each other.
 */
public final class LargePayloads {

  /** The size in bytes up to which a payload is not counted. */
  public static final int SMALL = 2 * 1024 * 1024;

  private static final int UNIT = 1024 * 1024;

  private final int units;
  private final Semaphore free;

  private LargePayloads(long bytes) {
    this.units = Math.toIntExact(Math.max(1, bytes / UNIT));
    this.free = new Semaphore(units, true);
  }

  /** Creates a limit of this many bytes. */
  public static LargePayloads of(long bytes) {
    return new LargePayloads(bytes);
  }

  /**
   * Creates a limit that depends on the largest heap of the process.
   *
   * @param part the payloads may have the heap's size divided by this; what is made of a payload
   *     needs several times its size
   */
  public static LargePayloads inHeap(int part) {
    return new LargePayloads(Runtime.getRuntime().maxMemory() / part);
  }

  /** Room for one payload, until it is closed. Closing it again has no effect. */
  public final class Room implements AutoCloseable {

    private final int taken;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Room(int taken) {
      this.taken = taken;
    }

    /** Returns whether a payload of this size has room here. */
    public boolean holds(long bytes) {
      return units(bytes) <= taken;
    }

    @Override
    public void close() {
      if (!closed.getAndSet(true)) {
        free.release(taken);
      }
    }
  }

  /** Waits until there is room for a payload of this size in bytes. */
  public Room enter(long bytes) throws InterruptedException {
    int needed = units(bytes);
    if (needed > 0) {
      free.acquire(needed);
    }
    return new Room(needed);
  }

  /** Returns how many threads wait for room, approximately. */
  public int waiting() {
    return free.getQueueLength();
  }

  private int units(long bytes) {
    return bytes <= SMALL ? 0 : (int) Math.min(units, (bytes + UNIT - 1) / UNIT);
  }
}
