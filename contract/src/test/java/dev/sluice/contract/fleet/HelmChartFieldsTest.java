package dev.sluice.contract.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sluice.contract.name.ProgramArgument;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** No value of a repository becomes an option of helm, or several values. */
class HelmChartFieldsTest {

  private static final List<String> HOSTILE =
      List.of(
          "-x",
          "--post-renderer=/bin/sh",
          "a\n--post-renderer=/bin/sh",
          "a\0b",
          "a,/etc/passwd",
          "{a}",
          "a\"b",
          "a\u0085b",
          "{{ env \"KAFKA_PASSWORD\" }}");

  /** The text fields of kustomize 5.8. */
  private static final Map<String, String> TEXTS =
      Map.of(
          "name", "web",
          "version", "1.2.3",
          "repo", "https://charts.example",
          "releaseName", "web",
          "namespace", "shop",
          "nameTemplate", "web",
          "valuesFile", "values/web.yaml",
          "kubeVersion", "v1.32.0");

  private static final Map<String, Object> OTHERS =
      Map.of(
          "additionalValuesFiles",
          List.of("a.yaml", "../b/c.yaml"),
          "apiVersions",
          List.of("v1", "apps/v1", "monitoring.coreos.com/v1/PodMonitor"),
          "valuesInline",
          Map.of("--x", "--y"),
          "valuesMerge",
          "override",
          "includeCRDs",
          true,
          "skipHooks",
          "true",
          "skipTests",
          false,
          "debug",
          true,
          "devel",
          true);

  @Test
  void everyFieldHasARule() {
    Map<String, Object> all = new HashMap<>(TEXTS);
    all.putAll(OTHERS);

    assertThat(HelmChartFields.names()).isEqualTo(all.keySet());
    assertThat(problem(all)).isEmpty();
  }

  static Stream<Arguments> hostileTexts() {
    return TEXTS.keySet().stream()
        .flatMap(field -> HOSTILE.stream().map(value -> arguments(field, value)));
  }

  @ParameterizedTest
  @MethodSource("hostileTexts")
  void aTextThatIsAnOptionOrSeveralValuesIsRefused(String field, String value) {
    assertThat(problem(Map.of(field, value)))
        .startsWith("helmCharts[0].%s must be ".formatted(field))
        .doesNotContain(value);
    assertThat(problem(Map.of(field.toUpperCase(java.util.Locale.ROOT), value)))
        .startsWith("helmCharts[0].%s must be ".formatted(field));
  }

  static Stream<Arguments> hostileLists() {
    return Stream.of("additionalValuesFiles", "apiVersions")
        .flatMap(field -> HOSTILE.stream().map(value -> arguments(field, value)));
  }

  @ParameterizedTest
  @MethodSource("hostileLists")
  void aTextInAListThatIsAnOptionOrSeveralValuesIsRefused(String field, String value) {
    assertThat(problem(Map.of(field, List.of("v1", value))))
        .startsWith("helmCharts[0].%s must be ".formatted(field));
    assertThat(problem(Map.of(field, value)))
        .isEqualTo("helmCharts[0].%s must be a list".formatted(field));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "valuesMerge",
        "includeCRDs",
        "skipHooks",
        "skipTests",
        "debug",
        "devel",
        "valuesInline"
      })
  void fieldsOfOtherTypesRefuseText(String field) {
    for (String value : HOSTILE) {
      assertThat(problem(Map.of(field, value)))
          .startsWith("helmCharts[0].%s must be ".formatted(field));
    }
  }

  @Test
  void aFieldWithoutARuleIsRefused() {
    assertThat(problem(Map.of("extraArgs", List.of("--post-renderer=/bin/sh"))))
        .contains("has a field that is none of [additionalValuesFiles, ");
  }

  @Test
  void aFieldGivenTwiceInDifferentCaseIsRefused() {
    // Go folds the case of every letter, including U+017F
    assertThat(problem(Map.of("releaseName", "web", "relea\u017FeName", "web")))
        .isEqualTo("helmCharts[0].releaseName must be given once");
    assertThat(
            HelmChartFields.problem(
                Map.of("helmCharts", List.of(), "HelmChart\u017F", List.of(Map.of()))))
        .contains("helmCharts and helmGlobals must be given once");
  }

  @Test
  void numbersAreNotText() {
    assertThat(problem(Map.of("version", 1.2)))
        .isEqualTo("helmCharts[0].version must be text: write it in quotes");
  }

  @Test
  void globalsAreChecked() {
    for (String value : HOSTILE) {
      assertThat(globals(Map.of("chartHome", value))).startsWith("helmGlobals.chartHome must be ");
    }
    assertThat(globals(Map.of("chartHome", "../charts"))).isEmpty();
    assertThat(globals(Map.of("configHome", "x")))
        .startsWith("helmGlobals.configHome is not supported");
    assertThat(globals(Map.of("plugins", "x"))).contains("a field that is none of");
  }

  @Test
  void theFormOfKustomize3IsRefused() {
    assertThat(
            HelmChartFields.problem(
                Map.of("HelmChartInflationGenerator", List.of(Map.of("releaseName", "-x")))))
        .isPresent();
  }

  @ParameterizedTest
  @EnumSource
  void noArgumentIsAnOption(ProgramArgument argument) {
    Set<String> hostile = Set.of("-", "-x", "--x=y", "a\nb", "a\0", "a,b", "a{b", "a\"b", "a\rb");

    assertThat(hostile).noneMatch(argument::accepts);
  }

  private static String problem(Map<String, ?> chart) {
    return HelmChartFields.problem(Map.of("helmCharts", List.of(chart))).orElse("");
  }

  private static String globals(Map<String, ?> fields) {
    return HelmChartFields.problem(Map.of("helmGlobals", fields)).orElse("");
  }
}
