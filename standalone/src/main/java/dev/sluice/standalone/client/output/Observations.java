package dev.sluice.standalone.client.output;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.stream.Stream;

/** Formatter of the API's answers about what was observed of a generation after it was applied. */
public final class Observations {

  private Observations() {}

  /** Returns the observations of a generation, each with the generation and the cluster. */
  public static Stream<JsonNode> of(JsonNode generation) {
    return generation
        .get("observations")
        .valueStream()
        .map(
            observation -> {
              ObjectNode row = observation.deepCopy();
              row.set("generation", generation.get("generation"));
              row.set("cluster", generation.get("cluster"));
              return row;
            });
  }

  /** Returns an object in the form {@code Kind namespace/name}. */
  public static String name(JsonNode object) {
    String namespace = object.get("namespace").asText();
    return "%s %s%s"
        .formatted(
            object.get("kind").asText(),
            namespace.isEmpty() ? "" : namespace + "/",
            object.get("name").asText());
  }

  /** Returns a duration in a short form, such as {@code 41 ms} or {@code 2 min}. */
  public static String duration(JsonNode value) {
    if (!value.isTextual()) {
      return "-";
    }
    return duration(Duration.parse(value.asText()));
  }

  public static String duration(Duration value) {
    long millis = value.toMillis();
    return millis < 1_000
        ? millis + " ms"
        : millis < 120_000 ? millis / 1_000 + " s" : millis / 60_000 + " min";
  }
}
