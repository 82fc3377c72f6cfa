package dev.sluice.contract.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.yaml.Allowance;
import dev.sluice.contract.yaml.FileScalars;
import dev.sluice.contract.yaml.YamlTrees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The schema of a file of the fleet consists of the schemas of the kinds. Run with {@code
 * -Dsluice.write-schemas=true} to write it after a change of one.
 */
class FleetSchemasTest {

  private static final Path SCHEMAS = Path.of("src/main/resources/schemas/fleet");
  private static final Path OF_FILES = SCHEMAS.resolve("fleet.v1.json");
  private static final List<String> KINDS =
      List.of("Repository", "Cluster", "Project", "Application", "ApplicationSet", "FleetInclude");

  @Test
  void theSchemaOfFilesHasTheSchemasOfAllKinds() throws IOException {
    String generated =
        Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(generate()) + "\n";
    if (Boolean.getBoolean("sluice.write-schemas")) {
      Files.writeString(OF_FILES, generated);
    }
    assertThat(OF_FILES).hasContent(generated);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{kind: Cluster, apiVersion: sluice.dev/v1, metadata: {name: a}} | ''",
        "{kind: Cluster, apiVersion: sluice.dev/v1, metadata: {name: A}} | /metadata/name",
        "{kind: Cluster, apiVersion: sluice.dev/v1, metadata: {name: a}, spec: {a: 1}} | /spec",
        "{kind: Application, apiVersion: sluice.dev/v1, metadata: {name: a},"
            + " spec: {source: {repo: a}, clusters: {names: [a]}, namespace: a}} | /spec/source",
        "{kind: ApplicationSet, apiVersion: sluice.dev/v1, metadata: {name: a},"
            + " spec: {generators: [{list: {elements: [{a: 1}]}}],"
            + " template: {metadata: {name: '${a}'}, spec: {}}}} | ''",
        "{kind: ApplicationSet, apiVersion: sluice.dev/v1, metadata: {name: a},"
            + " spec: {generators: [{matrix: {generators: [{lst: {}}, {list: {elements: []}}]}}],"
            + " template: {metadata: {name: a}, spec: {}}}}"
            + " | /spec/generators[0]/matrix/generators[0]",
        "{kind: FleetInclude, apiVersion: sluice.dev/v1, metadata: {name: a},"
            + " spec: {repository: a, path: fleet, project: a}} | ''",
        "{kind: FleetInclude, apiVersion: sluice.dev/v1, metadata: {name: a},"
            + " spec: {repository: a, path: ../fleet, project: a}} | /spec/path",
        "{kind: Deployment} | /kind",
      })
  void anEditorFindsTheMistakesOfEachKind(String document, String place) throws IOException {
    JsonSchema schema =
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
            .getSchema(Json.mapper().readTree(OF_FILES.toFile()));
    JsonNode tree =
        new YamlTrees(document, new FileScalars(), Allowance.ofFile())
            .next()
            .orElseThrow()
            .content();

    List<String> places =
        schema.validate(tree).stream()
            .map(message -> message.getInstanceLocation().toString().replace("$", ""))
            .distinct()
            .toList();

    if (place.isEmpty()) {
      assertThat(places).isEmpty();
    } else {
      assertThat(places).contains(place.replace('/', '.'));
    }
  }

  /** Returns a schema that does not refer to other files, so that an editor needs only one. */
  private static JsonNode generate() throws IOException {
    ObjectNode all = Json.mapper().createObjectNode();
    all.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    all.put("$id", "https://sluice.dev/schemas/fleet/fleet.v1.json");
    all.put("title", "Fleet");
    all.put("description", "A document of the fleet, of any kind.");
    all.put("type", "object");
    all.putArray("required").add("apiVersion").add("kind");
    ObjectNode kind = all.putObject("properties").putObject("kind");
    KINDS.forEach(kind.putArray("enum")::add);
    ObjectNode definitions = Json.mapper().createObjectNode();
    for (String name : KINDS) {
      ObjectNode rule = all.withArray("allOf").addObject();
      ObjectNode condition = rule.putObject("if");
      condition.putArray("required").add("kind");
      condition.putObject("properties").putObject("kind").put("const", name);
      rule.putObject("then").put("$ref", "#/$defs/" + name);
      addDefinitions(name, definitions);
    }
    all.set("$defs", definitions);
    return all;
  }

  private static void addDefinitions(String kind, ObjectNode definitions) throws IOException {
    String file = kind.toLowerCase(Locale.ROOT) + ".v1.json";
    String text =
        Files.readString(SCHEMAS.resolve(file)).replace("\"#/$defs/", "\"#/$defs/" + kind + ".");
    ObjectNode schema = (ObjectNode) Json.mapper().readTree(text);
    schema.remove(List.of("$schema", "$id"));
    JsonNode own = schema.remove("$defs");
    definitions.set(kind, schema);
    if (own != null) {
      own.properties()
          .forEach(each -> definitions.set(kind + "." + each.getKey(), each.getValue()));
    }
  }
}
