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

  /**
   * Forges send up to 25 MB and wait from 5 s (Gitea) to 30 s; an answer is there within 3 s of the
   * last byte.
   */
  public static final Limits DEFAULT =
      new Limits(
          26 * 1024 * 1024,
          128L * 1024 * 1024,
          Duration.ofSeconds(30),
          Duration.ofMillis(2_500),
          20_000,
          20);

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
