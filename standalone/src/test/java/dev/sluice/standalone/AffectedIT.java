package dev.sluice.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.contract.json.Json;
import dev.sluice.standalone.cli.CommandLineInterface;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("locale")
class AffectedIT {

  private static final String MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\n";

  private static final String CHART =
      """
      apiVersion: v2
      name: web
      version: 1.0.0
      dependencies: [{name: base, version: %s, repository: "%s/charts"}]
      """;

  private static final String STATED_BY_THE_CHANGE =
      """
      kind: Project
      metadata: {name: teams}
      spec: {repositories: ["**"], clusters: ["*"], namespaces: ["*"]}
      ---
      apiVersion: sluice.dev/v1
      kind: Repository
      metadata: {name: team}
      spec: {url: "URL/team", identity: forge.example/team, credentials: "TOKEN"}
      ---
      apiVersion: sluice.dev/v1
      kind: FleetInclude
      metadata: {name: other}
      spec: {repository: team, ref: main, path: apps, project: teams}
      ---
      apiVersion: sluice.dev/v1
      kind: ApplicationSet
      metadata: {name: all}
      spec:
        generators:
          - directories: {repository: team, ref: main, include: ["*"]}
        template:
          metadata: {name: "${path.basename}"}
          spec:
            source: {repository: team, ref: main, path: "${path}"}
            clusters: {names: [eu]}
            namespace: apps
      ---
      apiVersion: sluice.dev/v1
      kind: Application
      metadata: {name: chart}
      spec:
        source: {repository: apps, path: chart}
        clusters: {names: [eu]}
        namespace: chart
        policy:
          remote:
            charts: [{url: "URL/charts", credentials: "TOKEN"}]
      """;

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
  void generatorsAreEvaluatedAtBothCommits() throws Exception {
    document(
        "set",
        """
        kind: ApplicationSet
        metadata: {name: all}
        spec:
          generators:
            - matrix:
                generators:
                  - directories: {repository: apps, include: ["shops/*"]}
                  - clusters: {selector: {matchLabels: {env: staging}}}
          template:
            metadata: {name: "${path.basename}-${cluster.name}"}
            spec:
              source: {repository: apps, path: "${path}"}
              clusters: {names: ["${cluster.name}"]}
              namespace: "${path.basename}"
        """);
    repository.push(
        Map.of(
            "shops/books/x.yaml", MAP.formatted("books"),
            "shops/music/x.yaml", MAP.formatted("music"),
            "shops/toys/x.yaml", MAP.formatted("toys")));
    repository.push(
        Map.of(
            "shops/books/x.yaml", "",
            "shops/music/x.yaml", MAP.formatted("songs"),
            "shops/games/x.yaml", MAP.formatted("games")));

    assertThat(affected().lines())
        .containsExactly(
            "books-test test removed",
            "games-test test added",
            "music-test test affected",
            "shops/music/x.yaml",
            "1 affected, 1 added, 1 removed, 0 refused, of 8");
    JsonNode report = Json.mapper().readTree(affected("--output", "json").output());
    assertThat(report.at("/verdicts/1/effect").asText()).isEqualTo("ADDED");

    repository.push(Map.of("shops/Not_A_Name/x.yaml", MAP.formatted("x"), "shops/toys/x.yaml", ""));
    Run invalid = affected();
    assertThat(invalid.errors()).contains("'Not_A_Name-test'");
    assertThat(invalid.lines())
        .as("a set with a problem removes nothing")
        .contains("toys-test test refused", "0 affected, 1 refused, of 7, incomplete: 1 problem");
    assertThat(invalid.exit()).as("what is refused comes first").isEqualTo(3);

    repository.push(Map.of("shops/toys/x.yaml", MAP.formatted("toys")));
    Run broken = affected();
    assertThat(broken.lines()).last().asString().contains(", incomplete: ");
    assertThat(broken.exit()).isEqualTo(4);

    Files.delete(directory.resolve("apps/shops/Not_A_Name/x.yaml"));
    repository.push(Map.of("shops/cars/x.yaml", MAP.formatted("cars")));
    Run repaired = affected();
    assertThat(repaired.lines())
        .as("whether the broken set had it before is not known")
        .contains("cars-test test unknown")
        .last()
        .asString()
        .startsWith("0 affected, ")
        .contains(" unknown, ")
        .endsWith(", incomplete: 1 problem");
    assertThat(repaired.exit()).isEqualTo(4);
    assertThat(affected("--allow-incomplete").exit()).isZero();
  }

