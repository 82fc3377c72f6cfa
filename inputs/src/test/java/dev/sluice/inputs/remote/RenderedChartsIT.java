package dev.sluice.inputs.remote;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.fleet.PlainOptions;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.inputs.closure.ClosureResolver;
import dev.sluice.inputs.closure.ClosureResult;
import dev.sluice.inputs.closure.SourceQuery;
import dev.sluice.inputs.git.FetchOutcome;
import dev.sluice.inputs.git.Mirrors;
import dev.sluice.inputs.git.Origin;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.remote.ChartServer.Reply;
import dev.sluice.platform.process.NeededProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The programs render a target's files to the same output as charts that they download themselves.
 */
class RenderedChartsIT {

  private static final String MAP =
      """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: "{{ .Release.Name }}-{{ .Chart.Name }}"}
      data:
        values: {{ .Values | toJson | quote }}
        notes: {{ .Files.Get "notes.txt" | quote }}
        version: {{ .Chart.Version }}
      """;

  @TempDir Path directory;
  private ChartServer server;
  private Path checkout;

  @BeforeEach
  void start() throws IOException {
    NeededProgram.check("helm");
    server = ChartServer.start();
    checkout = Files.createDirectories(directory.resolve("checkout"));
    publish("1.2.3", "2.0.0");
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  @Test
  void aChartWithDependencies() throws Exception {
    write(
        "web/Chart.yaml",
        """
        apiVersion: v2
        name: web
        version: 1.0.0
        dependencies:
        - {name: cache, version: 1.x, repository: "%1$s"}
        - {name: cache, version: 1.x, repository: "%1$s", alias: second, condition: second.enabled}
        - {name: cache, version: ^2.0, repository: "%1$s", alias: next}
        - {name: cache, version: ^2.0, repository: "%1$s", alias: off, condition: off.enabled}
        """
            .formatted(server.url("/stable")));
    write("web/values.yaml", "{cache: {size: 1}, next: {size: 3}, off: {enabled: false}}");
    write("web/.helmignore", "*.md\n");
    write("web/templates/map.yaml", MAP);
    run(checkout, "helm", "dependency", "update", "web");
    String expected = run(checkout, "helm", "template", "release", "web");
    delete(checkout.resolve("web/charts"));

    Path target = target("web");
    server.close();

    assertThat(target.resolve("web/charts"))
        .isDirectoryContaining("glob:**/cache-1.2.3")
        .isDirectoryContaining("glob:**/cache-2.0.0");
    assertThat(sorted(run(target, "helm", "template", "release", "web")))
        .isEqualTo(sorted(expected))
        .anyMatch(document -> document.contains("release-second"))
        .anyMatch(document -> document.contains("release-inner"))
        .noneMatch(document -> document.contains("release-off"));
  }

  @Test
  void aKustomizationWithCharts() throws Exception {
    NeededProgram.check("kustomize");
    write(
        "app/kustomization.yaml",
        """
        namePrefix: my-
        helmCharts:
        - {name: cache, version: 1.2.3, repo: "%1$s", releaseName: a, valuesInline: {size: 7}}
        - {name: cache, version: 2.0.0, repo: "%1$s", releaseName: b}
        """
            .formatted(server.url("/stable")));
    String expected = run(checkout, "kustomize", "build", "--enable-helm", "app");
    delete(checkout.resolve("app/charts"));

    Path target = target("app");
    server.close();

    assertThat(run(target, "kustomize", "build", "--enable-helm", "app"))
        .isEqualTo(expected)
        .contains("my-a-cache", "my-b-cache");
  }

  private void publish(String... versions) throws IOException {
    StringBuilder index = new StringBuilder("apiVersion: v1\nentries:\n  cache:\n");
    for (String version : versions) {
      byte[] archive =
          new ChartPackage()
              .file(
                  "cache/Chart.yaml",
                  "{apiVersion: v2, name: cache, version: %s}".formatted(version))
              .file("cache/values.yaml", "{size: 0, inner: {deep: true}}")
              .file("cache/notes.txt", "of " + version)
              .file("cache/README.md", "not read")
              .file("cache/templates/map.yaml", MAP)
              .file(
                  "cache/charts/inner/Chart.yaml", "{apiVersion: v2, name: inner, version: 0.1.0}")
              .file("cache/charts/inner/templates/map.yaml", MAP)
              .bytes();
      index.append(
          "  - {apiVersion: v2, name: cache, version: %1$s, urls: [cache-%1$s.tgz], digest: %2$s}%n"
              .formatted(version, Sha256.of(archive)));
      server.page("/stable/cache-%s.tgz".formatted(version), Reply.ok(archive));
    }
    server.page("/stable/index.yaml", Reply.ok(index.toString()));
  }

  /**
   * Writes the files of a target, resolved from the committed checkout; returns their directory.
   */
  private Path target(String path) throws Exception {
    Path target = Files.createDirectories(directory.resolve("target"));
    Path kept = directory.resolve("mirrors");
    try (Origin origin = new Origin(directory.resolve("origin.git"));
        Mirrors mirrors = new Mirrors(kept, Clock.systemUTC());
        FetchedRemotes remotes =
            FetchedRemotes.within(kept, mirrors, Duration.ofMinutes(1), Clock.systemUTC())) {
      CommitId commit = origin.commit(committed());
      origin.set(GitRef.branch("main"), commit);
      FetchOutcome fetched =
          mirrors.fetch(origin.source(path), GitRef.branch("main"), Optional.empty());
      assertThat(fetched).isEqualTo(new FetchOutcome.At(commit));
      SourceTree tree = mirrors.tree(origin.source(path).repository(), commit);
      ClosureResult result = new ClosureResolver(remotes).resolve(tree, query(path));
      assertThat(result).isInstanceOf(ClosureResult.Resolved.class);
      ClosureResult.Resolved resolved = (ClosureResult.Resolved) result;
      for (InputFile file : resolved.closure().load(resolved.tree())) {
        Path place = target.resolve(file.path());
        Files.createDirectories(place.getParent());
        Files.writeString(place, ((InputFile.Text) file).text());
      }
    }
    return target;
  }

  private SourceQuery query(String path) {
    RemotePolicy.Charts charts = new RemotePolicy.Charts(server.url("/stable"), Optional.empty());
    return new SourceQuery(
        new RemotePolicy.Base(
            new RepositoryId("git.example/acme/shop"),
            "https://git.example/acme/shop",
            Optional.empty(),
            Optional.empty(),
            Optional.empty()),
        GitRef.branch("main"),
        path,
        Optional.empty(),
        PlainOptions.DEFAULT,
        List.of(),
        List.of(),
        new RemotePolicy(List.of(), List.of(charts)),
        false);
  }

  private Map<String, Origin.Content> committed() throws IOException {
    Map<String, Origin.Content> files = new HashMap<>();
    try (Stream<Path> all = Files.walk(checkout)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(
            checkout.relativize(file).toString(), Origin.Content.file(Files.readString(file)));
      }
    }
    return files;
  }

  private void write(String path, String text) throws IOException {
    Path file = checkout.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static void delete(Path directory) throws IOException {
    assertThat(directory).isNotEmptyDirectory();
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(path);
      }
    }
  }

  /**
   * Returns the documents sorted, because Helm's order depends on whether a chart is an archive or
   * a directory.
   */
  private static List<String> sorted(String documents) {
    return Arrays.stream(documents.split("(?m)^---\\n"))
        .map(document -> document.replaceAll("(?m)^# Source: .*\\n", ""))
        .sorted()
        .toList();
  }

  private String run(Path where, String... command) throws Exception {
    Path output = directory.resolve("output");
    Path home = Files.createDirectories(directory.resolve("home"));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(where.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("HOME", home.toString());
    Process process = builder.start();
    if (!process.waitFor(2, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new IllegalStateException(command[0] + " did not come to an end");
    }
    String text = Files.readString(output, UTF_8);
    assertThat(process.exitValue()).as(text).isZero();
    return text;
  }
}
