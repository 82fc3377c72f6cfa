package dev.sluice.worker.manifest;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.failure.RenderFailure;
import java.util.Optional;

/**
 * Thrown when manifests cannot be applied as they are; names the file and document, and the reason.
 */
public final class ManifestException extends Exception {

  private static final long serialVersionUID = 1L;

  private final transient Failure failure;

  private ManifestException(Failure failure) {
    super(failure.message());
    this.failure = failure;
  }

  /** Returns the failure of a text that cannot be read. */
  static ManifestException unreadable(FailureCode code, String message) {
    return new ManifestException(
        new Failure(code, message, Failure.Stage.RENDER, Optional.empty()));
  }

  /**
   * Returns the failure of an application that renders to nothing.
   *
   * @param path the application's path, for the message
   */
  public static ManifestException empty(String path) {
    return unreadable(
        RenderFailure.EMPTY_RENDERING,
        "%s renders to nothing, and that is never read as 'delete all': put manifests there, or"
                .formatted(path.isEmpty() ? "the repository's root" : path)
            + " remove the application from the fleet");
  }

  /** Returns the failure of an application as a whole. */
  public static ManifestException refused(FailureCode code, String message) {
    return new ManifestException(new Failure(code, message, Failure.Stage.PLAN, Optional.empty()));
  }

  /** Returns the failure of a single object. */
  public static ManifestException refused(FailureCode code, String message, ObjectRef object) {
    return new ManifestException(
        new Failure(code, message, Failure.Stage.PLAN, Optional.of(object)));
  }

  public Failure failure() {
    return failure;
  }
}
