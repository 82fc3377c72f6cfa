package dev.sluice.worker.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.GroupKind;

/**
 * The desired state of one object.
 *
 * @param content the whole object; must not be changed, so copy before changing
 * @param source where it was read, such as {@code apps/web/service.yaml, document 2}; for messages
 */
public record Manifest(ObjectRef ref, ObjectNode content, String source) {

  private static final GroupKind JOB = GroupKind.parse("Job.batch");

  /**
   * Returns the SHA-256 in hex of the content's canonical JSON: equal objects have equal digests.
   */
  public String digest() {
    return CanonicalJson.sha256(content);
  }

  /**
   * Returns the digest of the content without the application that it belongs to: applications that
   * declare the object in the same way have equal digests.
   */
  public String declaration() {
    ObjectNode declared = SharedNodes.copy(content);
    SharedNodes.own(SharedNodes.own(declared, "metadata"), "labels")
        .remove(Ownership.APPLICATION_LABEL);
    return CanonicalJson.sha256(declared);
  }

  /** Returns the content as another application that shares the object writes it. */
  public ObjectNode contentOf(ApplicationName application) {
    ObjectNode other = SharedNodes.copy(content);
    SharedNodes.own(SharedNodes.own(other, "metadata"), "labels")
        .put(Ownership.APPLICATION_LABEL, application.value());
    return other;
  }

  /** Returns the instructions in the object's annotations. */
  public Directives directives() {
    return Directives.of(content);
  }

  /**
   * Returns whether the live object may be gone later without being missing: hooks, and Jobs that
   * their controller deletes after their end.
   */
  public boolean isTransient() {
    JsonNode annotations = content.path("metadata").path("annotations");
    boolean isHook = annotations.has("helm.sh/hook") || annotations.has("argocd.argoproj.io/hook");
    return isHook
        || (ref.groupKind().equals(JOB) && content.path("spec").has("ttlSecondsAfterFinished"));
  }

  /** Omits the content, which may be a Secret. */
  @Override
  public String toString() {
    return "%s (%s)".formatted(ref, source);
  }
}
