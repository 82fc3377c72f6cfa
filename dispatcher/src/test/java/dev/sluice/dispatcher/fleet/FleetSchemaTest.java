package dev.sluice.dispatcher.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The published schemas of applications, sets, repositories and includes have the fields that the
 * loader reads, at every level.
 */
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
        "spec.policy.windows[0]"
            + " | /properties/spec/properties/policy/properties/windows/items"
            + " | policy: {windows: [{unknown: 1}]}",
        "spec.policy.remote    | /properties/spec/properties/policy/properties/remote"
            + " | policy: {remote: {unknown: 1}}",
        "spec.policy.remote.charts[0]"
            + " | /properties/spec/properties/policy/properties/remote/properties/charts/items"
            + " | policy: {remote: {charts: [{unknown: 1}]}}",
        "spec.source           | /$defs/source                     | source: {unknown: 1}",
        "spec.source.ref       | /$defs/source/properties/ref/oneOf/1 | source: {ref: {unknown:"
            + " 1}}",
        "spec.source.plain     | /$defs/source/properties/plain    | source: {plain: {unknown: 1}}",
        "spec.source.helm      | /$defs/source/properties/helm     | source: {helm: {unknown: 1}}",
        "spec.source.customize | /$defs/source/properties/customize"
            + " | source: {customize: {unknown: 1}}",
      })
  void hasTheFieldsThatTheLoaderReads(String place, String pointer, String spec)
      throws IOException {
    assertFields("Application", place, pointer, spec);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "spec                 | /properties/spec | unknown: 1",
        "spec.ssh             | /properties/spec/properties/ssh | ssh: {unknown: 1}",
        "spec.https           | /properties/spec/properties/https | https: {unknown: 1}",
        "spec.https.githubApp | /properties/spec/properties/https/properties/githubApp"
            + " | https: {githubApp: {unknown: 1}}",
        "spec.lfs             | /properties/spec/properties/lfs | lfs: {unknown: 1}",
        "spec.verify          | /properties/spec/properties/verify | verify: {unknown: 1}",
      })
  void hasTheFieldsOfRepositories(String place, String pointer, String spec) throws IOException {
    assertFields("Repository", place, pointer, spec);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "spec                        | /properties/spec | unknown: 1",
        "spec.generators[0]          | /$defs/generator | generators: [{unknown: 1}]",
        "spec.generators[0].list     | /$defs/generator/properties/list"
            + " | generators: [{list: {unknown: 1}}]",
        "spec.generators[0].clusters | /$defs/generator/properties/clusters"
            + " | generators: [{clusters: {unknown: 1}}]",
        "spec.generators[0].directories | /$defs/generator/properties/directories"
            + " | generators: [{directories: {unknown: 1}}]",
        "spec.generators[0].files    | /$defs/generator/properties/files"
            + " | generators: [{files: {unknown: 1}}]",
        "spec.generators[0].matrix   | /$defs/generator/properties/matrix"
            + " | generators: [{matrix: {unknown: 1}}]",
        "spec.generators[0].merge    | /$defs/generator/properties/merge"
            + " | generators: [{merge: {unknown: 1}}]",
        "spec.template               | /properties/spec/properties/template"
            + " | template: {unknown: 1}",
        "spec.overrides[0]           | /properties/spec/properties/overrides/items"
            + " | overrides: [{unknown: 1}]",
        "spec.overrides[0].patch     | /properties/spec/properties/overrides/items/properties/patch"
            + " | overrides: [{patch: {unknown: 1}}]",
        "spec.policy                 | /properties/spec/properties/policy | policy: {unknown: 1}",
      })
  void hasTheFieldsOfSetsThatTheLoaderReads(String place, String pointer, String spec)
      throws IOException {
    assertFields("ApplicationSet", place, pointer, spec);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "spec        | /properties/spec                   | unknown: 1",
        "spec.policy | /properties/spec/properties/policy | policy: {unknown: 1}",
      })
  void hasTheFieldsOfIncludesThatTheLoaderReads(String place, String pointer, String spec)
      throws IOException {
    assertFields("FleetInclude", place, pointer, spec);
  }

  private void assertFields(String kind, String place, String pointer, String spec)
      throws IOException {
    Files.writeString(
        directory.resolve("web.yaml"),
        "apiVersion: sluice.dev/v1\nkind: %s\nmetadata: {name: web}\nspec:\n  %s"
            .formatted(kind, spec));

    String message =
        FleetLoader.read(directory).problems().stream()
            .filter(problem -> problem.field().equals(place + ".unknown"))
            .findFirst()
            .orElseThrow()
            .message();

    assertThat(message).startsWith(KNOWN);
    assertThat(fields(schema(kind).at(pointer).path("properties")))
        .isEqualTo(new TreeSet<>(Arrays.asList(message.substring(KNOWN.length()).split(", ", -1))));
  }

  private static JsonNode schema(String kind) throws IOException {
    try (InputStream in =
        FleetSchemaTest.class.getResourceAsStream(
            "/schemas/fleet/%s.v1.json".formatted(kind.toLowerCase(Locale.ROOT)))) {
      return Json.mapper().readTree(Objects.requireNonNull(in));
    }
  }

  private static Set<String> fields(JsonNode properties) {
    Set<String> names = new TreeSet<>();
    properties.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
