package dev.sluice.worker.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.GroupKind;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

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

  /** Returns the instructions in the object's annotations that have no effect. */
  public List<String> instructionsWithoutEffect() {
    return Directives.withoutEffect(content);
  }

  /** Returns the hook that it is; empty if it is an ordinary object. */
  public Optional<Hook> hook() {
    return Hook.of(content);
  }

  /** Returns the wave that it declares; empty if it declares none. */
  public OptionalInt wave() {
    return Waves.of(content);
  }

  /** Returns whether its name is not final yet, but the beginning of one for each run of a hook. */
  public boolean isUnnamed() {
    JsonNode metadata = content.path("metadata");
    return metadata.hasNonNull("generateName") && !metadata.hasNonNull("name");
  }

  /** Returns this manifest with a final name. */
  public Manifest named(String name) {
    ObjectNode named = SharedNodes.copy(content);
    ObjectNode metadata = SharedNodes.own(named, "metadata");
    metadata.remove("generateName");
    metadata.put("name", name);
    ObjectRef to = new ObjectRef(ref.apiVersion(), ref.kind(), ref.namespace(), name);
    return new Manifest(to, named, source);
  }

  /**
   * Returns whether the live object may be gone later without being missing: hooks, and Jobs that
   * their controller deletes after their end.
   */
  public boolean isTransient() {
    return hook().isPresent()
        || (ref.groupKind().equals(JOB) && content.path("spec").has("ttlSecondsAfterFinished"));
  }

  /** Omits the content, which may be a Secret. */
  @Override
  public String toString() {
    return "%s (%s)".formatted(ref, source);
  }
}
