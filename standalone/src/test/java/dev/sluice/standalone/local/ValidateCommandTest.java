package dev.sluice.standalone.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.json.Json;
import dev.sluice.dispatcher.fleet.FleetProblem;
import dev.sluice.dispatcher.fleet.FleetRule;
import dev.sluice.standalone.cli.CommandLineInterface;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.eclipse.jgit.api.Git;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ValidateCommandTest {

  private static final String CLUSTER =
      "apiVersion: sluice.dev/v1\nkind: Cluster\nmetadata:\n  name: %s\n";

  private final PrintStream out = System.out;
  private final PrintStream err = System.err;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

  @TempDir private Path directory;

  @BeforeEach
  void capture() {
    System.setOut(new PrintStream(printed, true, UTF_8));
    System.setErr(new PrintStream(errors, true, UTF_8));
  }

  @AfterEach
  void restore() {
    System.setOut(out);
    System.setErr(err);
  }

  @Test
  void aValidFleetIsCounted() throws IOException {
    write("clusters.yaml", CLUSTER.formatted("eu") + "---\n" + CLUSTER.formatted("us"));

    assertThat(validate()).isZero();
    assertThat(printed())
        .isEqualTo(
            directory + " is valid: applications 0, clusters 2, repositories 0, projects 0\n");
  }

  @Test
  void windowsThatNeverOpenAreAWarning() throws IOException {
    write(
        "web.yaml",
        CLUSTER.formatted("eu")
            + """
            ---
            apiVersion: sluice.dev/v1
            kind: Repository
            metadata: {name: shop}
            spec: {url: "https://forge.example/acme/shop.git"}
            ---
            apiVersion: sluice.dev/v1
            kind: Application
            metadata: {name: web}
            spec:
              source: {repository: shop, path: web}
              clusters: {names: [eu]}
              namespace: shop
              policy:
                windows:
                - {kind: allow, schedule: "0 22 * * *", duration: 1h}
                - {kind: deny, schedule: "30 21 * * *", duration: 2h}
            """);

    assertThat(validate()).isZero();

    assertThat(errors.toString(UTF_8))
        .startsWith(
            "sluice: warning: application web waits in cluster eu for a change of its maintenance"
                + " windows, which allow nothing before ")
        .hasLineCount(1);
  }

  @Test
  void problemsArePrintedAsCompilersDo() throws IOException {
    breakFleet();

    assertThat(validate()).isEqualTo(1);
    assertThat(printed().lines())
        .containsExactly(
            at("apps/a b.yaml:1:1: spec: is required"),
            at("apps/a b.yaml:3:1: metadata.name: is required"),
            at("apps/a b.yaml:3:12: metadata.nmae: is not known here; known: name"),
            at("empty.yaml: is empty: delete the file if nothing should be in it"),
            at(
                "syntax.yaml:2:1: is not valid YAML: found character '\\t(TAB)' that cannot start"
                    + " any token. (Do not use \\t(TAB) for indentation)"));
  }

  @Test
  void generatorsAreEvaluatedWithTheCheckoutsThatAreGiven(@TempDir Path checkout) throws Exception {
    try (Git git = Git.init().setDirectory(checkout.toFile()).call()) {
      Files.createDirectories(checkout.resolve("apps/Web_1"));
      Files.writeString(checkout.resolve("apps/Web_1/a.yaml"), "a: 1");
      git.add().addFilepattern(".").call();
      git.commit().setMessage("x").setSign(false).call();
    }
    write(
        "set.yaml",
        CLUSTER.formatted("eu")
            + """
            ---
            apiVersion: sluice.dev/v1
            kind: Repository
            metadata: {name: shop}
            spec: {url: "https://forge.example/acme/shop.git"}
            ---
            apiVersion: sluice.dev/v1
            kind: ApplicationSet
            metadata: {name: all}
            spec:
              generators: [{directories: {repository: shop, include: ["apps/*"]}}]
              template:
                metadata: {name: "${path.basename}"}
                spec:
                  source: {repository: shop, path: "${path}"}
                  clusters: {names: [eu]}
                  namespace: shop
            """);

    assertThat(validate()).isZero();
    assertThat(printed()).contains("is valid: applications 0,");

    assertThat(validate("--repository", "forge.example/acme/shop=" + checkout)).isEqualTo(1);
    assertThat(printed())
        .contains(at("set.yaml:17:16: spec.template.metadata.name: 'Web_1' of directory"));
  }

  @Test
  void includesAreReadFromTheCheckoutsThatAreGiven(@TempDir Path checkout) throws Exception {
    try (Git git = Git.init().setDirectory(checkout.toFile()).call()) {
      Files.createDirectories(checkout.resolve("fleet"));
      Files.writeString(
          checkout.resolve("fleet/web.yaml"),
          """
          apiVersion: sluice.dev/v1
          kind: Application
          metadata: {name: web}
          spec:
            source: {repository: deploy, path: apps/web}
            clusters: {names: [eu]}
            namespace: kube-system
          """);
      git.add().addFilepattern(".").call();
      git.commit().setMessage("x").setSign(false).call();
    }
    write(
        "team.yaml",
        CLUSTER.formatted("eu")
            + """
            ---
            apiVersion: sluice.dev/v1
            kind: Repository
            metadata: {name: deploy}
            spec: {url: "https://forge.example/team-a/deploy.git"}
            ---
            apiVersion: sluice.dev/v1
            kind: Project
            metadata: {name: team-a}
            spec: {repositories: ["forge.example/team-a/*"], clusters: [eu], namespaces: ["a-*"]}
            ---
            apiVersion: sluice.dev/v1
            kind: FleetInclude
            metadata: {name: team-a}
            spec: {repository: deploy, path: fleet, project: team-a}
            """);

    assertThat(validate()).isZero();
    assertThat(printed()).contains("is valid: applications 0,");

    assertThat(validate("--repository", "forge.example/team-a/deploy=" + checkout)).isEqualTo(1);
    assertThat(printed())
        .contains(
            "deploy//fleet/web.yaml:7:3: spec.namespace: the project team-a does not allow the"
                + " namespace kube-system");
  }

  @Test
  void jsonHasEachProblemWithItsPlaceAndRule() throws IOException {
    breakFleet();

    assertThat(validate("--output", "json")).isEqualTo(1);
    JsonNode report = Json.mapper().readTree(printed());
    assertThat(report.get("valid").booleanValue()).isFalse();
    assertThat(report.get("directory").textValue()).isEqualTo(directory.toString());
    assertThat(report.get("counts").get("clusters").intValue()).isEqualTo(1);
    assertThat(report.get("problems")).hasSize(5);
    assertThat(report.get("problems").get(1))
        .isEqualTo(
            Json.mapper()
                .createObjectNode()
                .put("column", 1)
                .put("field", "metadata.name")
                .put("file", directory.resolve("apps/a b.yaml").toString())
                .put("line", 3)
                .put("message", "is required")
                .put("rule", "missing-field"));
    assertThat(report.get("problems").get(3).properties())
        .extracting(Map.Entry::getKey)
        .containsExactly("file", "message", "rule");
  }

  @Test
  void jsonOfAValidFleetHasNoProblems() throws IOException {
    write("clusters.yaml", CLUSTER.formatted("eu"));

    assertThat(validate("--output", "json")).isZero();
    JsonNode report = Json.mapper().readTree(printed());
    assertThat(report.get("valid").booleanValue()).isTrue();
    assertThat(report.get("problems").isArray()).isTrue();
    assertThat(report.get("problems")).isEmpty();
  }

  /** The properties that SARIF 2.1.0 and GitHub's code scanning require. */
  @Test
  void sarifHasWhatCodeScanningRequires() throws IOException {
    breakFleet();

    assertThat(validate("--output", "sarif")).isEqualTo(1);
    JsonNode log = Json.mapper().readTree(printed());
    assertThat(log.get("version").textValue()).isEqualTo("2.1.0");
    assertThat(log.get("$schema").textValue()).endsWith("sarif-schema-2.1.0.json");
    assertThat(log.get("runs")).hasSize(1);
    JsonNode run = log.get("runs").get(0);
    JsonNode driver = run.get("tool").get("driver");
    assertThat(driver.get("name").textValue()).isNotEmpty();
    assertThat(driver.get("version").textValue()).isNotEmpty();
    assertThat(driver.get("rules")).hasSameSizeAs(FleetRule.values());
    for (JsonNode rule : driver.get("rules")) {
      assertThat(rule.get("id").textValue()).matches("[a-z]+(-[a-z]+)*");
      assertThat(rule.at("/shortDescription/text").textValue()).isNotEmpty();
      assertThat(rule.at("/fullDescription/text").textValue()).isNotEmpty();
      assertThat(rule.at("/help/text").textValue()).isNotEmpty();
    }
    assertThat(run.get("results")).hasSize(5);
    for (JsonNode result : run.get("results")) {
      assertThat(driver.get("rules").findValuesAsText("id"))
          .contains(result.get("ruleId").textValue());
      assertThat(result.get("level").textValue()).isEqualTo("error");
      assertThat(result.at("/message/text").textValue()).isNotEmpty();
      JsonNode place = result.at("/locations/0/physicalLocation");
      assertThat(place.at("/region/startLine").intValue()).isPositive();
      assertThat(URI.create(place.at("/artifactLocation/uri").textValue()).getPath())
          .matches(".+\\.yaml");
    }
    JsonNode unknown = run.get("results").get(2);
    assertThat(unknown.get("ruleId").textValue()).isEqualTo("unknown-field");
    assertThat(unknown.at("/message/text").textValue())
        .isEqualTo("metadata.nmae: is not known here; known: name");
    assertThat(unknown.at("/locations/0/physicalLocation/region"))
        .isEqualTo(Json.mapper().createObjectNode().put("startLine", 3).put("startColumn", 12));
  }

  @Test
  void sarifNamesFilesByTheWorkingDirectory() throws IOException {
    Path below = Files.createTempDirectory(Path.of("target"), "fleet");
    Files.writeString(below.resolve("a #1.yaml"), "kind: Clutser\n");

    assertThat(run("validate", below.toString(), "--output", "sarif")).isEqualTo(1);
    assertThat(
            Json.mapper()
                .readTree(printed())
                .at("/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri")
                .textValue())
        .isEqualTo(below + "/a%20%231.yaml");
  }

  @ParameterizedTest
  @CsvSource({".,./", "a:b.yaml,./a:b.yaml", "target/a:b.yaml,target/a:b.yaml"})
  void sarifNamesNoFileLikeAnotherScheme(String file, String uri) {
    FleetProblem problem =
        new FleetProblem(FleetRule.UNKNOWN_FIELD, file, 1, 1, "nmae", "is not known here");

    assertThat(
            Json.mapper()
                .valueToTree(FleetSarif.of(List.of(problem)))
                .at("/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri")
                .textValue())
        .isEqualTo(uri);
  }

  @Test
  void aSchemaThatCannotBeWrittenIsNoVerdict() throws IOException {
    write("clusters.yaml", CLUSTER.formatted("eu"));

    assertThat(validate("--write-schema", directory.resolve("none/s.json").toString()))
        .isEqualTo(2);
    assertThat(errors.toString(UTF_8)).contains("the schema cannot be written to");
  }

  @Test
  void wrongUsageAndAnUnreadableDirectoryAreNoVerdicts() throws IOException {
    assertThat(run("validate")).isEqualTo(2);
    assertThat(validate("--output", "xml")).isEqualTo(2);
    assertThat(run("validate", directory.resolve("none").toString())).isEqualTo(2);
    assertThat(errors.toString(UTF_8)).contains("none' is not a directory");
    Files.createSymbolicLink(directory.resolve("gone.yaml"), directory.resolve("nowhere"));
    assertThat(validate()).isEqualTo(2);
    assertThat(printed()).contains("gone.yaml: cannot be read");
  }

  @Test
  void aDirectoryWithoutDocumentsIsNoFleet() throws IOException {
    assertThat(validate()).isEqualTo(1);
    assertThat(printed()).isEqualTo(directory + ": holds no documents (*.yaml, *.yml)\n");
  }

  @Test
  void namesOfFilesAndFieldsCannotForgeLines() throws IOException {
    write("a\nb.yaml", "\"kind\\nx.yaml:1:1\": Cluster\n");

    assertThat(validate()).isEqualTo(1);
    assertThat(printed().lines()).allMatch(line -> line.startsWith(directory.toString()));
  }

  @Test
  void writesTheSchemaForEditors() throws IOException {
    write("clusters.yaml", CLUSTER.formatted("eu"));
    Path schema = directory.resolve("fleet.schema.json");

    assertThat(validate("--write-schema", schema.toString())).isZero();
    assertThat(Json.mapper().readTree(schema.toFile()).at("/$defs/Application").isObject())
        .isTrue();
  }

  @ParameterizedTest
  @EnumSource(FleetRule.class)
  void thePageOfTheFleetHasEveryRule(FleetRule rule) throws IOException {
    assertThat(Files.readString(Path.of("../docs/fleet.md"))).contains("| `" + rule.id() + "` |");
  }

  private String at(String problem) {
    return directory + "/" + problem;
  }

  private void breakFleet() throws IOException {
    write("apps/a b.yaml", "apiVersion: sluice.dev/v1\nkind: Application\nmetadata: {nmae: web}\n");
    write("clusters.yaml", CLUSTER.formatted("eu"));
    write("empty.yaml", "");
    write("syntax.yaml", "metadata:\n\tname: a\n");
  }

  private void write(String file, String text) throws IOException {
    Path path = directory.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private String printed() {
    return printed.toString(UTF_8);
  }

  private int validate(String... options) {
    List<String> arguments = new ArrayList<>(List.of("validate", directory.toString()));
    arguments.addAll(List.of(options));
    return run(arguments.toArray(String[]::new));
  }

  private int run(String... arguments) {
    return new CommandLineInterface(List.of(ValidateCommand.command()), Map.of())
        .run(new PrintWriter(errors, true, UTF_8), arguments);
  }
}
