package dev.sluice.worker.plan;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.event.Provenance;
import dev.sluice.contract.event.SourceInputs;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.fleet.ApplicationSpec;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.platform.process.NeededProgram;
import dev.sluice.worker.api.ClusterFacts;
import dev.sluice.worker.manifest.KnownFields;
import dev.sluice.worker.manifest.Manifest;
import dev.sluice.worker.manifest.Scopes;
import dev.sluice.worker.render.RenderConfig;
import dev.sluice.worker.render.Renderers;
import dev.sluice.worker.render.TargetRenderer;
import dev.sluice.worker.sandbox.IsolationMode;
import dev.sluice.worker.sandbox.RenderLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whole cases: the files of a directory (or of another case, if it says so), the objects that they
 * render to, and the plan. Some resemble real repositories. With {@code -Dgolden.update=true} the
 * actual output is written as the expected output, to be reviewed as a diff.
 */
class GoldenIT {

  private static final Path CASES = Path.of("src/test/resources/golden");

  private static final Scopes CLUSTER =
      (apiVersion, kind) ->
          Optional.ofNullable(
              Map.of(
                      "ConfigMap", true,
                      "Secret", true,
                      "Service", true,
                      "ServiceAccount", true,
                      "Deployment", true,
                      "Namespace", false,
                      "CustomResourceDefinition", false,
                      "ValidatingWebhookConfiguration", false)
                  .get(kind));

  private static final ClusterFacts FACTS =
      new ClusterFacts(
          "v1.32.0", new TreeSet<>(Set.of("monitoring.example.com/v1/Probe", "apps/v1")));

  @TempDir Path temporary;

  static Stream<String> becomesTheExpectedPlan() throws IOException {
    try (Stream<Path> cases = Files.list(CASES)) {
      return cases.map(path -> path.getFileName().toString()).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource
  void becomesTheExpectedPlan(String name) throws Exception {
    Path directory = CASES.resolve(name);
    JsonNode about = Json.mapper().readTree(directory.resolve("case.json").toFile());
    SourceType type = Json.mapper().treeToValue(about.get("type"), SourceType.class);
    String needs = about.path("needs").asText(type == SourceType.KUSTOMIZE ? "kustomize" : "");
    switch (needs) {
      case "kustomize" -> NeededProgram.check("kustomize", "kubectl");
      case "helm" -> NeededProgram.check("helm");
      default -> {}
    }
    RenderConfig config =
        new RenderConfig(Optional.of(temporary), RenderLimits.DEFAULT).with(IsolationMode.NONE);
    List<Manifest> desired;
    try (Renderers renderers = Renderers.onThisMachine(config)) {
      desired =
          new TargetRenderer(renderers, "golden")
              .read(target(directory, about, type), CLUSTER, KnownFields.ANY, () -> FACTS)
              .manifests();
    }
    Plan plan =
        new Planner()
            .plan(
                new Planner.Request(
                    desired,
                    Inventory.EMPTY,
                    Set.of(),
                    Policy.DEFAULT,
                    false,
                    new Planner.Runs(true, false, "1")));

    String objects =
        Json.mapper()
            .writerWithDefaultPrettyPrinter()
            .writeValueAsString(desired.stream().map(Manifest::content).toList());
    check(directory.resolve("objects.json"), objects + "\n");
    check(directory.resolve("plan.txt"), described(plan));
  }

  private static SyncEvent.Target target(Path directory, JsonNode about, SourceType type)
      throws IOException {
    RenderOptions options =
        about.has("options")
            ? Json.mapper().treeToValue(about.get("options"), RenderOptions.class)
            : RenderOptions.DEFAULT;
    List<SourceInputs> sources = new ArrayList<>();
    Path input = directory.resolve(about.path("input").asText("input"));
    sources.add(source(about.get("path").asText(), type, Optional.empty(), options, input));
    for (JsonNode values : about.path("values")) {
      sources.add(
          source(
              values.get("path").asText(),
              SourceType.VALUES,
              Optional.of(values.get("alias").asText()),
              RenderOptions.DEFAULT,
              input));
    }
    return new SyncEvent.Target(
        new ApplicationName("shop"),
        new ClusterName("golden"),
        new Generation(1),
        new ApplicationSpec("shop-default", Policy.DEFAULT),
        sources,
        false,
        "v1:golden",
        new Provenance(List.of(), Optional.empty(), Instant.EPOCH, Instant.EPOCH, "golden", 1));
  }

  private static SourceInputs source(
      String path, SourceType type, Optional<String> alias, RenderOptions options, Path input)
      throws IOException {
    return new SourceInputs(
        new RepositoryId("forge.example/team/shop"),
        GitRef.branch("main"),
        new CommitId("a".repeat(40)),
        path,
        type,
        alias,
        options,
        files(input));
  }

  private static String described(Plan plan) {
    List<String> lines = new ArrayList<>();
    switch (plan) {
      case Plan.Held held -> lines.add("held: " + held.failure().code());
      case Plan.Refused refused -> lines.add("refused: " + refused.failure().code());
      case Plan.Ready ready -> {
        for (Stage stage : ready.stages()) {
          stage
              .steps()
              .forEach(
                  step ->
                      lines.add(
                          "%s %s %s %s"
                              .formatted(stage.phase(), step.reason(), step.mode(), step.ref())));
          stage
              .hooks()
              .forEach(
                  hook ->
                      lines.add(
                          "%s hook %d %s"
                              .formatted(stage.phase(), hook.hook().weight(), hook.ref())));
        }
        ready.skipped().forEach(ref -> lines.add("skipped " + ref));
        ready
            .inventories()
            .after()
            .entries()
            .forEach(
                entry ->
                    lines.add(
                        "inventory %s %s%s"
                            .formatted(
                                entry.ref(),
                                entry.digest().substring(0, 10),
                                entry.keep() ? " keep" : "")));
      }
    }
    return String.join("\n", lines) + "\n";
  }

  private static void check(Path expected, String actual) throws IOException {
    if (Boolean.getBoolean("golden.update")) {
      Files.writeString(expected, actual);
    }
    assertThat(actual).isEqualTo(Files.readString(expected));
  }

  private static List<InputFile> files(Path root) throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      return paths
          .filter(path -> Files.isSymbolicLink(path) || Files.isRegularFile(path))
          .sorted()
          .map(path -> file(root.relativize(path).toString(), path))
          .toList();
    }
  }

  private static InputFile file(String name, Path path) {
    try {
      return Files.isSymbolicLink(path)
          ? new InputFile.Link(name, Files.readSymbolicLink(path).toString())
          : new InputFile.Text(name, false, Files.readString(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
