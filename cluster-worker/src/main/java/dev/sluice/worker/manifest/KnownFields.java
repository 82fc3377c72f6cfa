package dev.sluice.worker.manifest;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** The fields that objects can have in a cluster. */
@FunctionalInterface
public interface KnownFields {

  /** Used without a cluster: every field is accepted. */
  KnownFields ANY = (apiVersion, kind, content) -> List.of();

  /**
   * Returns the fields of an object that its kind does not have, and that the cluster would refuse;
   * none if the kind's fields are unknown.
   */
  List<JsonPointer> unknownIn(String apiVersion, String kind, JsonNode content)
      throws InterruptedException;
}
