package dev.sluice.worker.apply;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.failure.ApplyFailure;
import java.util.Optional;

/** Thrown when an application names no service account, and its worker requires one. */
public final class AccountRequiredException extends Exception {

  private static final long serialVersionUID = 1L;

  AccountRequiredException() {
    super(
        "the application names no service account, and this worker requires one"
            + " (--require-service-account): set policy.serviceAccount");
  }

  /** Returns the failure that results report. */
  public Failure failure() {
    return new Failure(
        ApplyFailure.SERVICE_ACCOUNT_REQUIRED,
        String.valueOf(getMessage()),
        Failure.Stage.PLAN,
        Optional.empty());
  }
}
