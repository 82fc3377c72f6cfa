package dev.sluice.worker.manifest;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectRef;
import java.util.Optional;

/**
 * Thrown when manifests cannot be applied as they are; names the file and document, and the reason.
 */
public final class ManifestException extends Exception {

  /**
   * The failure code of a kind that the cluster does not serve and whose definition is not among
   * the manifests. New definitions in the cluster may fix it; other codes than this and {@link
   * #UNKNOWN_FIELD} wait for new inputs.
   */
  public static final String UNKNOWN_KIND = "UnknownKind";

  /**
   * The failure code of a field that the kind's schema does not have. A new schema in the cluster
   * may fix it.
   */
  public static final String UNKNOWN_FIELD = "UnknownField";

  private static final long serialVersionUID = 1L;

  private final transient Failure failure;

  private ManifestException(Failure failure) {
    super(failure.message());
    this.failure = failure;
  }

  /** Returns the failure of a text that cannot be read. */
  static ManifestException unreadable(String code, String message) {
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
        "EmptyRendering",
        "%s renders to nothing, and that is never read as 'delete all': put manifests there, or"
                .formatted(path.isEmpty() ? "the repository's root" : path)
            + " remove the application from the fleet");
  }

  /** Returns the failure of a single object. */
  public static ManifestException refused(String code, String message, ObjectRef object) {
    return new ManifestException(
        new Failure(code, message, Failure.Stage.PLAN, Optional.of(object)));
  }

  public Failure failure() {
    return failure;
  }
}
