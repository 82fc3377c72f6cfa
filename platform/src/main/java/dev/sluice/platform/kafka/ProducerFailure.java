package dev.sluice.platform.kafka;

import java.util.Optional;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.apache.kafka.common.errors.TransactionAbortedException;

/** Classification of a producer's errors, used by all components. */
public enum ProducerFailure {
  /** The record itself can never be written; other records are not affected. */
  RECORD,
  /** The broker refuses this client: an operator has to act, and the write is retried. */
  NOT_ALLOWED,
  /** The broker is temporarily unavailable: the write is retried. */
  UNAVAILABLE,
  /**
   * This producer can no longer write: another one has taken its transactional id, or its state at
   * the broker is lost. The caller has to create a new producer.
   */
  FENCED;

  private static final int MAX_CAUSES = 20;

  /** Classifies an error by the first known exception in its chain of causes. */
  public static ProducerFailure of(Throwable error) {
    Throwable each = error;
    for (int depth = 0; each != null && depth < MAX_CAUSES; depth++) {
      Optional<ProducerFailure> classified = classified(each);
      if (classified.isPresent()) {
        return classified.get();
      }
      each = each.getCause();
    }
    // after an unknown error the producer's state is unknown, so it must not be used again
    return FENCED;
  }

  private static Optional<ProducerFailure> classified(Throwable error) {
    return switch (error) {
      case AuthorizationException _, AuthenticationException _, PolicyViolationException _ ->
          Optional.of(NOT_ALLOWED);
      case RecordTooLargeException _,
          RecordBatchTooLargeException _,
          SerializationException _,
          InvalidRecordException _,
          InvalidTimestampException _ ->
          Optional.of(RECORD);
      case RetriableException _, TransactionAbortedException _, TransactionAbortableException _ ->
          Optional.of(UNAVAILABLE);
      case ApiException _ -> Optional.of(FENCED);
      default -> Optional.empty();
    };
  }
}
