package dev.sluice.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.json.Json;
import dev.sluice.standalone.cli.CommandLineInterface;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("locale")
class AffectedIT {

  private static final String MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\n";

  @TempDir Path directory;
  private TestRepository repository;

  @BeforeEach
  void createRepositoryAndFleet() throws Exception {
    repository = TestRepository.create(directory);
    Path fleet = Files.createDirectory(directory.resolve("fleet"));
    Files.writeString(
        fleet.resolve("fleet.yaml"),
        """
        apiVersion: sluice.dev/v1
        kind: Repository
        metadata: {name: apps}
        spec: {url: "%s"}
        ---
        apiVersion: sluice.dev/v1
        kind: Cluster
        metadata: {name: eu, labels: {env: production}}
        ---
        apiVersion: sluice.dev/v1
        kind: Cluster
        metadata: {name: test, labels: {env: staging}}
        """
            .formatted(repository.url()));
    application("web", "path: 'web/overlays/${cluster.labels.env}'");
    application("api", "path: api");
    repository.push(
        Map.of(
            "web/base/kustomization.yaml", "resources: [x.yaml]",
            "web/base/x.yaml", MAP.formatted("web"),
            "web/overlays/production/kustomization.yaml", "resources: [../../base]",
            "web/overlays/staging/kustomization.yaml", "resources: [../../base]",
            "api/x.yaml", MAP.formatted("api")));
  }

  @AfterEach
  void close() {
    repository.close();
  }

  @Test
  void namesClustersAndPaths() throws Exception {
    repository.push(Map.of("web/overlays/staging/kustomization.yaml", "resources: [../../base, ]"));

    Run run = affected("--verbose");

    assertThat(run.exit()).isZero();
    assertThat(run.lines())
        .containsSubsequence(
            "api eu not affected",
            "api test not affected",
            "web eu not affected",
            "web test affected",
            "web/overlays/staging/kustomization.yaml",
            "1 affected, 0 refused, of 4");
    assertThat(affected().lines())
        .containsExactly(
            "web test affected",
            "web/overlays/staging/kustomization.yaml",
            "1 affected, 0 refused, of 4");
  }

  @Test
  void anObjectWithoutANameOfItsOwnIsAChangeAsAnyOther() throws Exception {
    repository.push(
        Map.of(
            "api/job.yaml",
            "apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: migrate-}\n"));

    assertThat(affected().lines())
        .containsExactly(
            "api eu affected",
            "api/job.yaml",
            "api test affected",
            "api/job.yaml",
            "2 affected, 0 refused, of 4");
  }

  @Test
  void refusedInputsAreListedAndExitWithThree() throws Exception {
    repository.push(Map.of("web/base/x.yaml", "", "README.md", "about"));

    Run run = affected("--output", "json");

    assertThat(run.exit()).isEqualTo(3);
    JsonNode report = Json.mapper().readTree(run.output());
    assertThat(report.at("/verdicts").size()).isEqualTo(2);
    assertThat(report.at("/verdicts/0/application").asText()).isEqualTo("web");
    assertThat(report.at("/verdicts/0/effect").asText()).isEqualTo("REFUSED");
    assertThat(report.at("/verdicts/0/failure/code").asText()).isEqualTo("MissingFile");
    assertThat(affected("--from", "HEAD", "--to", "HEAD~1").lines())
        .contains("web eu affected")
        .anyMatch(line -> line.startsWith("was refused: 'x.yaml'"));
  }

  @Test
  void bidirectionalCharactersInFileNamesAreEscaped() throws Exception {
    assumeTrue(System.getProperty("sun.jnu.encoding").equals("UTF-8"), "to create the file");
    repository.push(Map.of("api/b\u202e.yaml", MAP.formatted("other")));

    assertThat(affected().output()).contains("api/b\\u{202e}.yaml").doesNotContain("\u202e");
    assertThat(affected("--output", "json").output())
        .contains("api/b\\u202e.yaml")
        .doesNotContain("\u202e");
  }

  @Test
  void invalidArgumentsAreErrors() {
    assertThat(affected("--from", "nowhere").exit()).isEqualTo(1);
    assertThat(affected("--as", "nobody").exit()).isEqualTo(1);
    assertThat(affected("--output", "xml").exit()).isEqualTo(2);
  }

  @Test
  void theFleetMayBeInAGitRepository() throws Exception {
    repository.push(Map.of("api/x.yaml", MAP.formatted("other")));
    Map<String, String> documents = new HashMap<>();
    for (String name : List.of("fleet", "web", "api")) {
      documents.put(
          "production/" + name + ".yaml",
          Files.readString(directory.resolve("fleet/" + name + ".yaml")));
    }
    String cache = directory.resolve("cache").toString();
    try (TestRepository fleet =
        TestRepository.create(Files.createDirectory(directory.resolve("git")))) {
      fleet.push(documents);

      String address = "git+" + fleet.url() + "//production";
      assertThat(affectedIn(address + "@main", "--cache", cache).lines())
          .containsExactly(
              "api eu affected",
              "api/x.yaml",
              "api test affected",
              "api/x.yaml",
              "2 affected, 0 refused, of 4");
      assertThat(affectedIn(address + "@none", "--cache", cache).exit()).isNotZero();
    }
  }

  private record Run(int exit, String output) {

    List<String> lines() {
      return output.lines().map(line -> line.strip().replaceAll(" +", " ")).toList();
    }
  }

  private Run affected(String... more) {
    return affectedIn(directory.resolve("fleet").toString(), more);
  }

  private Run affectedIn(String fleet, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "affected",
                "--repository",
                directory.resolve("apps").toString(),
                "--fleet",
                fleet));
    arguments.addAll(List.of(more));
    PrintStream original = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, UTF_8));
    try {
      int exit =
          new CommandLineInterface(Main.commands(), Map.of()).run(arguments.toArray(String[]::new));
      return new Run(exit, bytes.toString(UTF_8));
    } finally {
      System.setOut(original);
    }
  }

  private void application(String name, String source) throws Exception {
    Files.writeString(
        directory.resolve("fleet/" + name + ".yaml"),
        """
        apiVersion: sluice.dev/v1
        kind: Application
        metadata: {name: %s}
        spec:
          source: {repository: apps, %s}
          clusters: {selector: {matchLabels: {}}}
          namespace: %s
        """
            .formatted(name, source, name));
  }
}
