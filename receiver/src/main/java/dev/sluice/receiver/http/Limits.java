package dev.sluice.receiver.http;

import java.time.Duration;

/**
 * What a request may cost.
 *
 * @param maxBodyBytes size of the largest body
 * @param maxBufferedBytes what all bodies being read or written to Kafka may take together
 * @param requestTimeout from the first byte of a request to the last; also for the headers alone
 * @param publishTimeout how long the broker may take to acknowledge
 */
public record Limits(
    int maxBodyBytes, long maxBufferedBytes, Duration requestTimeout, Duration publishTimeout) {

  /** Forges send up to 25 MB and wait 10 s. */
  public static final Limits DEFAULT =
      new Limits(
          26 * 1024 * 1024, 128L * 1024 * 1024, Duration.ofSeconds(30), Duration.ofSeconds(5));

  public Limits {
    if (maxBodyBytes < 1 || maxBufferedBytes < maxBodyBytes) {
      throw new IllegalArgumentException(
          "a body has at least 1 byte, and one of the largest must fit into the buffers");
    }
    if (!requestTimeout.isPositive() || !publishTimeout.isPositive()) {
      throw new IllegalArgumentException("timeouts are longer than nothing");
    }
  }
}
