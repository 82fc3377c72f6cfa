package dev.sluice.inputs.closure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.PlainOptions;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.inputs.git.TreeEntry;
import dev.sluice.inputs.walk.ClosureEntry;
import dev.sluice.inputs.walk.ClosureLimits;
import dev.sluice.inputs.walk.Remotes;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Closures of kustomizations with plugins. */
class PluginClosureTest {

  private static final String LISTER =
      "{apiVersion: example.com/v1, kind: Lister, metadata: {name: x}}";
  private static final MemoryTree TREE =
      MemoryTree.empty()
          .file("app/kustomization.yaml", "generators: [lister.yaml]\nresources: [../base]")
          .file("app/lister.yaml", LISTER)
          .file("app/list.txt", "a b")
          .file("app/deep/er/more.txt", "c")
          .with("app/tool.sh", TreeEntry.Kind.EXECUTABLE, "exit 1")
          .link("app/linked", "../shared")
          .link("app/one", "../single/one.txt")
          .link("app/self", ".")
          .link("app/dead", "nowhere")
          .file("shared/x.txt", "x")
          .file("single/one.txt", "1")
          .file("single/two.txt", "2")
          .file("base/kustomization.yaml", "namePrefix: a-")
          .file("base/other.txt", "")
          .file("elsewhere/y.txt", "y");

  private final ClosureResolver resolver = new ClosureResolver(Remotes.NONE);

