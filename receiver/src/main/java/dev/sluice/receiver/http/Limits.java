package dev.sluice.receiver.http;

import java.time.Duration;

/**
 * Limits on the cost of requests.
 *
 * @param maxBodyBytes maximum size of a body
 * @param maxBufferedBytes maximum total size of the bodies being read or published
 * @param requestTimeout time from the first byte of a request to the last; also for the headers
 *     alone
 * @param publishTimeout time within which the broker must acknowledge
 * @param maxConnections maximum number of open connections
 * @param refusalsPerSecond sustained rate of refused requests that a source may cause; 0 for no
 *     limit
 */
public record Limits(
    int maxBodyBytes,
    long maxBufferedBytes,
    Duration requestTimeout,
    Duration publishTimeout,
    int maxConnections,
    int refusalsPerSecond) {

  private static final int MAX_BODY_BYTES = 26 * 1024 * 1024;
  private static final long MAX_BUFFERED_BYTES = 128L * 1024 * 1024;
  private static final int MAX_CONNECTIONS = 20_000;

  /** Heap that an idle connection uses; more than half of it is a queue of Vert.x. */
  private static final int CONNECTION_BYTES = 8 * 1024;

  /**
   * Returns the limits for a heap of this size. Forges send up to 25 MB and wait from 5 s (Gitea)
   * to 30 s; the receiver answers within 3 s of the last byte. Bodies and connections may each use
   * a quarter of the heap.
   */
  public static Limits within(long heapBytes) {
    long quarter = heapBytes / 4;
    return new Limits(
        MAX_BODY_BYTES,
        Math.clamp(quarter, MAX_BODY_BYTES, MAX_BUFFERED_BYTES),
        Duration.ofSeconds(30),
        Duration.ofMillis(2_500),
        Math.clamp(quarter / CONNECTION_BYTES, 1, MAX_CONNECTIONS),
        20);
  }

  public Limits {
    if (maxBodyBytes < 1 || maxBufferedBytes < maxBodyBytes) {
      throw new IllegalArgumentException(
          "the maximum body must be at least 1 byte and fit into the buffers");
    }
    if (!requestTimeout.isPositive() || !publishTimeout.isPositive()) {
      throw new IllegalArgumentException("timeouts must be positive");
    }
    if (maxConnections < 1 || refusalsPerSecond < 0) {
      throw new IllegalArgumentException("connections must be at least 1 and refusals at least 0");
    }
  }
}
