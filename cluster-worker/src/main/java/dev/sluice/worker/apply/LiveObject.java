package dev.sluice.worker.apply;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.Generation;
import dev.sluice.worker.manifest.Ownership;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * An object as the API server returned it. Its labels and annotations are untrusted: anyone with
 * write access may have set them.
 */
public record LiveObject(ObjectNode content) {

  public String uid() {
    return content.path("metadata").path("uid").asText("");
  }

  public String resourceVersion() {
    return content.path("metadata").path("resourceVersion").asText("");
  }

  /** Returns when it was created; empty if that is no time. */
  Optional<Instant> createdAt() {
    try {
      return Optional.of(
          Instant.parse(content.path("metadata").path("creationTimestamp").asText("")));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  public boolean isTerminating() {
    return content.path("metadata").hasNonNull("deletionTimestamp");
  }

  /**
   * Returns whether the server does not know which manager set which field, as for objects that
   * were created before it supported server-side apply.
   */
  boolean isUntracked() {
    return content.path("metadata").path("managedFields").isEmpty();
  }

  /** Returns whether finalizers delay its deletion. */
  boolean hasFinalizers() {
    return !content.path("metadata").path("finalizers").isEmpty()
        || !content.path("spec").path("finalizers").isEmpty();
  }

  String label(String name) {
    return content.path("metadata").path("labels").path(name).asText("");
  }

  public boolean belongsTo(Ownership owner) {
    return belongsTo(owner.installation())
        && label(Ownership.APPLICATION_LABEL).equals(owner.application().value());
  }

  boolean belongsTo(String installation) {
    return label(Ownership.INSTALLATION_LABEL).equals(installation);
  }

  /**
   * Returns the application that its label names; empty if the label is missing or no valid name.
   */
  public Optional<ApplicationName> application() {
    return ApplicationName.parse(label(Ownership.APPLICATION_LABEL));
  }

  /** Returns the generation that last wrote it; empty if none did. */
  public Optional<Generation> generation() {
    return Generation.parse(annotation());
  }

  /** Returns why it cannot be an object of Sluice although its labels say so; empty if it can. */
  public Optional<String> flaw() {
    String owner = label(Ownership.APPLICATION_LABEL);
    if (!owner.isEmpty() && application().isEmpty()) {
      return Optional.of(
          "its label %s is no application's name".formatted(Ownership.APPLICATION_LABEL));
    }
    if (!annotation().isEmpty() && generation().isEmpty()) {
      return Optional.of(
          "its annotation %s is no generation".formatted(Ownership.GENERATION_ANNOTATION));
    }
    return Optional.empty();
  }

  private String annotation() {
    return content
        .path("metadata")
        .path("annotations")
        .path(Ownership.GENERATION_ANNOTATION)
        .asText("");
  }
}
