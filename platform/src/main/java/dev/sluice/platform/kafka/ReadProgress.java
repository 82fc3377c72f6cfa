package dev.sluice.platform.kafka;

import java.time.Duration;
import org.apache.kafka.common.KafkaException;

/**
 * Ends a read to an end that never comes, as when the topic was deleted or created again meanwhile.
 * Of one thread.
 */
public final class ReadProgress {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final String what;
  private long last = Long.MIN_VALUE;
  private long since = System.nanoTime();

  /**
   * Begins to watch a read.
   *
   * @param what is read, for the message
   */
  public ReadProgress(String what) {
    this.what = what;
  }

  /**
   * Records where the read is.
   *
   * @throws KafkaException if it has been there for half a minute
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
