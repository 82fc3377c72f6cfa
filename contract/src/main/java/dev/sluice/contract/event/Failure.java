package dev.sluice.contract.event;

import java.util.Optional;

/**
 * Why something did not go. Carries no secret and no manifest content.
 *
 * <p>Messages quote what others wrote: a renderer's output, an API server's answer, a field's name.
 * A message longer than {@link #MAX_MESSAGE} keeps its beginning, which says where, and its end,
 * which says what to do. So a failure is always small enough for a record, a header and a ledger.
 *
 * @param code stable and machine-readable, such as {@code Invalid} or {@code MissingNamespace}
 * @param message what went wrong, where, and what to do; at most {@link #MAX_MESSAGE} characters
 * @param stage where on the way it happened
 * @param object the object it happened at, where there is one
 * @param plan the deletions that wait for an approval, where that is what it waits for
 */
public record Failure(
    String code,
    String message,
    Stage stage,
    Optional<ObjectRef> object,
    Optional<DeletionPlan> plan) {

  /** A failure that no approval mends. */
  public Failure(String code, String message, Stage stage, Optional<ObjectRef> object) {
    this(code, message, stage, object, Optional.empty());
  }

  /** Returns the same failure, mended by the approval of a plan. */
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
