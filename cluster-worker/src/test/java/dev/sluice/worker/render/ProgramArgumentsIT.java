package dev.sluice.worker.render;

import static dev.sluice.worker.render.Inputs.link;
import static dev.sluice.worker.render.Inputs.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.Customization;
import dev.sluice.contract.fleet.HelmOptions;
import dev.sluice.contract.fleet.PlainOptions;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.worker.sandbox.IsolationMode;
import dev.sluice.worker.sandbox.RenderException;
import dev.sluice.worker.sandbox.RenderLimits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The arguments that a worker, which trusts no dispatcher, passes to kustomize and helm. The
 * programs here print their arguments.
 */
@Tag("locale")
@EnabledOnOs(OS.LINUX)
class ProgramArgumentsIT {

  private static final String PRINTS =
      """
      #!/bin/sh
      case $1 in version) echo v3.19.0; exit;; esac
      for word; do echo "# <$word>"; done
      echo '{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}'
      """;

  private static final InputFile CHART =
      text("chart/Chart.yaml", "{apiVersion: v2, name: web, version: 1.0.0}");

  @TempDir Path temporary;
  private Renderers renderers;

  @BeforeEach
  void install() throws Exception {
    Path programs = Files.createDirectory(temporary.resolve("programs"));
    for (String name : List.of("kustomize", "helm")) {
      Path program = Files.writeString(programs.resolve(name), PRINTS);
      Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    Path scratch = Files.createDirectory(temporary.resolve("scratch"));
    renderers =
        Renderers.onThisMachine(
            programs.toString(),
            new RenderConfig(Optional.of(scratch), RenderLimits.DEFAULT).with(IsolationMode.NONE));
  }

  @AfterEach
  void close() {
    renderers.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "helmCharts: [{name: web, releaseName: --post-renderer=/bin/sh, nameTemplate: web}]",
        "HELMCHARTS: [{Name: web, RELEASENAME: --post-renderer=/bin/sh}]",
        "helmCharts: [{name: web, releaseName: \"\\x2d-post-renderer=/bin/sh\"}]",
        "helmCharts: [{name: web, namespace: '-x'}]",
        "helmCharts: [{name: web, version: '--x'}]",
        "helmCharts: [{name: web, repo: '--x'}]",
        "helmCharts: [{name: '--x'}]",
        "helmCharts: [{name: web, nameTemplate: '{{ getHostByName \"a\" }}'}]",
        "helmCharts: [{name: web, valuesFile: '-x'}]",
        "helmCharts: [{name: web, additionalValuesFiles: ['a,/proc/self/environ']}]",
        "helmCharts: [{name: web, apiVersions: ['a,b']}]",
        "helmCharts: [{name: web, kubeVersion: '-x'}]",
        "{helmGlobals: {configHome: here}, helmCharts: [{name: web}]}",
        "{helmCharts: [{name: web}], helmcharts: [{name: web, releaseName: web}]}",
        "{helmCharts: [{name: web}], helmChartInflationGenerator: [{releaseName: '-x'}]}",
        "{helmCharts: [{name: web}], \"helmChartInflation\\x47enerator\": [{releaseName: '-x'}]}",
      })
  void noFieldOfAChartBecomesAnOption(String kustomization) {
    Failure failure = failure(text("app/kustomization.yaml", kustomization));

    assertThat(failure.code()).isEqualTo(SourceFailure.INVALID_ARGUMENT);
    assertThat(failure.message()).contains("'app/kustomization.yaml': helm");
  }

