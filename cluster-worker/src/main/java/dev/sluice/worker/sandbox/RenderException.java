package dev.sluice.worker.sandbox;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.failure.FailureCode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Thrown when a source could not be rendered. */
public final class RenderException extends Exception {

  private static final long serialVersionUID = 1L;

  private final transient Failure failure;
  private final Remedy remedy;

  /** The event that may make the same source render. */
  public enum Remedy {
    /** The machine is at fault: time may help. */
    TIME,
    /** The inputs are at fault: only new inputs, or an operator, help. */
    INPUT,
    /** The inputs are at fault, or the kinds that the cluster serves, which charts depend on. */
    KINDS,
    /** A file must be installed on the worker. */
    WORKER
  }

  private RenderException(Failure failure, Remedy remedy, @Nullable Throwable cause) {
    super(failure.message(), cause);
    this.failure = failure;
    this.remedy = remedy;
  }

  /** Returns a failure of the inputs: only new inputs, or an operator, help. */
  public static RenderException permanent(FailureCode code, String message) {
    return new RenderException(failure(code, message), Remedy.INPUT, null);
  }

  /** Returns a failure of this machine: the same inputs may render later. */
  public static RenderException temporary(
      FailureCode code, String message, @Nullable Throwable cause) {
    return new RenderException(failure(code, message), Remedy.TIME, cause);
  }

  /** Returns the failure that an administrator must install something on this machine. */
  public static RenderException notInstalled(FailureCode code, String message) {
    return new RenderException(failure(code, message), Remedy.WORKER, null);
  }

  /** Returns the same failure, for a source that depends on the kinds that the cluster serves. */
  public RenderException ofChart() {
    return remedy == Remedy.INPUT ? new RenderException(failure, Remedy.KINDS, this) : this;
  }

  private static Failure failure(FailureCode code, String message) {
    return new Failure(code, message, Failure.Stage.RENDER, Optional.empty());
  }

  public Failure failure() {
    return failure;
  }

  public Remedy remedy() {
    return remedy;
  }
}
