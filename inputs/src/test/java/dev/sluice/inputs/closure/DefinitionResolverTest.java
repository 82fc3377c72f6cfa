package dev.sluice.inputs.closure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.ApplicationSpec;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Customization;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.HelmOptions;
import dev.sluice.contract.fleet.PlainOptions;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.inputs.closure.ApplicationClosures.Inputs;
import dev.sluice.inputs.walk.ClosureEntry;
import dev.sluice.inputs.walk.ClosureLimits;
import dev.sluice.inputs.walk.Remotes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class DefinitionResolverTest {

  private static final ClusterTarget EU = cluster("eu", "production");
  private static final ClusterTarget US = cluster("us", "production");
  private static final ClusterTarget TEST = cluster("test", "staging");

  private final DefinitionResolver resolver =
      new DefinitionResolver(new ClosureResolver(Remotes.NONE));

  @Test
  void everyClusterHasItsOverlay() {
    MemoryTree tree =
        MemoryTree.empty()
            .file("base/kustomization.yaml", "resources: [x.yaml]")
            .file("base/x.yaml", "kind: ConfigMap")
            .file("overlays/production/kustomization.yaml", "resources: [../../base]")
            .file("overlays/staging/kustomization.yaml", "resources: [../../base, y.yaml]")
            .file("overlays/staging/y.yaml", "kind: ConfigMap");
    Definition definition =
        definition(source("overlays/${cluster.labels.env}", HelmOptions.DEFAULT));

    ApplicationClosures closures = resolver.resolve(definition, _ -> tree);

    assertThat(paths(closures, EU))
        .containsExactly(
            "base/kustomization.yaml", "base/x.yaml", "overlays/production/kustomization.yaml");
    assertThat(paths(closures, TEST)).contains("overlays/staging/y.yaml");
    assertThat(closures.footprints())
        .singleElement()
        .satisfies(
            footprint ->
                assertThat(footprint.present())
                    .contains(
                        "overlays/staging/kustomization.yaml",
                        "overlays/production/kustomization.yaml"));
  }

  @Test
  void aMissingOverlayIsRefusedInItsClusterOnly() {
    MemoryTree tree = MemoryTree.empty().file("overlays/production/x.yaml", "kind: ConfigMap");
    Definition definition =
        definition(source("overlays/${cluster.labels.env}", HelmOptions.DEFAULT));

    ApplicationClosures closures = resolver.resolve(definition, _ -> tree);

    assertThat(closures.clusters().get(EU.name())).isInstanceOf(Inputs.Resolved.class);
    assertThat(closures.clusters().get(TEST.name()))
        .isInstanceOfSatisfying(
            Inputs.Refused.class,
            refused -> assertThat(refused.failure().code()).isEqualTo(SourceFailure.MISSING_PATH));
  }

  @Test
  void equalSourcesOfSeveralClustersAreResolvedOnce() {
    MemoryTree tree =
        MemoryTree.empty()
            .file("chart/Chart.yaml", "name: chart")
            .file("chart/production.yaml", "")
            .file("chart/staging.yaml", "");
    AtomicInteger asked = new AtomicInteger();
    HelmOptions options =
        new HelmOptions(
            Optional.of("web-${cluster.name}"),
            List.of("${cluster.labels.env}.yaml"),
            Optional.of("{\"host\":\"${cluster.name}.example\"}"),
            Map.of(),
            true);

    ApplicationClosures closures =
        resolver.resolve(
            definition(source("chart", options)),
            _ -> {
              asked.incrementAndGet();
              return tree;
            });

    assertThat(asked).hasValue(2);
    assertThat(((Inputs.Resolved) closures.clusters().get(EU.name())).sources())
        .singleElement()
        .satisfies(
            source ->
                assertThat(source.source().options().helm().values())
                    .contains("{\"host\":\"eu.example\"}"));
  }

  @Test
  void aChartReadsValuesFromASourceByItsAlias() {
    MemoryTree charts = MemoryTree.empty().file("web/Chart.yaml", "name: web");
    MemoryTree values =
        MemoryTree.empty()
            .file("teams/a/production.yaml", "")
            .file("teams/a/staging.yaml", "")
            .file("teams/b/production.yaml", "");
    HelmOptions options =
        new HelmOptions(
            Optional.empty(),
            List.of("$settings/${cluster.labels.env}.yaml"),
            Optional.empty(),
            Map.of(),
            true);
    SourceSpec chart = source("web", options);
    SourceSpec settings =
        new SourceSpec(
            new RepositoryId("localhost/o/values"),
            "file:///o/values",
            Optional.empty(),
            Optional.empty(),
            GitRef.branch("main"),
            "teams/a",
            Optional.of(SourceType.VALUES),
            Optional.of("settings"),
            RenderOptions.DEFAULT);

    ApplicationClosures closures =
        resolver.resolve(
            definition(chart, settings), source -> source.equals(settings) ? values : charts);

    assertThat(paths(closures, EU)).containsExactly("web/Chart.yaml", "teams/a/production.yaml");
    assertThat(paths(closures, TEST)).containsExactly("web/Chart.yaml", "teams/a/staging.yaml");
  }

  @Test
  void sourcesThatAreTogetherTooLargeAreRefused() {
    String half = "#".repeat(ClosureLimits.DEFAULT.maxBytes() / 2);
    MemoryTree tree = MemoryTree.empty().file("a/x.yaml", half).file("b/x.yaml", half);
    MemoryTree larger = tree.file("b/y.yaml", "#");
    Definition definition =
        definition(source("a", HelmOptions.DEFAULT), source("b", HelmOptions.DEFAULT));

    assertThat(resolver.resolve(definition, _ -> tree).clusters().values())
        .hasOnlyElementsOfType(Inputs.Resolved.class);
    ApplicationClosures closures = resolver.resolve(definition, _ -> larger);

    assertThat(closures.clusters().get(EU.name()))
        .isInstanceOfSatisfying(
            Inputs.Refused.class,
            refused -> {
              assertThat(refused.failure().code()).isEqualTo(SourceFailure.TOO_LARGE);
              assertThat(refused.failure().message())
                  .contains("larger than 33554432 bytes (33554433 together)", "split");
            });
    assertThat(closures.footprints())
        .satisfiesExactly(
            footprint -> assertThat(footprint.covers("a/new.yaml")).isTrue(),
            footprint -> assertThat(footprint.covers("b/new.yaml")).isTrue());
  }

  private static List<String> paths(ApplicationClosures closures, ClusterTarget cluster) {
    return ((Inputs.Resolved) closures.clusters().get(cluster.name()))
        .sources().stream()
            .flatMap(source -> source.closure().entries().stream())
            .map(ClosureEntry::path)
            .toList();
  }

  private static ClusterTarget cluster(String name, String env) {
    return new ClusterTarget(new ClusterName(name), Map.of("env", env));
  }

  private static Definition definition(SourceSpec... sources) {
    return new Definition(
        new ApplicationName("web"),
        List.of(sources),
        List.of(EU, US, TEST),
        new ApplicationSpec("web", Policy.DEFAULT),
        false);
  }

  private static SourceSpec source(String path, HelmOptions helm) {
    return new SourceSpec(
        new RepositoryId("localhost/o/r"),
        "file:///o/r",
        Optional.empty(),
        Optional.empty(),
        GitRef.branch("main"),
        path,
        Optional.empty(),
        Optional.empty(),
        new RenderOptions(PlainOptions.DEFAULT, helm, Customization.NONE));
  }
}
