package dev.sluice.inputs.closure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.PossibleObjects;
import dev.sluice.contract.fleet.ApplicationSpec;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.inputs.walk.ClosureLimits;
import dev.sluice.inputs.walk.Remotes;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RefusedSourcesTest {

  private static final String MAP = "kind: ConfigMap\nmetadata: {name: %s}\n";

  @Test
  void allFilesBelowThePathAreRead() {
    PossibleObjects possible =
        possible(
            MemoryTree.empty()
                .file("web/kustomization.yaml", "resources: [missing.yaml, one.yaml]")
                .file("web/one.yaml", MAP.formatted("one"))
                .file("web/unnamed/two.yaml", MAP.formatted("two"))
                .file("other/three.yaml", MAP.formatted("three")));

    assertThat(mayHave(possible, "one")).isTrue();
    assertThat(mayHave(possible, "two")).isTrue();
    assertThat(mayHave(possible, "three")).isFalse();
  }

  @Test
  void basesThatTheResolutionDidNotReachAreRead() {
    PossibleObjects possible =
        possible(
            MemoryTree.empty()
                .file("web/kustomization.yaml", "resources: [missing.yaml, ../base]")
                .file("base/kustomization.yaml", "resources: ['../deep/one.yaml', ..]")
                .file("deep/one.yaml", MAP.formatted("one")));

    assertThat(mayHave(possible, "one")).isTrue();
  }

  @Test
  void referencedChartsAreReadAndTheirNamesMayBeTruncated() {
    PossibleObjects possible =
        possible(
            MemoryTree.empty()
                .file(
                    "web/Chart.yaml",
                    "name: web\n"
                        + "dependencies: [{name: lib, repository: 'file://../lib'}, {name: x}]")
                .file("lib/templates/one.yaml", MAP.formatted("{{ .Release.Name }}-longname")));

    assertThat(mayHave(possible, "web-longna")).isTrue();
  }

  @Test
  void invalidYamlAndLinkLoopsAreTolerated() {
    PossibleObjects possible =
        possible(
            MemoryTree.empty()
                .file("web/kustomization.yaml", "resources: [., .., ../../.., one.yaml\n\t-{{")
                .file("web/one.yaml", MAP.formatted("one")));

    assertThat(mayHave(possible, "one")).isTrue();
  }

  @Test
  void tooManyFilesMayRenderToAnything() {
    PossibleObjects possible =
        possible(
            MemoryTree.empty()
                .file("web/kustomization.yaml", "resources: [missing.yaml]")
                .file("web/large.yaml", "x".repeat(ClosureLimits.DEFAULT.maxBytes() + 1)));

    assertThat(possible.anything()).isTrue();
    assertThat(mayHave(possible, "anything")).isTrue();
  }

  @Test
  void anUnavailableSourceDoesNotAffectOthers() {
    SourceSpec web = source("web", Optional.empty());
    SourceSpec config = source("config", Optional.of(SourceType.VALUES));
    MemoryTree tree =
        MemoryTree.empty()
            .file("web/one.yaml", MAP.formatted("one"))
            .file("config/values.yaml", "two");

    PossibleObjects possible =
        RefusedSources.possible(
            definition(web, config),
            Optional.empty(),
            source -> source.equals(web) ? Optional.of(tree) : Optional.empty());
    PossibleObjects values =
        RefusedSources.possible(
            definition(web, config), Optional.empty(), source -> Optional.of(tree));

    assertThat(mayHave(possible, "one")).isTrue();
    assertThat(mayHave(values, "two")).as("a values source is nothing by itself").isFalse();
  }

  @Test
  void aLongChainOfBasesIsRead() {
    int length = 4_000;
    NavigableMap<String, String> files = new TreeMap<>();
    files.put("web/kustomization.yaml", "resources: [missing.yaml, ../k0]");
    for (int i = 0; i < length; i++) {
      files.put("k%d/kustomization.yaml".formatted(i), "resources: [../k%d]".formatted(i + 1));
    }
    files.put("k%d/one.yaml".formatted(length), MAP.formatted("one"));

    assertThat(mayHave(possible(MemoryTree.of(files)), "one")).isTrue();
  }

  @Test
  void deepDirectoriesAreRead() {
    String deep = "web/" + "a/".repeat(1_500) + "one.yaml";

    PossibleObjects possible =
        possible(
            MemoryTree.empty()
                .file("web/kustomization.yaml", "resources: [missing.yaml]")
                .file(deep, MAP.formatted("one")));

    assertThat(mayHave(possible, "one")).isTrue();
  }

  /** The words of all files go into one record, which Kafka limits. */
  @Test
  void moreWordsThanARecordHoldsMayRenderToAnything() {
    StringBuilder words = new StringBuilder();
    for (int i = 0; i < 400_000; i++) {
      words.append("w").append(i).append(' ');
    }

    PossibleObjects possible =
        possible(
            MemoryTree.empty()
                .file("web/kustomization.yaml", "resources: [missing.yaml]")
                .file("web/words.yaml", words.toString()));

    assertThat(possible.anything()).isTrue();
    assertThat(possible.words()).isEmpty();
  }

  @Test
  void tooManyNamesOfFilesMayRenderToAnything() {
    StringBuilder names = new StringBuilder();
    for (int i = 1 << 16; i < 3 << 16; i++) {
      names.append(Integer.toBinaryString(i).replace("0", "-a").replace("1", "-b")).append(' ');
    }
    String directory = "web/" + "d/".repeat(500);

    PossibleObjects possible =
        possible(
            MemoryTree.empty()
                .file("web/kustomization.yaml", "resources: [missing.yaml]")
                .file(directory + "kustomization.yaml", names.toString()));

    assertThat(possible.anything()).isTrue();
  }

  private static PossibleObjects possible(MemoryTree tree) {
    Definition definition = definition(source("web", Optional.empty()));
    ApplicationClosures closures =
        new DefinitionResolver(new ClosureResolver(Remotes.NONE)).resolve(definition, _ -> tree);
    assertThat(closures.isRefused()).isTrue();
    assertThat(closures.footprints().getFirst().covers("web/unnamed/new.yaml")).isTrue();
    return RefusedSources.possible(definition, Optional.of(closures), _ -> Optional.of(tree));
  }

  private static boolean mayHave(PossibleObjects possible, String name) {
    return possible.mayHave(new ObjectRef("v1", "ConfigMap", "shop", name).id());
  }

  private static Definition definition(SourceSpec... sources) {
    return new Definition(
        new ApplicationName("web"),
        List.of(sources),
        List.of(new ClusterTarget(new ClusterName("eu"), Map.of())),
        new ApplicationSpec("shop", Policy.DEFAULT),
        false);
  }

  private static SourceSpec source(String path, Optional<SourceType> type) {
    return new SourceSpec(
        new RepositoryId("localhost/o/r"),
        "file:///o/r",
        Optional.empty(),
        Optional.empty(),
        GitRef.branch("main"),
        path,
        type,
        Optional.empty(),
        RenderOptions.DEFAULT);
  }
}
