package dev.sluice.inputs.closure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.fleet.Customization;
import dev.sluice.contract.fleet.HelmOptions;
import dev.sluice.contract.fleet.PlainOptions;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.inputs.walk.ClosureEntry;
import dev.sluice.inputs.walk.Remotes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Closures of Helm charts. */
class ChartClosureTest {

  private static final String CHART = "apiVersion: v2\nname: web\nversion: 1.0.0\n";

  private final ClosureResolver resolver = new ClosureResolver(Remotes.NONE);

  @Test
  void aChartHasItsWholeDirectory() {
    MemoryTree tree =
        chart("web")
            .file("web/templates/_helpers.tpl", "")
            .file("web/files/config.toml", "read by .Files.Get")
            .file("web/crds/crd.yaml", "")
            .file("web/charts/cache-1.2.3.tgz", "\u00ff")
            .file("web/Chart.lock", "")
            .file("web/README.md", "")
            .file("other/Chart.yaml", CHART);

    Closure closure = resolved(tree, source("web"));

    assertThat(closure.type()).isEqualTo(SourceType.HELM);
    assertThat(paths(closure))
        .containsExactly(
            "web/Chart.lock",
            "web/Chart.yaml",
            "web/README.md",
            "web/charts/cache-1.2.3.tgz",
            "web/crds/crd.yaml",
            "web/files/config.toml",
            "web/templates/_helpers.tpl",
            "web/templates/deployment.yaml",
            "web/values.yaml");
  }

  @Test
  void aKustomizationInTheChartsDirectoryTakesPrecedence() {
    MemoryTree tree =
        chart("web")
            .file("web/kustomization.yaml", "resources: [x.yaml]")
            .file("web/x.yaml", "kind: ConfigMap");

    assertThat(resolved(tree, source("web")).type()).isEqualTo(SourceType.KUSTOMIZE);
    assertThat(
            resolved(
                    tree,
                    new SourceSpec(
                        new RepositoryId("localhost/o/r"),
                        "file:///o/r",
                        Optional.empty(),
                        Optional.empty(),
                        GitRef.branch("main"),
                        "web",
                        Optional.of(SourceType.HELM),
                        Optional.empty(),
                        RenderOptions.DEFAULT))
                .type())
        .isEqualTo(SourceType.HELM);
  }

  @Test
  void filesInHelmignoreAreExcluded() {
    MemoryTree tree =
        chart("web")
            .file("web/.helmignore", "# comment\n*.md\nci/\n/docs\ntemplates/test-?.yaml\n")
            .file("web/README.md", "")
            .file("web/sub/NOTES.md", "")
            .file("web/ci/values.yaml", "")
            .file("web/docs/x.txt", "")
            .file("web/sub/docs/x.txt", "")
            .file("web/templates/test-1.yaml", "")
            .file("web/templates/test-10.yaml", "")
            .file("web/templates/.hidden", "")
            .link("web/ci/nowhere", "missing");

    assertThat(paths(resolved(tree, source("web"))))
        .containsExactly(
            "web/.helmignore",
            "web/Chart.yaml",
            "web/sub/docs/x.txt",
            "web/templates/deployment.yaml",
            "web/templates/test-10.yaml",
            "web/values.yaml");
  }

  @Test
  void valuesFilesMayBeAnywhereInTheRepository() {
    MemoryTree tree =
        chart("charts/web")
            .file("charts/web/values-eu.yaml", "")
            .file("charts/web/.helmignore", "values-eu.yaml")
            .file("environments/production.yaml", "")
            .file("environments/staging.yaml", "");

    assertThat(
            paths(
                resolved(
                    tree,
                    source("charts/web", "values-eu.yaml", "../../environments/production.yaml"))))
        .contains("charts/web/values-eu.yaml", "environments/production.yaml")
        .doesNotContain("environments/staging.yaml");
  }

  @Test
  void localDependenciesAreReadInPlaceUnlessVendored() {
    MemoryTree tree =
        chart("platform")
            .file(
                "platform/Chart.yaml",
                CHART
                    + "dependencies:\n"
                    + "- {name: api, version: 1.x, repository: 'file://../api'}\n"
                    + "- {name: cache, version: 1.x, repository: 'https://charts.example'}\n"
                    + "- {name: inner, version: 1.x}\n"
                    + "- {name: queue, version: 1.x, repository: 'file://../queue'}\n")
            .file("platform/charts/cache-1.2.3.tgz", "")
            .file("platform/charts/inside/Chart.yaml", "name: inner")
            .file("platform/charts/queue-0.1.0.tgz", "");
    tree = with(tree, chart("api"));
    tree = with(tree, chart("queue"));
    tree =
        tree.file("api/Chart.yaml", "apiVersion: v1\nname: api\nversion: 1.0.0\n")
            .file(
                "api/requirements.yaml",
                "dependencies: [{name: base, repository: 'file://../base'}]")
            .file("base/Chart.yaml", "name: base")
            .file("base/.helmignore", "*.md")
            .file("base/README.md", "");

    assertThat(paths(resolved(tree, source("platform"))))
        .contains(
            "api/templates/deployment.yaml", "base/Chart.yaml", "platform/charts/inside/Chart.yaml")
        .noneMatch(path -> path.startsWith("queue/"))
        .doesNotContain("base/README.md");
  }