  @Test
  void includesOfTheRepositoryAreReadAtBothCommitsAndOthersFromCheckoutsOrByTheirUrl()
      throws Exception {
    try (TestRepository team =
        TestRepository.create(Files.createDirectory(directory.resolve("team")))) {
      team.push(Map.of("apps/team.yaml", application("team", "path: api, ref: main", "team")));
      document(
          "include",
          """
          kind: Project
          metadata: {name: teams}
          spec: {repositories: ["**"], clusters: ["*"], namespaces: ["*"]}
          ---
          apiVersion: sluice.dev/v1
          kind: Repository
          metadata: {name: team}
          spec: {url: "%s", identity: forge.example/team}
          ---
          apiVersion: sluice.dev/v1
          kind: FleetInclude
          metadata: {name: own}
          spec: {repository: apps, path: deploy, project: teams}
          ---
          apiVersion: sluice.dev/v1
          kind: FleetInclude
          metadata: {name: other}
          spec: {repository: team, path: apps, project: teams}
          """
              .formatted(team.url()));
      repository.push(
          Map.of(
              "deploy/one.yaml", application("one", "path: api", "one"),
              "deploy/two.yaml", application("two", "path: api", "two")));
      repository.push(
          Map.of(
              "deploy/one.yaml", application("one", "path: api", "elsewhere"),
              "deploy/two.yaml", "",
              "deploy/three.yaml", application("three", "path: api", "three"),
              "api/x.yaml", MAP.formatted("other")));
      String cache = directory.resolve("cache").toString();

      List<String> lines = affected("--as", "apps", "--cache", cache, "--fetch").lines();
      assertThat(lines)
          .containsSubsequence(
              "one eu affected",
              "its definition differs",
              "api/x.yaml",
              "team eu affected",
              "api/x.yaml",
              "three eu added",
              "two eu removed");
      assertThat(
              affected(
                      "--as",
                      "apps",
                      "--cache",
                      directory.resolve("unused").toString(),
                      "--repository",
                      "forge.example/team=" + directory.resolve("team/apps"))
                  .lines())
          .isEqualTo(lines);
      assertThat(directory.resolve("unused")).doesNotExist();
    }
  }

  @Test
  void credentialsOfTheFleetAreSentOnlyIfFetchIsGiven() throws Exception {
    Queue<String> requests = new ConcurrentLinkedQueue<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          requests.add(exchange.getRequestURI().getPath());
          exchange.sendResponseHeaders(404, -1);
          exchange.close();
        });
    server.start();
    try {
      String url = "http://127.0.0.1:" + server.getAddress().getPort();
      Path token = Files.writeString(directory.resolve("token"), "user:secret");
      document("hosts", STATED_BY_THE_CHANGE.replace("URL", url).replace("TOKEN", "file:" + token));
      repository.push(Map.of("chart/Chart.yaml", CHART.formatted("1.0.0", url)));
      repository.push(Map.of("chart/Chart.yaml", CHART.formatted("1.0.1", url)));
      String[] options = {"--as", "apps", "--cache", directory.resolve("cache").toString()};

      Run safe = affected(options);
      assertThat(requests).isEmpty();
      assertThat(safe.errors()).contains("FleetInclude 'other'", "ApplicationSet 'all'", "--fetch");
      assertThat(safe.lines()).last().asString().endsWith(", incomplete: 2 problems");
      assertThat(safe.output()).contains("credentials", "--fetch");

      affected(Stream.concat(Stream.of(options), Stream.of("--fetch")).toArray(String[]::new));
      assertThat(requests).anyMatch(path -> path.startsWith("/team"));
      assertThat(requests).anyMatch(path -> path.startsWith("/charts"));
    } finally {
      server.stop(0);
    }
  }

  @Test
  void aSetWhoseRepositoryCannotBeReadIsNotReportedAsUnaffected() throws Exception {
    document(
        "set",
        """
        kind: Repository
        metadata: {name: other}
        spec: {url: "https://forge.example/other"}
        ---
        apiVersion: sluice.dev/v1
        kind: ApplicationSet
        metadata: {name: all}
        spec:
          generators:
            - directories: {repository: other, include: ["*"]}
          template:
            metadata: {name: "${path.basename}"}
            spec:
              source: {repository: apps, path: api}
              clusters: {names: [eu]}
              namespace: apps
        """);
    repository.push(Map.of("README.md", "about"));

    Run run = affected("--as", "apps", "--output", "json");
    JsonNode report = Json.mapper().readTree(run.output());

    assertThat(run.exit()).isEqualTo(4);
    assertThat(report.at("/verdicts")).isEmpty();
    assertThat(report.at("/incomplete").size()).isEqualTo(1);
    assertThat(report.at("/incomplete/0/problem").asText()).contains("ApplicationSet 'all'");
    assertThat(report.at("/incomplete/0/commits").size()).isEqualTo(2);
    assertThat(affected("--as", "apps", "--allow-incomplete").exit()).isZero();
    assertThat(affected("--as", "apps").lines())
        .containsExactly("0 affected, 0 refused, of 4, incomplete: 1 problem");
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

  private record Run(int exit, String output, String errors) {

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
    PrintStream originalErrors = System.err;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, UTF_8));
    System.setErr(new PrintStream(errors, true, UTF_8));
    try {
      int exit =
          new CommandLineInterface(Main.commands(), Map.of()).run(arguments.toArray(String[]::new));
      return new Run(exit, bytes.toString(UTF_8), errors.toString(UTF_8));
    } finally {
      System.setOut(original);
      System.setErr(originalErrors);
    }
  }

  private void application(String name, String source) throws Exception {
    Files.writeString(
        directory.resolve("fleet/" + name + ".yaml"), application(name, source, name));
  }

  private static String application(String name, String source, String namespace) {
    return """
    apiVersion: sluice.dev/v1
    kind: Application
    metadata: {name: %s}
    spec:
      source: {repository: apps, %s}
      clusters: {selector: {matchLabels: {}}}
      namespace: %s
    """
        .formatted(name, source, namespace);
  }

  private void document(String name, String text) throws Exception {
    Files.writeString(
        directory.resolve("fleet/" + name + ".yaml"), "apiVersion: sluice.dev/v1\n" + text);
  }
}
