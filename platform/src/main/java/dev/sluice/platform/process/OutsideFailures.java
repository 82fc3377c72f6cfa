package dev.sluice.platform.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.kafka.common.KafkaException;

/**
 * Failures with an external cause, which are expected at times: Kafka or a server that does not
 * answer, a missing right, a full disk. Logs show them by one line, without a stack trace.
 */
public final class OutsideFailures {

  private static final int MAX_CAUSES = 20;

  private OutsideFailures() {}

  /** Returns whether the failure, or one of its causes, is external. */
  public static boolean isOutside(Throwable failure) {
    Throwable each = failure;
    for (int depth = 0; each != null && depth < MAX_CAUSES; depth++) {
      if (each instanceof KafkaException
          || each instanceof IOException
          || each instanceof UncheckedIOException
          || each instanceof SupervisedLoop.OutsideCause) {
        return true;
      }
      each = each.getCause();
    }
    return false;
  }

  /** Describes a failure on one line, with its first cause, and what an operator can do. */
  public static String describe(Throwable failure) {
    Throwable each = failure;
    for (int depth = 0; each != null && depth < MAX_CAUSES; depth++) {
      if (each instanceof SupervisedLoop.OutsideCause outside) {
        return outside.described();
      }
      each = each.getCause();
    }
    return KafkaFailures.describe(failure);
  }
}
