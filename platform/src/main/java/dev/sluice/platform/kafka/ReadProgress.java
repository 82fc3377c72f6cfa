package dev.sluice.platform.kafka;

import java.time.Duration;
import org.apache.kafka.common.KafkaException;

/**
 * Watchdog for reading a topic up to an offset. It fails a read that makes no progress, as happens
 * if the topic was deleted or recreated in the meantime. Not thread-safe.
 */
public final class ReadProgress {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final String what;
  private long last = Long.MIN_VALUE;
  private long since = System.nanoTime();

  /**
   * Starts watching a read.
   *
   * @param what the name of the topic or partition, for the message
   */
  public ReadProgress(String what) {
    this.what = what;
  }

  /**
   * Records the read's position.
   *
   * @throws KafkaException if the position has not changed for half a minute
   */
  public void at(long position) {
    long now = System.nanoTime();
    if (position != last) {
      last = position;
      since = now;
    } else if (now - since > PATIENCE.toNanos()) {
      throw new KafkaException(
          "%s cannot be read to what was its end: nothing has come for %d s"
              .formatted(what, PATIENCE.toSeconds()));
    }
  }
}
