package dev.sluice.inputs.closure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.PlainOptions;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.inputs.walk.Remotes;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No text from a repository becomes an option of kustomize or helm. */
class ProgramArgumentsTest {

  private static final String CHART = "{apiVersion: v2, name: web, version: 1.0.0}";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "helmCharts: [{name: web, releaseName: --post-renderer=/bin/sh, nameTemplate: web}]",
        "HELMCHARTS: [{Name: web, RELEASENAME: --post-renderer=/bin/sh}]",
        "helmCharts: [{name: web, namespace: -x}]",
        "helmCharts: [{name: web, version: --ca-file}]",
        "helmCharts: [{name: web, repo: --ca-file}]",
        "helmCharts: [{name: --untardir}]",
        "helmCharts: [{name: web, nameTemplate: '{{ env \"KAFKA_PASSWORD\" }}'}]",
        "helmCharts: [{name: web, valuesFile: -x}]",
        "helmCharts: [{name: web, additionalValuesFiles: ['a,/proc/self/environ']}]",
        "helmCharts: [{name: web, apiVersions: ['-x']}]",
        "helmCharts: [{name: web, kubeVersion: -x}]",
        "helmCharts: [{name: web, valuesMerge: --x}]",
        "helmCharts: [{name: web, extraArgs: [--post-renderer=/bin/sh]}]",
        "{helmGlobals: {chartHome: --x}, helmCharts: [{name: web}]}",
        "{x: &evil {name: web, releaseName: --x}, helmCharts: [*evil]}",
        "{x: &evil {releaseName: --x}, helmCharts: [{<<: *evil, name: web}]}",
        "{helmCharts: [{name: web}], helmcharts: [{name: web, releaseName: web}]}",
        "helmCharts: [{name: web, releaseName: \"\\u002d-x\"}]",
        "helmCharts: [{name: web, releaseName: \"web\\n--x\"}]",
      })
  void refusesFieldsOfAKustomization(String kustomization) {
    MemoryTree tree =
        MemoryTree.empty()
            .file("app/kustomization.yaml", kustomization)
            .file("app/charts/web/Chart.yaml", CHART)
            .file("app/charts/web/values.yaml", "{}")
            .file("app/a,/proc/self/environ", "a: b");

    Failure failure = refused(tree, "app", List.of());

    assertThat(failure.code()).isEqualTo(SourceFailure.INVALID_ARGUMENT);
    assertThat(failure.message()).startsWith("'app/kustomization.yaml': helm").doesNotContain("=/");
  }

  @Test
  void refusesFieldsOfABaseAComponentAndAJsonFile() {
    MemoryTree tree =
        MemoryTree.empty()
            .file("app/kustomization.yaml", "{resources: [../base]}")
            .file("base/Kustomization", "{\"components\": [\"../component\"]}")
            .file(
                "component/kustomization.yml",
                "{\"kind\": \"Component\", \"helmCharts\":"
                    + " [{\"name\": \"web\", \"releaseName\": \"--x\"}]}");

    assertThat(refused(tree, "app", List.of()).message())
        .startsWith("'component/kustomization.yml': helmCharts[0].releaseName must be ");
  }

  @Test
  void refusesADirectoryWhoseNameSplitsAnArgument() {
    MemoryTree tree =
        MemoryTree.empty()
            .file("a,/etc/kustomization.yaml", "helmCharts: [{name: web}]")
            .file("a,/etc/charts/web/Chart.yaml", CHART);

    assertThat(refused(tree, "a,/etc", List.of()).message())
        .contains("the directory of a kustomization with charts must be a path without");
  }

  @Test
  void refusesAnApplicationsPathThatIsAnOption() {
    MemoryTree tree =
        MemoryTree.empty()
            .file("--enable-alpha-plugins/kustomization.yaml", "resources: [map.yaml]")
            .file("--enable-alpha-plugins/map.yaml", "a: b")
            .file("-chart/Chart.yaml", CHART);

    assertThat(refused(tree, "--enable-alpha-plugins", List.of()).code())
        .isEqualTo(SourceFailure.INVALID_ARGUMENT);
    assertThat(refused(tree, "-chart", List.of()).code()).isEqualTo(SourceFailure.INVALID_ARGUMENT);
  }

  @Test
  void refusesADependencyWhoseNameIsAnOption() {
    MemoryTree tree =
        MemoryTree.empty()
            .file(
                "app/Chart.yaml",
                "dependencies: [{name: --x, version: 1.0.0, repository: 'file://../x'}]")
            .file("x/Chart.yaml", CHART);

    assertThat(refused(tree, "app", List.of()).message())
        .startsWith("the name of a dependency of the chart 'app' must be ");
  }

  private static Failure refused(MemoryTree tree, String path, List<String> valuesFiles) {
    SourceQuery query =
        new SourceQuery(
            new RemotePolicy.Base(
                new RepositoryId("forge.example/team/shop"),
                "https://forge.example/team/shop",
                Optional.empty(),
                Optional.empty(),
                Optional.empty()),
            GitRef.branch("main"),
            path,
            Optional.<SourceType>empty(),
            PlainOptions.DEFAULT,
            valuesFiles,
            List.of(),
            RemotePolicy.NONE,
            false);
    ClosureResult result = new ClosureResolver(Remotes.NONE).resolve(tree, query);
    assertThat(result).isInstanceOf(ClosureResult.Refused.class);
    return ((ClosureResult.Refused) result).failure();
  }
}
