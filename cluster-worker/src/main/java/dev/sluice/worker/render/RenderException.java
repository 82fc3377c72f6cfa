package dev.sluice.worker.render;

import dev.sluice.contract.event.Failure;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A source did not render. */
public final class RenderException extends Exception {

  private static final long serialVersionUID = 1L;

  private final transient Failure failure;
  private final boolean temporary;

  private RenderException(Failure failure, boolean temporary, @Nullable Throwable cause) {
    super(failure.message(), cause);
    this.failure = failure;
    this.temporary = temporary;
  }

  /** The inputs are at fault: only new inputs, or an operator, help. */
  static RenderException permanent(String code, String message) {
    return new RenderException(failure(code, message), false, null);
  }

  /** This machine is at fault: the same inputs may render later. */
  static RenderException temporary(String code, String message, @Nullable Throwable cause) {
    return new RenderException(failure(code, message), true, cause);
  }

  private static Failure failure(String code, String message) {
    return new Failure(code, message, Failure.Stage.RENDER, Optional.empty());
  }

  public Failure failure() {
    return failure;
  }

  /** Whether trying the same inputs again may help. */
  public boolean isTemporary() {
    return temporary;
  }
}