  @Test
  void allFilesThatAPluginMayReadAreInputs() {
    assertThat(paths(TREE))
        .containsExactly(
            "app/deep/er/more.txt",
            "app/kustomization.yaml",
            "app/linked",
            "app/list.txt",
            "app/lister.yaml",
            "app/one",
            "app/self",
            "app/tool.sh",
            "base/kustomization.yaml",
            "shared/x.txt",
            "single/one.txt");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "app/list.txt",
        "app/deep/er/more.txt",
        "app/another.txt",
        "app/new/another.txt",
        "shared/x.txt",
        "shared/another.txt",
        "single/one.txt",
        "app/nowhere"
      })
  void changesOfReadableFilesAreDetected(String path) {
    Closure before = resolved(TREE);
    Closure after = resolved(TREE.file(path, "changed"));

    assertThat(before.footprint().covers(path)).as("resolved again").isTrue();
    assertThat(after.digest()).isNotEqualTo(before.digest());
  }

  @ParameterizedTest
  @ValueSource(strings = {"base/other.txt", "single/two.txt", "elsewhere/y.txt", "another.txt"})
  void changesOfUnreachableFilesAreIgnored(String path) {
    Closure before = resolved(TREE);
    Closure after = resolved(TREE.file(path, "changed"));

    assertThat(before.footprint().covers(path)).isFalse();
    assertThat(after.digest()).isEqualTo(before.digest());
  }

  @Test
  void onlyKustomizationsWithAPluginIncludeAllFiles() {
    MemoryTree tree =
        MemoryTree.empty()
            .file("app/kustomization.yaml", "resources: [../base]")
            .file("app/notes.txt", "")
            .file("base/kustomization.yaml", "transformers:\n- |-\n  " + LISTER)
            .file("base/input.txt", "");

    assertThat(paths(tree))
        .containsExactly("app/kustomization.yaml", "base/input.txt", "base/kustomization.yaml");
  }

  @Test
  void theRootKustomizationMayHaveAPluginToo() {
    MemoryTree tree =
        MemoryTree.empty()
            .file("kustomization.yaml", "validators: ['" + LISTER + "']")
            .file(".sluice/bases/forge.example/a/b/v1/x.yaml", "hides what is fetched")
            .file("a/b.txt", "");

    ClosureResult result = resolver.resolve(tree, query("", true));

    assertThat(((ClosureResult.Resolved) result).closure().entries())
        .extracting(ClosureEntry::path)
        .containsExactly("a/b.txt", "kustomization.yaml");
  }

  @Test
  void closureLimitsApply() {
    ClosureResolver narrow = new ClosureResolver(new ClosureLimits(3, 1000), Remotes.NONE);

    assertThat(narrow.resolve(TREE, query("app", true)))
        .isInstanceOfSatisfying(
            ClosureResult.Refused.class,
            refused ->
                assertThat(refused.failure().code()).isEqualTo(SourceFailure.TOO_MANY_FILES));
  }

  @Test
  void theRefusalSaysWhichPolicyAllowsPlugins() {
    Failure failure = refusal(TREE, false);

    assertThat(failure.code()).isEqualTo(SourceFailure.UNSUPPORTED);
    assertThat(failure.message())
        .startsWith("generators in 'app/kustomization.yaml' runs the plugin Lister: only kustomize")
        .contains("policy.plugins: true", "operator has installed the program");
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        arguments("Unsupported", function("config.kubernetes.io/function: 'exec: {path: ./x}'")),
        arguments("Unsupported", function("config.k8s.io/function: 'container: {image: x}'")),
        arguments("Unsupported", function("config.kubernetes.io/container: x")),
        arguments("Unsupported", function("internal.config.kubernetes.io/previousKinds: ../x")),
        arguments(
            "Unsupported",
            "{apiVersion: e/v1, kind: X, metadata: {name: x, configFn: {container: {image: x}}}}"),
        arguments("Unsupported", "{apiVersion: v1, kind: List, items: [" + LISTER + "]}"),
        arguments("Unsupported", "{apiVersion: builtin, kind: XList, items: [" + LISTER + "]}"),
        arguments("Unsupported", "{apiVersion: builtin, kind: HelmChartInflationGenerator}"),
        arguments("InvalidKustomization", "{apiVersion: e/v1, kind: ../../../bin/sh}"),
        arguments("InvalidKustomization", "{apiVersion: e/v1, kind: ..}"),
        arguments("InvalidKustomization", "{apiVersion: ../bin, kind: sh}"),
        arguments("InvalidKustomization", "{apiVersion: a/b/c, kind: X}"),
        arguments("InvalidKustomization", "{apiVersion: e/v1}"),
        arguments("InvalidKustomization", "{kind: X}"));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void refusesFunctionsAndInvalidPlugins(FailureCode code, String configuration) {
    MemoryTree inFile =
        MemoryTree.empty()
            .file("app/kustomization.yaml", "generators: [x.yaml]")
            .file("app/x.yaml", configuration);
    MemoryTree inline =
        MemoryTree.empty()
            .file("app/kustomization.yaml", "transformers:\n- |-\n  " + configuration);

    assertThat(refusal(inFile, true).code()).isEqualTo(code);
    assertThat(refusal(inline, true).code()).isEqualTo(code);
  }

  @Test
  void refusesEntriesThatOnlyAPluginWouldRead() {
    assertThat(refusal(TREE.link("app/out", "/etc"), true).code())
        .isEqualTo(SourceFailure.OUTSIDE_REPOSITORY);
    assertThat(refusal(TREE.with("app/sub", TreeEntry.Kind.GITLINK, ""), true).code())
        .isEqualTo(SourceFailure.SUBMODULE);
  }

  private static String function(String annotation) {
    return "{apiVersion: e/v1, kind: X, metadata: {name: x, annotations: {" + annotation + "}}}";
  }

  private Closure resolved(MemoryTree tree) {
    ClosureResult result = resolver.resolve(tree, query("app", true));
    assertThat(result).isInstanceOf(ClosureResult.Resolved.class);
    return ((ClosureResult.Resolved) result).closure();
  }

  private Failure refusal(MemoryTree tree, boolean plugins) {
    ClosureResult result = resolver.resolve(tree, query("app", plugins));
    assertThat(result).isInstanceOf(ClosureResult.Refused.class);
    return ((ClosureResult.Refused) result).failure();
  }

  private List<String> paths(MemoryTree tree) {
    return resolved(tree).entries().stream().map(ClosureEntry::path).toList();
  }

  private static SourceQuery query(String path, boolean plugins) {
    return new SourceQuery(
        new RemotePolicy.Base(
            new RepositoryId("forge.example/owner/repository"),
            "https://forge.example/owner/repository",
            Optional.empty(),
            Optional.empty(),
            Optional.empty()),
        GitRef.branch("main"),
        path,
        Optional.empty(),
        PlainOptions.DEFAULT,
        List.of(),
        List.of(),
        RemotePolicy.NONE,
        plugins);
  }
}
