package dev.sluice.inputs.closure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.inputs.git.TreeEntry;
import dev.sluice.inputs.walk.ClosureEntry;
import dev.sluice.inputs.walk.ClosureLimits;
import dev.sluice.inputs.walk.Footprint;
import dev.sluice.inputs.walk.Remotes;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ClosureResolverTest {

  private static final String MAP = "kind: ConfigMap";
  private final ClosureResolver resolver = new ClosureResolver(Remotes.NONE);

  @Test
  void aPlainSourceHasTheManifestsUnderItsDirectory() {
    MemoryTree tree =
        tree("app/b.yml", "app/a.yaml", "app/deep/er/c.json", "app/README.md", "other/x.yaml")
            .file("app/.github/workflow.yaml", MAP)
            .file("app/.hidden.yaml", MAP);

    Closure closure = resolved(tree, "app");

    assertThat(closure.type()).isEqualTo(SourceType.PLAIN);
    assertThat(paths(closure)).containsExactly("app/a.yaml", "app/b.yml", "app/deep/er/c.json");
    assertThat(closure.footprint().watched()).contains("app", "app/deep");
    assertThat(closure.footprint().absent())
        .contains("app/kustomization.yaml", "app/kustomization.yml", "app/Kustomization");
  }

  @Test
  void aPlainSourceMayBeASingleFile() {
    assertThat(paths(resolved(tree("app/a.yaml", "app/b.yaml"), "app/a.yaml")))
        .containsExactly("app/a.yaml");
  }

  @Test
  void aPlainSourceFollowsLinksInsideTheTree() {
    MemoryTree tree =
        tree("shared/x.yaml", "shared/dir/y.yaml", "shared/NOTES.md")
            .link("app/x.yaml", "../shared/x.yaml")
            .link("app/dir", "../shared/dir")
            .link("app/NOTES.md", "nowhere")
            .file("app/z.yaml", MAP);

    Closure closure = resolved(tree, "app");

    assertThat(paths(closure))
        .containsExactly(
            "app/dir", "app/x.yaml", "app/z.yaml", "shared/dir/y.yaml", "shared/x.yaml");
    assertThat(closure.footprint().watched()).contains("shared/dir");
  }

  @Test
  void aDeclaredPlainSourceIgnoresKustomizations() {
    MemoryTree tree = tree("app/a.yaml", "app/sub/b.yaml").file("app/sub/kustomization.yaml", "");

    ClosureResult result = resolver.resolve(tree, source("app", Optional.of(SourceType.PLAIN)));

    assertThat(paths(((ClosureResult.Resolved) result).closure()))
        .containsExactly("app/a.yaml", "app/sub/b.yaml");
  }

  @Test
  void aKustomizationReadsTheFilesInAllItsFields() {
    MemoryTree tree =
        tree(
                "app/deployment.yaml",
                "app/patch.yaml",
                "app/merge.yaml",
                "app/json.yaml",
                "app/config/one.properties",
                "app/two.env",
                "app/three.env",
                "app/secret.txt",
                "app/replace.yaml",
                "app/names.yaml",
                "app/crd.json",
                "app/schema.json",
                "app/unrelated.yaml",
                "base/service.yaml",
                "base/generated.txt",
                "old/x.yaml",
                "component/y.yaml")
            .file("base/kustomization.yml", "resources: [service.yaml]")
            .file("old/Kustomization", "resources:\n- x.yaml")
            .file("component/kustomization.yaml", "kind: Component\nresources: [y.yaml]")
            .file(
                "app/generator.yaml",
                "{apiVersion: builtin, kind: ConfigMapGenerator, metadata: {name: g}, files:"
                    + " [gen.txt]}")
            .file("app/gen.txt", "x")
            .file(
                "app/kustomization.yaml",
                """
                apiVersion: kustomize.config.k8s.io/v1beta1
                kind: Kustomization
                Resources: [deployment.yaml, ../base/]
                bases: [../old]
                components: [./../component]
                patches:
                - path: patch.yaml
                - patch: |-
                    - op: remove
                      path: /not/a/file
                  target: {kind: Deployment}
                patchesStrategicMerge:
                - merge.yaml
                - |-
                  kind: Deployment
                  metadata: {name: inline}
                patchesJson6902:
                - path: json.yaml
                  target: {kind: Deployment, name: x}
                configMapGenerator:
                - name: a
                  files: [config/one.properties]
                  envs: [two.env]
                - name: b
                  env: three.env
                  literals: [k=v]
                secretGenerator:
                - name: s
                  files: [key=secret.txt]
                replacements:
                - path: replace.yaml
                configurations: [names.yaml]
                crds: [crd.json]
                openapi: {path: schema.json}
                generators:
                - generator.yaml
                transformers:
                - |-
                  apiVersion: builtin
                  kind: PrefixTransformer
                  metadata: {name: p}
                  prefix: x-
                """);

    Closure closure = resolved(tree, "app");

    assertThat(closure.type()).isEqualTo(SourceType.KUSTOMIZE);
    assertThat(paths(closure))
        .containsExactly(
            "app/config/one.properties",
            "app/crd.json",
            "app/deployment.yaml",
            "app/gen.txt",
            "app/generator.yaml",
            "app/json.yaml",
            "app/kustomization.yaml",
            "app/merge.yaml",
            "app/names.yaml",
            "app/patch.yaml",
            "app/replace.yaml",
            "app/schema.json",
            "app/secret.txt",
            "app/three.env",
            "app/two.env",
            "base/kustomization.yml",
            "base/service.yaml",
            "component/kustomization.yaml",
            "component/y.yaml",
            "old/Kustomization",
            "old/x.yaml");
    assertThat(closure.footprint().absent())
        .contains("base/kustomization.yaml", "old/kustomization.yml", "app/Kustomization");
  }

  @Test
  void aKustomizationFollowsLinksAndAnchors() {
    MemoryTree tree =
        tree("shared/base/a.yaml")
            .file("shared/base/kustomization.yaml", "resources: [a.yaml]")
            .link("app/base", "../shared/base")
            .file("app/kustomization.yaml", "resources: &r [base]\ncomponents: []\nbases: *r");

    assertThat(paths(resolved(tree, "app")))
        .containsExactly(
            "app/base",
            "app/kustomization.yaml",
            "shared/base/a.yaml",
            "shared/base/kustomization.yaml");
  }

  @Test
  void aBaseIncludedManyTimesIsReadOnce() {
    MemoryTree tree = MemoryTree.empty();
    for (int i = 0; i < 60; i++) {
      tree =
          tree.file(
              "l" + i + "/kustomization.yaml", "resources: [../l%1$d, ../l%1$d/]".formatted(i + 1));
    }
    tree = tree.file("l60/kustomization.yaml", "resources: [a.yaml]").file("l60/a.yaml", MAP);

    assertThat(resolved(tree, "l0").entries()).hasSize(62);
  }

  static Stream<Arguments> refusals() {
    MemoryTree none = MemoryTree.empty();
    return Stream.of(
        arguments("MissingPath", tree("other/a.yaml"), "app"),
        arguments("NoManifests", none.file("app/README.md", ""), "app"),
        arguments("NotAManifest", none.file("app/README.md", ""), "app/README.md"),
        arguments("OutsideRepository", tree("app/a.yaml"), "../app"),
        arguments("NestedKustomization", tree("app/a.yaml", "app/s/kustomization.yaml"), "app"),
        arguments("Submodule", tree("app/a.yaml").with("app/m", TreeEntry.Kind.GITLINK, ""), "app"),
        arguments("Submodule", none.with("app", TreeEntry.Kind.GITLINK, ""), "app/x"),
        arguments(
            "BadName", tree("app/a.yaml").with("app/\\xff", TreeEntry.Kind.MISNAMED, ""), "app"),
        arguments("CaseCollision", tree("app/a.yaml", "app/A.yaml"), "app"),
        arguments("OutsideRepository", none.link("app/a.yaml", "../../etc/passwd"), "app"),
        arguments("OutsideRepository", none.link("app/a.yaml", "/etc/passwd"), "app"),
        arguments("MissingFile", none.link("app/a.yaml", "b.yaml"), "app"),
        arguments(
            "SymlinkLoop", none.link("app/a.yaml", "b.yaml").link("app/b.yaml", "a.yaml"), "app"),
        arguments("SymlinkLoop", tree("app/a.yaml").link("app/up", "../app"), "app"),
        arguments("SymlinkLoop", none.link("app", "app"), "app"),
        arguments("AmbiguousKustomization", kustomization("").file("app/Kustomization", ""), "app"),
        arguments("InvalidKustomization", kustomization(""), "app"),
        arguments("InvalidYaml", kustomization("resources: a.yaml"), "app"),
        arguments("InvalidKustomization", kustomization("resources: ['']"), "app"),
        arguments("InvalidKustomization", kustomization("kind: A\n---\nkind: B"), "app"),
        arguments("InvalidYaml", kustomization("resources: ["), "app"),
        arguments("InvalidYaml", kustomization("a: 1\na: 2"), "app"),
        arguments("MissingFile", kustomization("resources: !!java.io.File [x]"), "app"),
        arguments("TooLarge", kustomization("x: " + "[".repeat(10_000)), "app"),
        arguments("TooLarge", kustomization(aliasBomb()), "app"),
        arguments("NotText", kustomization("resources: [\u00ff]"), "app"),
        arguments("TooLarge", kustomization("#".repeat(1024 * 1024 + 1)), "app"),
        arguments("MissingFile", kustomization("resources: [a.yaml]"), "app"),
        arguments("MissingFile", kustomization("configMapGenerator: [{files: [k=v]}]"), "app"),
        arguments("NotAFile", tree("app/d/x").file("app/kustomization.yaml", "crds: [d]"), "app"),
        arguments(
            "MissingKustomization",
            tree("b/x").file("app/kustomization.yaml", "bases: [../b]"),
            "app"),
        arguments(
            "NotADirectory",
            tree("app/c").file("app/kustomization.yaml", "components: [c]"),
            "app"),
        arguments("OutsideRepository", kustomization("resources: [../../x.yaml]"), "app"),
        arguments("OutsideRepository", kustomization("resources: [/etc/passwd]"), "app"),
        arguments(
            "OutsideRepository", kustomization("patches: [{path: ../../../etc/passwd}]"), "app"),
        arguments(
            "OutsideRepository",
            kustomization("secretGenerator: [{files: [k=/etc/shadow]}]"),
            "app"),
        arguments(
            "OutsideRepository", kustomization("secretGenerator: [{envs: [../../e]}]"), "app"),
        arguments("BadPath", kustomization("resources: [\"a\\0b\"]"), "app"),
        arguments("BadPath", kustomization("resources: [" + "a/".repeat(5000) + "]"), "app"),
        arguments("Unsupported", kustomization("resources: ['https://e.example/x.yaml']"), "app"),
        arguments("RemoteBase", kustomization("resources: ['github.com/o/r//p?ref=v1']"), "app"),
        arguments("RemoteBase", kustomization("resources: ['git@e.example:o/r']"), "app"),
        arguments("RemoteBase", kustomization("components: ['git::ssh://e.example/o/r']"), "app"),
        arguments(
            "Unsupported", kustomization("openapi: {path: 'http://e.example/s.json'}"), "app"),
        arguments("MissingChart", kustomization("helmCharts: [{name: x}]"), "app"),
        arguments(
            "RemoteChart",
            kustomization("helmCharts: [{name: x, repo: 'https://u:p@charts.example'}]"),
            "app"),
        arguments(
            "RemoteChart", // where only kustomize without a version would look
            kustomization("helmCharts: [{name: x, version: '1', repo: 'oci://charts.example'}]")
                .file("app/charts/x/Chart.yaml", "name: x"),
            "app"),
        arguments(
            "RemoteDependency",
            kustomization("helmCharts: [{name: x}]")
                .file(
                    "app/charts/x/Chart.yaml",
                    "dependencies: [{name: y, repository: 'https://charts.example'}]"),
            "app"),
        arguments(
            "OutsideRepository",
            kustomization("{helmGlobals: {chartHome: /srv}, helmCharts: [{name: x}]}"),
            "app"),
        arguments(
            "OutsideRepository",
            kustomization("{helmGlobals: {chartHome: ../..}, helmCharts: [{name: x}]}"),
            "app"),
        arguments(
            "Unsupported",
            kustomization("{helmGlobals: {configHome: helm}, helmCharts: [{name: x}]}"),
            "app"),
        arguments(
            "Unsupported", kustomization("helmChartInflationGenerator: [{chartName: x}]"), "app"),
        arguments(
            "Unsupported",
            kustomization("helmCharts: [{name: x, valuesFile: 'https://v.example/v.yaml'}]")
                .file("app/charts/x/Chart.yaml", "name: x"),
            "app"),
        arguments(
            "Unsupported",
            kustomization(
                "generators: ['{apiVersion: builtin, kind: HelmChartInflationGenerator}']"),
            "app"),
        arguments(
            "Unsupported", kustomization("generators: ['{apiVersion: v1, kind: Exec}']"), "app"),
        arguments(
            "Unsupported", // whose output is not what its files say
            kustomization("generators: [built]")
                .file("app/built/kustomization.yaml", "{resources: [g.yaml], namePrefix: a-}")
                .file("app/built/g.yaml", "{apiVersion: builtin, kind: ConfigMapGenerator}"),
            "app"),
        arguments(
            "Unsupported",
            kustomization("generators: [built]")
                .file("app/built/kustomization.yaml", "resources: [g.yaml]")
                .file("app/built/g.yaml", "{apiVersion: v1, kind: Exec}"),
            "app"),
        arguments(
            "MissingFile", // relative to the kustomization that names the directory
            kustomization("generators: [built]")
                .file("app/built/kustomization.yaml", "resources: [g.yaml]")
                .file("app/built/x", "")
                .file(
                    "app/built/g.yaml",
                    "{apiVersion: builtin, kind: ConfigMapGenerator, files: [x]}"),
            "app"),
        arguments(
            "Unsupported",
            kustomization(
                """
                transformers:
                - |-
                  apiVersion: builtin
                  kind: X
                  metadata:
                    annotations:
                      config.kubernetes.io/function: 'container: {image: x}'
                """),
            "app"));
  }

  @Test
  void refusesDirectoriesOfConfigurationsThatIncludeEachOther() {
    MemoryTree tree =
        kustomization("validators: [built]")
            .file("app/built/kustomization.yaml", "resources: [deeper]")
            .file("app/built/deeper/kustomization.yaml", "resources: [..]");

    ClosureResult result = resolver.resolve(tree, source("app", Optional.empty()));

    assertThat(((ClosureResult.Refused) result).failure().code()).isEqualTo(SourceFailure.CYCLE);
  }

  @Test
  void readsPluginConfigurationsThatAreNamedInManyWaysOnce() {
    MemoryTree tree =
        kustomization("generators: [d0, ./d0, g.yaml, ./g.yaml]")
            .file("app/g.yaml", "{apiVersion: builtin, kind: ConfigMapGenerator}");
    for (int i = 0; i < 40; i++) {
      tree =
          tree.file(
              "app/d%d/kustomization.yaml".formatted(i),
              "resources: [../d%1$d, ./../d%1$d]".formatted(i + 1));
    }
    tree =
        tree.file("app/d40/kustomization.yaml", "resources: [../inner.yaml]")
            .file("app/inner.yaml", "{apiVersion: builtin, kind: ConfigMapGenerator}");

    assertThat(paths(resolved(tree, "app"))).contains("app/g.yaml", "app/inner.yaml").hasSize(44);
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void refuses(FailureCode code, MemoryTree tree, String path) {
    ClosureResult result = resolver.resolve(tree, source(path, Optional.empty()));

    assertThat(result).isInstanceOf(ClosureResult.Refused.class);
    Failure failure = ((ClosureResult.Refused) result).failure();
    assertThat(failure.code()).as(failure.message()).isEqualTo(code);
    assertThat(failure.stage()).isEqualTo(Failure.Stage.SOURCE);
    assertThat(failure.message()).contains("'").hasSizeLessThan(1000);
    assertThat(Remotes.isTransient(failure)).as("retried by the clock").isFalse();
  }

  @Test
  void aCycleIsShownInTheMessage() {
    MemoryTree tree =
        MemoryTree.empty()
            .file("a/kustomization.yaml", "resources: [../b]")
            .file("b/kustomization.yaml", "components: [../c]")
            .file("c/kustomization.yaml", "bases: [../b]");

    ClosureResult.Refused refused =
        (ClosureResult.Refused) resolver.resolve(tree, source("a", Optional.empty()));

    assertThat(refused.failure().code()).isEqualTo(SourceFailure.CYCLE);
    assertThat(refused.failure().message()).contains("b -> c -> b");
    assertThat(refused.footprint().present()).contains("c/kustomization.yaml");
  }

  @Test
  void limitsFilesAndBytes() {
    MemoryTree tree = tree("app/a.yaml", "app/b.yaml", "app/c.yaml");
    SourceSpec app = source("app", Optional.empty());

    assertThat(
            new ClosureResolver(new ClosureLimits(3, 3 * MAP.length()), Remotes.NONE)
                .resolve(tree, app))
        .isInstanceOf(ClosureResult.Resolved.class);
    assertThat(refusal(new ClosureLimits(2, 1000), tree, app)).contains("more than 2 files");
    assertThat(refusal(new ClosureLimits(3, 40), tree, app))
        .contains("40 bytes (45 with 'app/c.yaml')");
  }

  @Test
  void theDigestDependsOnPathsAndContents() {
    MemoryTree tree = tree("app/a.yaml", "app/b.yaml");
    String digest = resolved(tree, "app").digest();

    assertThat(digest).matches("v1:[0-9a-f]{64}");
    assertThat(resolved(tree.file("app/README.md", "x"), "app").digest()).isEqualTo(digest);
    assertThat(resolved(tree.file("app/a.yaml", "other"), "app").digest()).isNotEqualTo(digest);
    assertThat(resolved(tree.without("app/b.yaml"), "app").digest()).isNotEqualTo(digest);
    assertThat(resolved(tree.with("app/a.yaml", TreeEntry.Kind.EXECUTABLE, MAP), "app").digest())
        .isNotEqualTo(digest);
    assertThat(resolved(tree.without("app/b.yaml").link("app/b.yaml", "a.yaml"), "app").digest())
        .isNotEqualTo(digest);
  }

  @Test
  void theDigestOfVersion1IsStable() {
    var closure =
        new Closure(
            SourceType.PLAIN,
            "app",
            List.of(
                new ClosureEntry.Link("app/z", "a"),
                new ClosureEntry.File("app/a", false, "0123", 4),
                new ClosureEntry.File("app/b", true, "4567", 4)),
            new Footprint(Set.of(), Set.of(), Set.of()),
            List.of(),
            List.of());

    assertThat(closure.digest())
        .isEqualTo("v1:5d3479404b9544173312eaefb032b08ec4218df271e95e54e89c90f432fb3eca");
  }

  @Test
  void loadsTextBytesAndLinks() {
    MemoryTree tree =
        MemoryTree.empty()
            .file("app/text.yaml", "a: \u00c3\u00a9")
            .file("app/bytes.yaml", "\u00ff\u0000")
            .link("app/zlink.yaml", "text.yaml");

    List<InputFile> files = resolved(tree, "app").load(tree);

    assertThat(files).hasSize(3);
    assertThat(((InputFile.Binary) files.get(0)).bytes()).containsExactly(0xff, 0);
    assertThat(files.get(1)).isEqualTo(new InputFile.Text("app/text.yaml", false, "a: \u00e9"));
    assertThat(files.get(2)).isEqualTo(new InputFile.Link("app/zlink.yaml", "text.yaml"));
  }

  private String refusal(ClosureLimits limits, MemoryTree tree, SourceSpec source) {
    return ((ClosureResult.Refused) new ClosureResolver(limits, Remotes.NONE).resolve(tree, source))
        .failure()
        .message();
  }

  private Closure resolved(MemoryTree tree, String path) {
    ClosureResult result = resolver.resolve(tree, source(path, Optional.empty()));
    assertThat(result).isInstanceOf(ClosureResult.Resolved.class);
    return ((ClosureResult.Resolved) result).closure();
  }

  private static List<String> paths(Closure closure) {
    return closure.entries().stream().map(ClosureEntry::path).toList();
  }

  private static MemoryTree tree(String... paths) {
    MemoryTree tree = MemoryTree.empty();
    for (String path : paths) {
      tree = tree.file(path, MAP);
    }
    return tree;
  }

  private static MemoryTree kustomization(String text) {
    return MemoryTree.empty().file("app/kustomization.yaml", text);
  }

  private static String aliasBomb() {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x]\n");
    for (int i = 1; i < 70; i++) {
      bomb.append("a%1$d: &a%1$d [*a%2$d, *a%2$d]\n".formatted(i, i - 1));
    }
    return bomb.toString();
  }

  private static SourceSpec source(String path, Optional<SourceType> type) {
    return new SourceSpec(
        new RepositoryId("forge.example/owner/repository"),
        "https://forge.example/owner/repository",
        Optional.empty(),
        Optional.empty(),
        GitRef.branch("main"),
        path,
        type,
        Optional.empty(),
        RenderOptions.DEFAULT);
  }
}
