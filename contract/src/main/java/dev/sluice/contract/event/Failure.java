package dev.sluice.contract.event;

import dev.sluice.contract.failure.FailureCode;
import java.util.Optional;

/**
 * The reason for a failed attempt. Carries no secrets and no manifest content.
 *
 * <p>Messages quote text of external origin: a renderer's output, an API server's response, a
 * field's name. A message longer than {@link #MAX_MESSAGE} keeps its beginning, which says where,
 * and its end, which says what to do. So a failure always fits into a record, a header and a
 * ledger.
 *
 * @param code stable and machine-readable, such as {@code Invalid} or {@code MissingNamespace}
 * @param message what went wrong, where, and what to do; at most 4096 characters
 * @param stage the processing step that failed
 * @param object the object that it is about, if there is one
 * @param plan the deletions to approve, if the failure can be resolved by an approval
 */
public record Failure(
    FailureCode code,
    String message,
    Stage stage,
    Optional<ObjectRef> object,
    Optional<DeletionPlan> plan) {

  /** Creates a failure that an approval cannot resolve. */
  public Failure(FailureCode code, String message, Stage stage, Optional<ObjectRef> object) {
    this(code, message, stage, object, Optional.empty());
  }

  /** Returns this failure with the deletion plan whose approval resolves it. */
  public Failure awaiting(DeletionPlan deletions) {
    return new Failure(code, message, stage, object, Optional.of(deletions));
  }

  /** The longest message, in UTF-16 units: at most 12 KiB of UTF-8. */
  public static final int MAX_MESSAGE = 4_096;

  public Failure {
    message = Excerpt.of(message, MAX_MESSAGE);
  }

  public enum Stage {
    DECODE,
    SOURCE,
    RENDER,
    PLAN,
    APPLY,
    PRUNE,
    LEDGER
  }
}
