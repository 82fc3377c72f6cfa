package dev.sluice.contract.event;

import java.util.Optional;

/**
 * Why something did not go. Carries no secret and no manifest content.
 *
 * @param code stable and machine-readable, such as {@code Invalid} or {@code MissingNamespace}
 * @param message what went wrong, where, and what to do
 * @param stage where on the way it happened
 * @param object the object it happened at, where there is one
 */
public record Failure(String code, String message, Stage stage, Optional<ObjectRef> object) {

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
