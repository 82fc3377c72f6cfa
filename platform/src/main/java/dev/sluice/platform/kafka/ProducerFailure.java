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

/** What an error of a producer means: the one place that decides it. */
public enum ProducerFailure {
  /** The record itself can never be written: it fails alone, and others are not concerned. */
  RECORD,
  /** The broker refuses this client: an operator has to act, and writing is tried again. */
  NOT_ALLOWED,
  /** The broker does not answer, or not now: the same is tried again. */
  UNAVAILABLE,
  /**
   * This producer writes nothing any more: another one has its transactional id, or its state at
   * the broker is lost. Whoever owns it has to begin anew.
   */
  FENCED;

  private static final int MAX_CAUSES = 20;

  /** Decides by the first error in the chain of causes that means something. */
  public static ProducerFailure of(Throwable error) {
    Throwable each = error;
    for (int depth = 0; each != null && depth < MAX_CAUSES; depth++) {
      Optional<ProducerFailure> meaning = meaning(each);
      if (meaning.isPresent()) {
        return meaning.get();
      }
      each = each.getCause();
    }
    // what nobody knows must not be repeated by a producer whose state nobody knows
    return FENCED;
  }

  private static Optional<ProducerFailure> meaning(Throwable error) {
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
