package dev.sluice.worker.sandbox;

import dev.sluice.contract.event.Failure;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A source did not render. */
public final class RenderException extends Exception {

  private static final long serialVersionUID = 1L;

  private final transient Failure failure;
  private final Remedy remedy;

  /** What may make the same source render. */
  public enum Remedy {
    /** The machine is at fault: time. */
    TIME,
    /** The inputs are at fault: only new inputs, or an operator. */
    INPUT,
    /** The inputs, or the kinds that the cluster serves, which charts ask for. */
    KINDS,
    /** A file that is to be installed on the worker. */
    WORKER
  }

  private RenderException(Failure failure, Remedy remedy, @Nullable Throwable cause) {
    super(failure.message(), cause);
    this.failure = failure;
    this.remedy = remedy;
  }

  /** The inputs are at fault: only new inputs, or an operator, help. */
  public static RenderException permanent(String code, String message) {
    return new RenderException(failure(code, message), Remedy.INPUT, null);
  }

  /** This machine is at fault: the same inputs may render later. */
  public static RenderException temporary(String code, String message, @Nullable Throwable cause) {
    return new RenderException(failure(code, message), Remedy.TIME, cause);
  }

  /** Something that an administrator installs is missing on this machine. */
  public static RenderException notInstalled(String code, String message) {
    return new RenderException(failure(code, message), Remedy.WORKER, null);
  }

  /** The same, of a source whose rendering asks which kinds the cluster serves. */
  public RenderException ofChart() {
    return remedy == Remedy.INPUT ? new RenderException(failure, Remedy.KINDS, this) : this;
  }

  private static Failure failure(String code, String message) {
    return new Failure(code, message, Failure.Stage.RENDER, Optional.empty());
  }

  public Failure failure() {
    return failure;
  }

  public Remedy remedy() {
    return remedy;
  }
}
