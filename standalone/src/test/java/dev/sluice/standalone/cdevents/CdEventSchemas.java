package dev.sluice.standalone.cdevents;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import dev.sluice.contract.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The published JSON Schemas of CDEvents. */
public final class CdEventSchemas {

  private static final String BASE = "https://cdevents.dev/0.5.1/schema/";
  private static final List<String> FILES =
      List.of(
          "changemerged",
          "changereviewed",
          "servicedeployed",
          "serviceremoved",
          "servicerolledback",
          "serviceupgraded",
          "links/embeddedlinkend",
          "links/embeddedlinkpath",
          "links/embeddedlinkrelation",
          "links/embeddedlinksarray");

  private final JsonSchemaFactory factory;

  /** Reads the schemas. */
  public CdEventSchemas() {
    Map<String, String> schemas = new HashMap<>();
    for (String file : FILES) {
      try {
        String text = read(file);
        schemas.put(Json.mapper().readTree(text).get("$id").asText(), text);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    this.factory =
        JsonSchemaFactory.getInstance(
            SpecVersion.VersionFlag.V202012,
            builder -> builder.schemaLoaders(loaders -> loaders.schemas(schemas)));
  }

  /** Returns what its schema does not allow in a CDEvent. */
  public List<String> violations(JsonNode event) {
    String[] type = event.at("/context/type").asText().split("\\.", -1);
    return factory
        .getSchema(
            SchemaLocation.of(BASE + type[2] + "-" + type[3] + "-event"),
            SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build())
        .validate(event)
        .stream()
        .map(Objects::toString)
        .toList();
  }

  private static String read(String file) {
    try (InputStream found =
        Objects.requireNonNull(
            CdEventSchemas.class.getResourceAsStream("/cdevents/" + file + ".json"))) {
      return new String(found.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
