package dev.sluice.worker.apply;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.worker.manifest.Ownership;

/** An object as the API server told it. */
record LiveObject(ObjectNode content) {

  /** The annotation that says which generation wrote an object last. */
  static final String GENERATION = "sluice.dev/generation";

  String uid() {
    return content.path("metadata").path("uid").asText("");
  }

  String resourceVersion() {
    return content.path("metadata").path("resourceVersion").asText("");
  }

  boolean isTerminating() {
    return content.path("metadata").hasNonNull("deletionTimestamp");
  }

  /** Whether it goes only when someone else lets it. */
  boolean hasFinalizers() {
    return !content.path("metadata").path("finalizers").isEmpty()
        || !content.path("spec").path("finalizers").isEmpty();
  }

  String label(String name) {
    return content.path("metadata").path("labels").path(name).asText("");
  }

  boolean belongsTo(Ownership owner) {
    return belongsTo(owner.installation())
        && label(Ownership.APPLICATION_LABEL).equals(owner.application().value());
  }

  boolean belongsTo(String installation) {
    return label(Ownership.INSTALLATION_LABEL).equals(installation);
  }

  /** The generation that wrote it last; 0 if none did. */
  long generation() {
    return content.path("metadata").path("annotations").path(GENERATION).asLong(0);
  }
}