  /** One chart that may be rendered enables helm for all. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "helmCharts: [{name: web, releaseName: !!binary LS14}]",
        "{x: &evil {releaseName: '-x'}, helmCharts: [{<<: *evil, name: web}]}",
        "a: b\u0085helmCharts: [{name: web, releaseName: '-x'}]",
        "generators: ['{apiVersion: builtin, kind: HelmChartInflationGenerator, name: web}']",
        "generators: ['{apiVersion: builtin, kind: \"HelmChartInflation\\x47enerator\"}']",
        "\"gener\\x61tors\": [generator.yaml]",
        "generators: [made]",
        "transformers: [generator.yaml]",
        "helmCharts: [{name: web, releaseName: '-x'}]",
      })
  void noOtherKustomizationHidesAChart(String hidden) {
    for (List<InputFile> place :
        List.of(
            List.of(text("base/kustomization.yaml", hidden)),
            List.of(
                link("base/Kustomization", "one"),
                link("base/one", "two.yaml"),
                text("base/two.yaml", hidden)),
            List.of(text("app/charts/web/templates/kustomization.yml", hidden)))) {
      List<InputFile> files = new ArrayList<>(place);
      files.add(
          text("app/kustomization.yaml", "resources: [../base]", "helmCharts: [{name: web}]"));
      for (String directory : List.of("base", "app/charts/web/templates")) {
        files.add(
            text(
                directory + "/generator.yaml",
                "apiVersion: builtin",
                "kind: \"HelmChartInflation\\x47enerator\"",
                "releaseName: '-x'"));
        files.add(text(directory + "/made/kustomization.yaml", "resources: [../generator.yaml]"));
      }

      assertThat(failure(files.toArray(InputFile[]::new)).code())
          .as(place.getFirst().path())
          .isIn(SourceFailure.INVALID_ARGUMENT, SourceFailure.UNSUPPORTED);
    }
  }

  @Test
  void aDirectoryIsNoOptionAndNoUrl() throws Exception {
    InputFile[] files = {
      text("--output=x/kustomization.yaml", "resources: [map.yaml]"),
      text("github.com/a/b/kustomization.yaml", "resources: [map.yaml]"),
    };

    assertThat(failure(Inputs.of(SourceType.KUSTOMIZE, "--output=x", files)).code())
        .isEqualTo(SourceFailure.INVALID_ARGUMENT);
    assertThat(rendered(Inputs.of(SourceType.KUSTOMIZE, "github.com/a/b", files)))
        .contains("# <./github.com/a/b>");
    assertThat(failure(Inputs.of(SourceType.HELM, "-chart", text("-chart/Chart.yaml", "a"))).code())
        .isEqualTo(SourceFailure.INVALID_ARGUMENT);
  }

  @Test
  void helmGetsPathsThatItReadsAsOne() throws Exception {
    String rendered = rendered(helm(options(Optional.empty(), Map.of(), "values.yaml")));

    assertThat(Arrays.stream(rendered.split("\n")).filter(line -> line.startsWith("# <")))
        .filteredOn(line -> line.contains("values") || line.contains("chart"))
        .hasSize(3)
        .allSatisfy(line -> assertThat(line).matches("# <(--values|(\\./|\\.\\./|/)[^,\"]*)>"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-x", "--post-renderer=/bin/sh", "a\nb", "a\0", "a,b", "{a}", "", "A"})
  void noReleaseNameBecomesAnOption(String name) {
    assertThat(failure(helm(options(Optional.of(name), Map.of()))).code())
        .isEqualTo(SourceFailure.INVALID_RELEASE_NAME);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-x", "--x", "a,b", "a=b", "{a}", "a\nb", "a\0", "a b"})
  void noKeyOfASetOverridesAnother(String key) {
    assertThat(failure(helm(options(Optional.empty(), Map.of(key, "x")))).code())
        .isEqualTo(SourceFailure.INVALID_SET);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-x", "--set=a", "a,/etc/passwd", "a\nb", "{a}", "a\"b"})
  void noValuesFileBecomesAnOption(String file) {
    assertThat(failure(helm(options(Optional.empty(), Map.of(), file))).code())
        .isEqualTo(SourceFailure.INVALID_ARGUMENT);
  }

  @Test
  void noTextOfASetIsAnArgument() throws Exception {
    String rendered =
        rendered(
            helm(
                options(
                    Optional.empty(),
                    Map.of(
                        "password", "pass-word", "list", "{pass-word,5}", "n", "5", "b", "true"))));

    assertThat(rendered)
        .doesNotContain("pass-word")
        .contains("# <n=5>", "# <b=true>", "# <list={,5}>", "# <password=/", "# <list[0]=/");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{a}b}", "{a\\}"})
  void aListThatEndsEarlyIsRefused(String list) {
    assertThat(failure(helm(options(Optional.empty(), Map.of("a", list)))).code())
        .isEqualTo(SourceFailure.INVALID_SET);
  }

  @Test
  void aSetWithinAnotherIsRefused() {
    assertThat(failure(helm(options(Optional.empty(), Map.of("a", "x", "a.b", "y")))).message())
        .contains("the key 'a' and the key 'a.b' within it");
  }

  @Test
  void noNamespaceAndNoVersionBecomesAnOption() {
    RenderRequest request = helm(HelmOptions.DEFAULT);
    RenderRequest namespace =
        new RenderRequest(
            request.source(), Map.of(), request.application(), "--x", request.cluster());
    RenderRequest version =
        new RenderRequest(
            request.source(),
            Map.of(),
            request.application(),
            "shop",
            () -> new dev.sluice.worker.api.ClusterFacts("--x", new java.util.TreeSet<>()));

    assertThat(failure(namespace).message()).contains("the namespace that a chart is rendered for");
    assertThat(failure(version).message()).contains("the Kubernetes version that a chart is");
  }

  @Test
  void noDependencyBecomesAnOption() {
    assertThat(
            failure(
                    Inputs.of(
                        SourceType.HELM,
                        "chart",
                        text(
                            "chart/Chart.yaml",
                            "{apiVersion: v2, name: --x, version: --x, dependencies:"
                                + " [{name: --x, version: --x, repository: 'file://../db'}]}"),
                        text("db/Chart.yaml", "{apiVersion: v2, name: --x, version: 1.0.0}")))
                .code())
        .isEqualTo(SourceFailure.INVALID_ARGUMENT);
  }

  private static HelmOptions options(
      Optional<String> release, Map<String, String> set, String... valuesFiles) {
    return new HelmOptions(release, List.of(valuesFiles), Optional.empty(), set, true);
  }

  private static RenderRequest helm(HelmOptions options) {
    return Inputs.of(
        SourceType.HELM,
        "chart",
        new RenderOptions(PlainOptions.DEFAULT, options, Customization.NONE),
        CHART,
        text("chart/values.yaml", "{}"));
  }

  private String rendered(RenderRequest request) throws Exception {
    return renderers.render(request).parts().getFirst().text();
  }

  private Failure failure(InputFile... files) {
    List<InputFile> all = new ArrayList<>(List.of(files));
    all.add(text("app/charts/web/Chart.yaml", "{apiVersion: v2, name: web, version: 1.0.0}"));
    all.add(text("app/charts/web/values.yaml", "{}"));
    return failure(Inputs.of(SourceType.KUSTOMIZE, "app", all.toArray(InputFile[]::new)));
  }

  private Failure failure(RenderRequest request) {
    RenderException failure =
        catchThrowableOfType(RenderException.class, () -> renderers.render(request));
    assertThat(failure).as("refused").isNotNull();
    return failure.failure();
  }
}