  @Test
  void linksInTheChartAreFollowedInsideTheTree() {
    MemoryTree tree =
        chart("web")
            .file("shared/lib/_helpers.tpl", "")
            .link("web/templates/lib", "../../shared/lib");

    assertThat(paths(resolved(tree, source("web"))))
        .contains("web/templates/lib", "shared/lib/_helpers.tpl");
  }

  @Test
  void warnsOfNonDeterministicFunctions() {
    MemoryTree tree =
        chart("web")
            .file("web/templates/secret.yaml", "a: {{ randAlphaNum 10 | b64enc }}\nb: {{- now }}")
            .file(
                "web/templates/quiet.yaml",
                "# now\na: {{ \"genCA\" }}\nb: {{ .Values.now }}\n{{/* uuidv4 */}}")
            .file("web/files/text", "{{ uuidv4 }}");

    assertThat(resolved(tree, source("web")).warnings())
        .hasSize(2)
        .allSatisfy(
            warning -> assertThat(warning).startsWith("'web/templates/secret.yaml' calls "));
  }

  static Stream<Arguments> refusals() {
    String remote = CHART + "dependencies: [{name: cache, repository: 'oci://charts.example/x'}]";
    String local = CHART + "dependencies: [{name: b, repository: 'file://../b'}]";
    return Stream.of(
        arguments("RemoteDependency", chart("web").file("web/Chart.yaml", remote), source("web")),
        arguments("MissingFile", chart("web").file("web/Chart.yaml", local), source("web")),
        arguments(
            "MissingChart",
            chart("web").file("web/Chart.yaml", local).file("b/x", ""),
            source("web")),
        arguments(
            "Cycle",
            chart("web")
                .file("web/Chart.yaml", local)
                .file("b/Chart.yaml", "dependencies: [{name: web, repository: 'file://../web'}]"),
            source("web")),
        arguments(
            "OutsideRepository",
            chart("web")
                .file(
                    "web/Chart.yaml",
                    CHART + "dependencies: [{name: b, repository: 'file:///etc'}]"),
            source("web")),
        arguments("InvalidHelmignore", chart("web").file("web/.helmignore", "a/**"), source("web")),
        arguments("InvalidHelmignore", chart("web").file("web/.helmignore", "a["), source("web")),
        arguments("MissingFile", chart("web"), source("web", "nowhere.yaml")),
        arguments("NotAFile", chart("web"), source("web", "templates")),
        arguments("OutsideRepository", chart("web"), source("web", "../../etc/passwd")),
        arguments(
            "OutsideRepository",
            chart("web").link("web/values-x.yaml", "/etc/passwd"),
            source("web", "values-x.yaml")),
        arguments("MissingFile", chart("web").link("web/files/x", "nowhere"), source("web")),
        arguments("SymlinkLoop", chart("web").link("web/files/up", ".."), source("web")),
        arguments(
            "InvalidYaml",
            chart("web").file("web/Chart.yaml", "dependencies: [{name: [x]}]"),
            source("web")));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void refuses(FailureCode code, MemoryTree tree, SourceSpec source) {
    ClosureResult result = resolver.resolve(tree, source);

    assertThat(result).isInstanceOf(ClosureResult.Refused.class);
    Failure failure = ((ClosureResult.Refused) result).failure();
    assertThat(failure.code()).as(failure.message()).isEqualTo(code);
  }

  private Closure resolved(MemoryTree tree, SourceSpec source) {
    ClosureResult result = resolver.resolve(tree, source);
    assertThat(result).isInstanceOf(ClosureResult.Resolved.class);
    return ((ClosureResult.Resolved) result).closure();
  }

  private static List<String> paths(Closure closure) {
    return closure.entries().stream().map(ClosureEntry::path).toList();
  }

  private static MemoryTree chart(String path) {
    return MemoryTree.empty()
        .file(path + "/Chart.yaml", CHART)
        .file(path + "/values.yaml", "")
        .file(path + "/templates/deployment.yaml", "");
  }

  private static MemoryTree with(MemoryTree tree, MemoryTree other) {
    MemoryTree both = tree;
    for (String path : other.contents().keySet()) {
      both = both.file(path, path.endsWith("Chart.yaml") ? CHART : "");
    }
    return both;
  }

  private static SourceSpec source(String path, String... valuesFiles) {
    return new SourceSpec(
        new RepositoryId("localhost/o/r"),
        "file:///o/r",
        Optional.empty(),
        Optional.empty(),
        GitRef.branch("main"),
        path,
        Optional.empty(),
        Optional.empty(),
        new RenderOptions(
            PlainOptions.DEFAULT,
            new HelmOptions(
                Optional.empty(), List.of(valuesFiles), Optional.empty(), Map.of(), true),
            Customization.NONE));
  }
}
