package dev.sluice.dispatcher.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The published schema of applications has the fields that the loader reads, at every level. */
class FleetSchemaTest {

  private static final String KNOWN = "is not known here; known: ";

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "spec                  | /properties/spec                  | unknown: 1",
        "spec.clusters         | /properties/spec/properties/clusters | clusters: {unknown: 1}",
        "spec.policy           | /properties/spec/properties/policy | policy: {unknown: 1}",
        "spec.policy.healthCheckExprs[0]"
            + " | /properties/spec/properties/policy/properties/healthCheckExprs/items"
            + " | policy: {healthCheckExprs: [{unknown: 1}]}",
        "spec.policy.remote    | /properties/spec/properties/policy/properties/remote"
            + " | policy: {remote: {unknown: 1}}",
        "spec.policy.remote.charts[0]"
            + " | /properties/spec/properties/policy/properties/remote/properties/charts/items"
            + " | policy: {remote: {charts: [{unknown: 1}]}}",
        "spec.source           | /$defs/source                     | source: {unknown: 1}",
        "spec.source.plain     | /$defs/source/properties/plain    | source: {plain: {unknown: 1}}",
        "spec.source.helm      | /$defs/source/properties/helm     | source: {helm: {unknown: 1}}",
        "spec.source.customize | /$defs/source/properties/customize"
            + " | source: {customize: {unknown: 1}}",
      })
  void hasTheFieldsThatTheLoaderReads(String place, String pointer, String spec)
      throws IOException {
    Files.writeString(
        directory.resolve("web.yaml"),
        "apiVersion: sluice.dev/v1\nkind: Application\nmetadata: {name: web}\nspec:\n  " + spec);

    String message =
        FleetLoader.read(directory).problems().stream()
            .filter(problem -> problem.field().equals(place + ".unknown"))
            .findFirst()
            .orElseThrow()
            .message();

    assertThat(message).startsWith(KNOWN);
    assertThat(fields(schema().at(pointer).path("properties")))
        .isEqualTo(new TreeSet<>(Arrays.asList(message.substring(KNOWN.length()).split(", ", -1))));
  }

  private static JsonNode schema() throws IOException {
    try (InputStream in =
        FleetSchemaTest.class.getResourceAsStream("/schemas/fleet/application.v1.json")) {
      return Json.mapper().readTree(Objects.requireNonNull(in));
    }
  }

  private static Set<String> fields(JsonNode properties) {
    Set<String> names = new TreeSet<>();
    properties.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
