package dev.sluice.receiver.http;

import java.time.Duration;

/**
 * What requests may cost.
 *
 * @param maxBodyBytes size of the largest body
 * @param maxBufferedBytes what all bodies being read or written to Kafka may take together
 * @param requestTimeout from the first byte of a request to the last; also for the headers alone
 * @param publishTimeout how long the broker may take to acknowledge
 * @param maxConnections how many may be open at a time
 * @param refusalsPerSecond how many refused requests one source may cause, over a longer time; 0
 *     for no limit
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

  /** What an idle connection takes of the heap, more than half of it a queue of Vert.x'. */
  private static final int CONNECTION_BYTES = 8 * 1024;

  /**
   * The limits of a process with a heap of so many bytes: forges send up to 25 MB and wait from 5 s
   * (Gitea) to 30 s; an answer is there within 3 s of the last byte. Bodies and connections may
   * take a quarter of the heap each.
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
          "a body has at least 1 byte, and one of the largest must fit into the buffers");
    }
    if (!requestTimeout.isPositive() || !publishTimeout.isPositive()) {
      throw new IllegalArgumentException("timeouts are longer than nothing");
    }
    if (maxConnections < 1 || refusalsPerSecond < 0) {
      throw new IllegalArgumentException("at least 1 connection, and 0 or more refusals");
    }
  }
}
