package dev.sluice.worker.live;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.Generation;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.fields.FieldOwnership;
import dev.sluice.worker.manifest.Ownership;
import java.util.Optional;

/**
 * Metadata of a live object of which only Sluice manages fields, except for the status. It allows
 * an apply at the version that was seen last without reading the object, since no other manager's
 * fields have to be considered.
 *
 * @param generation that last wrote it
 */
record KnownObject(String uid, String installation, Generation generation) {

  /** Returns the metadata of an object; empty if it has to be read before a write. */
  static Optional<KnownObject> of(ObjectNode live, ObjectRef ref, ApplicationName application) {
    JsonNode metadata = live.path("metadata");
    JsonNode labels = metadata.path("labels");
    boolean isKnown =
        labels.path(Ownership.APPLICATION_LABEL).asText("").equals(application.value())
            && !metadata.hasNonNull("deletionTimestamp")
            && FieldOwnership.isExclusive(live, ref.apiVersion());
    return isKnown
        ? Generation.parse(
                metadata.path("annotations").path(Ownership.GENERATION_ANNOTATION).asText(""))
            .map(
                generation ->
                    new KnownObject(
                        metadata.path("uid").asText(""),
                        labels.path(Ownership.INSTALLATION_LABEL).asText("").intern(),
                        generation))
        : Optional.empty();
  }

  /** Returns an object with only the metadata that a write needs. */
  ObjectNode metadata(ObjectRef ref, ApplicationName application, long version) {
    ObjectNode object = Json.mapper().createObjectNode();
    object.put("apiVersion", ref.apiVersion()).put("kind", ref.kind());
    ObjectNode metadata = object.putObject("metadata");
    metadata.put("uid", uid).put("resourceVersion", Long.toString(version));
    metadata
        .putObject("labels")
        .put(Ownership.INSTALLATION_LABEL, installation)
        .put(Ownership.APPLICATION_LABEL, application.value());
    metadata.putObject("annotations").put(Ownership.GENERATION_ANNOTATION, generation.toString());
    metadata
        .putArray("managedFields")
        .addObject()
        .put("manager", ClusterApi.FIELD_MANAGER)
        .put("operation", "Apply")
        .put("apiVersion", ref.apiVersion())
        .put("fieldsType", "FieldsV1")
        .putObject("fieldsV1");
    return object;
  }
}
