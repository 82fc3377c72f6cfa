package dev.sluice.contract.kustomize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.sluice.contract.kustomize.Reference.Role;
import dev.sluice.contract.yaml.YamlException;
import dev.sluice.contract.yaml.YamlFields;
import dev.sluice.contract.yaml.YamlText;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KustomizationTest {

  @Test
  void readsTheReferencesOfEveryField() {
    Kustomization kustomization =
        read(
            """
            Resources: [a.yaml, ../base, 'https://github.com/a/b?ref=v1']
            bases: [old]
            components: [component]
            patches: [{path: p.yaml, target: {name: /x}}, {patch: "path: /y"}]
            patchesStrategicMerge: [s.yaml, "kind: D\\nspec: {path: /z}", '{kind: D}', 'a{b.yaml']
            patchesJson6902: [{path: j.json, target: {path: /x}}]
            replacements: [{path: r.yaml}, {source: {path: /x}, targets: [{path: /x}]}]
            openapi: {path: schema.json, version: v1}
            configMapGenerator: [{name: /x, files: [f, k=g], envs: [e], env: e2, literals: ['path=/x']}]
            secretGenerator: [{files: [s=h], envs: [e3], options: {labels: {path: /x}}}]
            configurations: [c.yaml]
            crds: [crd.json]
            generators: [g.yaml, '{apiVersion: builtin, path: /x}']
            transformers: ["kind: T\\npath: /x"]
            validators: [v]
            helmCharts: [{name: c, valuesFile: v.yaml, additionalValuesFiles: [w.yaml],
              valuesInline: {path: /x, files: [/y], resources: [/z]}}]
            commonAnnotations: {path: /x, resources: /y}
            images: [{name: /x}]
            vars: [{name: X, objref: {path: /x}}]
            """);

    assertThat(kustomization.references())
        .extracting(reference -> reference.role() + " " + reference.text())
        .containsExactly(
            "RESOURCE a.yaml",
            "RESOURCE ../base",
            "RESOURCE https://github.com/a/b?ref=v1",
            "RESOURCE old",
            "COMPONENT component",
            "FILE p.yaml",
            "FILE s.yaml",
            "FILE a{b.yaml",
            "FILE j.json",
            "FILE r.yaml",
            "FILE schema.json",
            "FILE f",
            "FILE g",
            "FILE e",
            "FILE e2",
            "FILE h",
            "FILE e3",
            "FILE c.yaml",
            "FILE crd.json",
            "PLUGIN g.yaml",
            "INLINE_PLUGIN {apiVersion: builtin, path: /x}",
            "INLINE_PLUGIN kind: T\npath: /x",
            "PLUGIN v",
            "FILE v.yaml",
            "FILE w.yaml");
  }

  @Test
  void findsTheReferenceAtAPlace() {
    assertThat(Kustomization.reference(List.of("ConfigMapGenerator", "files"), "k=https://a/b"))
        .contains(new Reference("configMapGenerator", Role.FILE, "https://a/b"));
    assertThat(Kustomization.reference(List.of("commonAnnotations", "path"), "/x")).isEmpty();
    assertThat(Kustomization.reference(List.of("helmCharts", "valuesInline", "path"), "x"))
        .isEmpty();
    assertThat(Kustomization.reference(List.of("resources", "path"), "x")).isEmpty();
  }

  @Test
  void readsTheReferencesOfBuiltInPlugins() {
    assertThat(ofPlugin("kind: ConfigMapGenerator, files: [a, k=b], envs: [c], env: d, path: /x"))
        .containsExactly("a", "b", "c", "d");
    assertThat(ofPlugin("kind: SecretGenerator, files: [a], literals: [files=/x]"))
        .containsExactly("a");
    assertThat(ofPlugin("kind: PatchTransformer, path: a, patch: 'path: /x', target: {path: /x}"))
        .containsExactly("a");
    assertThat(ofPlugin("kind: PatchJson6902Transformer, path: a, jsonOp: 'path: /x'"))
        .containsExactly("a");
    assertThat(ofPlugin("kind: PatchStrategicMergeTransformer, paths: [a, '{kind: D, path: /x}']"))
        .containsExactly("a");
    assertThat(
            ofPlugin(
                "kind: ReplacementTransformer, replacements: [{path: a}, {source: {path: x}}]"))
        .containsExactly("a");
    assertThat(ofPlugin("kind: ValueAddTransformer, value: /x, targetFilePath: a"))
        .containsExactly("a");
    assertThat(ofPlugin("kind: PrefixTransformer, prefix: a, path: /x, fieldSpecs: [{path: /x}]"))
        .isEmpty();
  }

  @Test
  void theFieldsOfOtherPluginsAreContent() {
    PluginConfiguration plugin = plugin("{apiVersion: team/v1, kind: PatchTransformer, path: /x}");

    assertThat(plugin.isBuiltIn()).isFalse();
    assertThat(plugin.references("generators")).isEmpty();
    assertThat(plugin.name()).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "resources: a.yaml",
        "resources: [{a: b}]",
        "patches: [a.yaml]",
        "openapi: [a]",
        "configMapGenerator: [{env: [a]}]",
        "helmCharts: [{valuesFile: {a: b}}]"
      })
  void refusesValuesOfOtherTypes(String text) {
    Kustomization kustomization = read(text);

    assertThatThrownBy(kustomization::references)
        .isInstanceOf(YamlException.class)
        .hasMessageContaining("in 'k'");
  }

  /** A patch that is costly to read, in many places by aliases. */
  @Test
  void readsAPatchOnceInHoweverManyPlacesItIs() {
    String keys =
        IntStream.range(0, 1_000).mapToObj("k%d: 1"::formatted).collect(Collectors.joining(", "));
    String patch = "{a: &a {%s}, b: {<<: [%s]}}".formatted(keys, "*a,".repeat(400));
    Kustomization kustomization =
        read(
            "patchesStrategicMerge:\n- &p '%s'\n%s- q.yaml\n"
                .formatted(patch, "- *p\n".repeat(1_500)));

    assertTimeoutPreemptively(
        Duration.ofSeconds(5),
        () ->
            assertThat(kustomization.references())
                .extracting(Reference::text)
                .containsExactly("q.yaml"));
  }

  @Test
  void chartsAreWhereKustomizeLooksForThem() {
    Kustomization kustomization =
        read(
            "{helmGlobals: {chartHome: home}, helmCharts: [{name: a}, {name: b, version: '1'},"
                + " {name: c, version: '1', repo: 'https://x'}]}");

    assertThat(kustomization.charts())
        .extracting(Kustomization.Chart::place)
        .containsExactly("home/a", "home/b", "home/c-1/c");
    assertThat(read("helmCharts: [{name: a}]").charts())
        .extracting(Kustomization.Chart::place)
        .containsExactly("charts/a");
  }

  private static List<String> ofPlugin(String fields) {
    return plugin("{apiVersion: builtin, " + fields + "}").references("generators").stream()
        .map(Reference::text)
        .toList();
  }

  private static PluginConfiguration plugin(String text) {
    return PluginConfiguration.of(YamlFields.of(YamlText.documents(text, "k").getFirst(), "k"));
  }

  private static Kustomization read(String text) {
    return new Kustomization(YamlFields.of(YamlText.documents(text, "k").getFirst(), "k"));
  }
}
