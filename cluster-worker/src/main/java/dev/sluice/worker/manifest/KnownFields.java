package dev.sluice.worker.manifest;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** What fields objects can have in a cluster. */
@FunctionalInterface
public interface KnownFields {

  /** Where no cluster is asked: every field may be one. */
  KnownFields ANY = (apiVersion, kind, content) -> List.of();

  /**
   * The fields of an object that its kind does not have, and that the cluster would refuse; none
   * where the kind's fields are not known.
   */
  List<JsonPointer> unknownIn(String apiVersion, String kind, JsonNode content)
      throws InterruptedException;
}
