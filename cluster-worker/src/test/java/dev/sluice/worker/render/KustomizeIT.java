package dev.sluice.worker.render;

import static dev.sluice.worker.render.Inputs.kustomization;
import static dev.sluice.worker.render.Inputs.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.Customization;
import dev.sluice.contract.fleet.HelmOptions;
import dev.sluice.contract.fleet.PlainOptions;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.platform.process.NeededProgram;
import dev.sluice.worker.manifest.YamlDocument;
import dev.sluice.worker.sandbox.InstalledProgram;
import dev.sluice.worker.sandbox.IsolationMode;
import dev.sluice.worker.sandbox.RenderException;
import dev.sluice.worker.sandbox.RenderLimits;
import dev.sluice.worker.sandbox.Scratch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hostile kustomizations, built by the machine's own kustomize or kubectl. */
@Tag("locale")
class KustomizeIT {

  private static final String SECRET = "the-machines-own-secret";

  @TempDir Path temporary;
  private Renderers renderers;

  @BeforeEach
  void find() throws Exception {
    renderers =
        Renderers.onThisMachine(
            new RenderConfig(Optional.of(temporary), RenderLimits.DEFAULT)
                .with(IsolationMode.NONE));
    NeededProgram.check("kustomize", "kubectl");
    Files.writeString(temporary.resolve("secret"), SECRET);
    Files.createDirectory(temporary.resolve("sibling"));
    Files.writeString(
        temporary.resolve("sibling/Chart.yaml"), "{apiVersion: v2, name: x, version: 1.0.0}");
    Files.writeString(
        temporary.resolve("kustomization.yaml"),
        "configMapGenerator: [{name: x, files: [secret]}]");
  }

  @AfterEach
  void close() {
    renderers.close();
  }

  @Test
  void buildsBasesBesideTheApplication() throws Exception {
    RenderResult result =
        renderers.render(
            kustomization(
                text("app/kustomization.yaml", "resources: [../base]"),
                text("base/kustomization.yaml", "resources: [a.yaml]"),
                text("base/a.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}")));

    assertThat(result.parts().getFirst().text()).contains("kind: ConfigMap");
    assertThat(result.renderer()).matches("(kubectl )?kustomize v\\d+\\..*");
  }

  @Test
  void buildsOnFilesOfOtherRepositoriesInTheTarget() throws Exception {
    String place = ".sluice/bases/git.example+acme+bases@v1/";
    String map = "{apiVersion: v1, kind: ConfigMap, metadata: {name: %s}}";
    RenderResult result =
        renderers.render(
            kustomization(
                text(
                    "app/kustomization.yaml",
                    "namePrefix: my-",
                    "resources:",
                    "- https://git.example/acme/bases//web?ref=v1",
                    "- https://git.example/acme/bases/raw/v1/single.yaml",
                    "components: ['git@git.example:acme/bases//part?ref=v1']"),
                text(place + "single.yaml", map.formatted("single")),
                text(place + "web/kustomization.yaml", "resources: [../common]"),
                text(place + "common/kustomization.yaml", "resources: [a.yaml]"),
                text(place + "common/a.yaml", map.formatted("common")),
                text(
                    place + "part/kustomization.yaml",
                    "apiVersion: kustomize.config.k8s.io/v1alpha1",
                    "kind: Component",
                    "commonAnnotations: {part: yes-it-is}")));

    assertThat(result.parts().getFirst().text())
        .contains("name: my-common", "name: my-single", "part: yes-it-is");
  }

  @Test
  void contentMayHoldPathsAndTheWordsOfKustomizations() throws Exception {
    RenderResult result =
        renderers.render(
            kustomization(
                text(
                    "app/kustomization.yaml",
                    "resources:\t",
                    "- d.yaml\t# deployment",
                    "configMapGenerator: [{name: scripts, files: [s.py, t.sh]}]",
                    "patchesStrategicMerge:",
                    "- |-",
                    "  apiVersion: apps/v1",
                    "  kind: Deployment",
                    "  metadata: {name: d}",
                    "  spec:",
                    "    template:",
                    "      spec:",
                    "        containers: [{name: c, readinessProbe: {httpGet: {path: /ready}}}]",
                    "        volumes: [{name: v, hostPath: {path: /var/log}}]"),
                text("app/s.py", "import builtins", "def f(x): return {'a': [builtins.len(x)"),
                text("app/t.sh", "builtin cd / || exit 1", "echo 'a: b: c'"),
                text(
                    "app/d.yaml",
                    "# the builtin probe",
                    "apiVersion: apps/v1",
                    "kind: Deployment",
                    "metadata: {name: d}",
                    "spec:",
                    "  template:",
                    "    spec:",
                    "      containers:",
                    "      - {name: c, livenessProbe: {httpGet: {path: /healthz, port: 80}}}")));

    assertThat(result.parts().getFirst().text())
        .contains("path: /healthz", "path: /ready", "path: /var/log", "import builtins");
  }

  @Test
  void aBuildIgnoresTheSchemasOfOtherBuilds() throws Exception {
    // merged by name if the schema says so, else the whole list is replaced
    String thing =
        "{apiVersion: example.com/v1, kind: Thing, metadata: {name: a}, spec: {parts: [%s]}}";
    InputFile base = text("app/thing.yaml", thing.formatted("{name: one, size: 1}"));
    InputFile patch = text("app/patch.yaml", thing.formatted("{name: two, size: 2}"));
    RenderRequest plain =
        kustomization(
            text(
                "app/kustomization.yaml",
                "resources: [thing.yaml]",
                "patches: [{path: patch.yaml}]"),
            base,
            patch);
    RenderRequest schema =
        kustomization(
            text(
                "app/kustomization.yaml",
                "resources: [thing.yaml]",
                "patches: [{path: patch.yaml}]",
                "openapi: {path: schema.json}"),
            text(
                "app/schema.json",
                """
                {"definitions": {"v1.Thing": {
                  "properties": {"spec": {"properties": {"parts": {
                    "type": "array", "items": {"type": "object"},
                    "x-kubernetes-patch-merge-key": "name", "x-kubernetes-patch-strategy": "merge"}}}},
                  "x-kubernetes-group-version-kind": [
                    {"group": "example.com", "version": "v1", "kind": "Thing"}]}}}
                """),
            base,
            patch);

    String before = renderers.render(plain).parts().getFirst().text();
    String poisonous = renderers.render(schema).parts().getFirst().text();
    renderers = renderers.withEmptyCache();
    String after = renderers.render(plain).parts().getFirst().text();

    assertThat(poisonous).as("the schema counts").contains("name: one", "name: two");
    assertThat(before).contains("name: two").doesNotContain("name: one");
    assertThat(after).isEqualTo(before);
  }

  @Test
  void keepsTheCharactersOfFilesAndResources() throws Exception {
    String separated = "{\"t\": \"one\u2028two \u2029 \uFEFF \u00a0\"}\n";

    RenderResult result =
        renderers.render(
            kustomization(
                text(
                    "app/kustomization.yaml",
                    "resources: [a.yaml]",
                    "configMapGenerator: [{name: g, files: [a.json, b.txt]}]"),
                text(
                    "app/a.yaml",
                    "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {v: \"a \\u2028"
                        + " b\\uFEFF\"}}"),
                new InputFile.Text("app/a.json", false, separated),
                new InputFile.Text(
                    "app/b.txt", false, "\uFEFFhello\r\n\u2028\n  C:\\Lib\\Path\n")));

    assertThat(values(result))
        .containsExactlyInAnyOrder(
            "a \u2028 b\uFEFF", separated, "\uFEFFhello\r\n\u2028\n  C:\\Lib\\Path\n");
  }

  @Test
  void keepsTheCharactersOfCustomizedObjects() throws Exception {
    RenderResult result =
        renderers.render(
            customized(
                "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {v: \"a \\u2028 b"
                    + " \\uFEFF\"}}"));

    assertThat(values(result)).containsExactly("a \u2028 b \uFEFF");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\\u0085", "\\N", "\\x85", "\\u007F", "\\U00000090", "\\uFFFE", "\\uffff"})
  void refusesCharactersThatKustomizeDoesNotKeep(String escape) {
    String object =
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {v: \"%s\"}}"
            .formatted(escape);

    assertThat(
            refused(
                kustomization(
                    text("app/kustomization.yaml", "resources: [a.yaml]"),
                    text("app/a.yaml", object))))
        .startsWith("app/a.yaml has a character that kustomize changes");
    assertThat(refused(customized(object)))
        .startsWith("app/a.yaml has a character that kustomize changes");
  }

  @Test
  void refusesANextLineInAFile() {
    assertThat(
            refused(
                kustomization(
                    text(
                        "app/kustomization.yaml",
                        "configMapGenerator: [{name: g, files: [n.txt]}]"),
                    text("app/n.txt", "x\u0085y"))))
        .startsWith("app/n.txt has a character that kustomize changes");
  }

  /** Generators read these files as they are, and a Secret has them in base64. */
  @Test
  void acceptsCharactersThatKustomizeKeeps() throws Exception {
    RenderResult result =
        renderers.render(
            kustomization(
                text(
                    "app/kustomization.yaml",
                    "configMapGenerator: [{name: g, files: [v=escaped.json]}]",
                    "secretGenerator: [{name: s, files: [n.txt, escaped.json]}]"),
                text("app/escaped.json", "{\"a\": \"\\u0085 \\u007f\"}"),
                text("app/n.txt", "x\u0085y\u007f\ufffe")));

    assertThat(result.parts().getFirst().text())
        .contains("{\"a\": \"\\u0085 \\u007f\"}")
        .contains("n.txt: eMKFeX/vv74K");
  }

  /** Kustomize's own message has the whole object. */
  @Test
  void refusesControlCharactersInTheFileOfAConfigMap() {
    assertThat(
            refused(
                kustomization(
                    text(
                        "app/kustomization.yaml",
                        "configMapGenerator: [{name: g, files: [v.json]}]"),
                    text("app/v.json", "a\u007fb"))))
        .startsWith("app/v.json has a character that kustomize changes");
  }

  /** Their references are relative to the kustomization that names the directory. */
  @Test
  void buildsWithConfigurationsOfADirectory() throws Exception {
    RenderResult result =
        renderers.render(
            kustomization(
                text("app/kustomization.yaml", "generators: [built]"),
                text("app/v", "from the kustomization"),
                text("app/built/kustomization.yaml", "resources: [deeper]"),
                text("app/built/deeper/kustomization.yaml", "resources: [g.yaml]"),
                text(
                    "app/built/deeper/g.yaml",
                    "{apiVersion: builtin, kind: ConfigMapGenerator, metadata: {name: g}, files:"
                        + " [v]}")));

    assertThat(values(result)).hasToString("[from the kustomization\n]");
  }

  @Test
  void refusesADirectoryOfConfigurationsThatItsBuildChanges() {
    assertThat(
            refused(
                kustomization(
                    text("app/kustomization.yaml", "generators: [built]"),
                    text("app/built/kustomization.yaml", "{resources: [g.yaml], namePrefix: x-}"),
                    text("app/built/g.yaml", "{apiVersion: builtin, kind: ConfigMapGenerator}"))))
        .contains("app/built/kustomization.yaml", "name the files");
  }

  private String refused(RenderRequest request) {
    return catchThrowableOfType(RenderException.class, () -> renderers.render(request))
        .failure()
        .message();
  }

  private static RenderRequest customized(String object) {
    Customization prefix = new Customization("x-", "", Map.of(), Map.of(), List.of(), Map.of());
    return Inputs.of(
        SourceType.PLAIN,
        "app",
        new RenderOptions(PlainOptions.DEFAULT, HelmOptions.DEFAULT, prefix),
        text("app/a.yaml", object));
  }

  /** Returns all values of the ConfigMaps. */
  private static List<String> values(RenderResult result) throws Exception {
    List<String> values = new ArrayList<>();
    for (YamlDocument document : YamlDocument.readAll(result.parts().getFirst().text(), "out")) {
      document.content().path("data").forEach(value -> values.add(value.textValue()));
    }
    return values;
  }

  @Test
  void refusesPointersOfLargeFiles() {
    InputFile pointer =
        text(
            "app/settings.txt",
            "version https://git-lfs.github.com/spec/v1",
            "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393",
            "size 12345");

    RenderException failure =
        catchThrowableOfType(
            RenderException.class,
            () ->
                renderers.render(
                    kustomization(
                        text(
                            "app/kustomization.yaml",
                            "configMapGenerator: [{name: a, files: [settings.txt]}]"),
                        pointer)));

    assertThat(failure.failure().code()).isEqualTo(SourceFailure.LARGE_FILE);
    assertThat(failure.failure().message()).startsWith("app/settings.txt is a pointer");
    assertThat(failure.remedy()).isNotEqualTo(RenderException.Remedy.TIME);
  }

  @Test
  void anAliasBombStopsAtTheMemoryLimitAndIsNotRetried() throws Exception {
    StringBuilder bomb = new StringBuilder("l0: &l0 [1, 2]\n");
    for (int i = 1; i < 9; i++) {
      bomb.append("l%d: &l%d [%s]\n".formatted(i, i, "*l%d, ".formatted(i - 1).repeat(10)));
    }
    RenderRequest bombed =
        kustomization(
            text("app/kustomization.yaml", "resources: [a.yaml]"),
            text(
                "app/a.yaml",
                "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}",
                "---",
                "apiVersion: v1",
                "kind: ConfigMap",
                "metadata: {name: b}",
                bomb.toString()));
    RenderConfig config =
        new RenderConfig(
            Optional.of(temporary), new RenderLimits(Duration.ofMinutes(1), 256L << 20, 16 << 20));

    RenderException failure;
    try (Renderers capped = Renderers.onThisMachine(config)) {
      failure = catchThrowableOfType(RenderException.class, () -> capped.render(bombed));
    }

    assertThat(failure.failure().code()).isEqualTo(RenderFailure.RENDERER_OUT_OF_MEMORY);
    assertThat(failure.remedy()).isEqualTo(RenderException.Remedy.INPUT);
  }

  @Test
  void rendersChartsThatLieInTheRepository() throws Exception {
    NeededProgram.check("helm");

    RenderResult result = renderers.render(kustomization(withCharts()));

    assertThat(result.parts().getFirst().text())
        .contains("name: p-web", "colour: green", "size: large", "name: p-apart");
    assertThat(result.renderer()).matches("(kubectl )?kustomize v\\d+\\..* with helm v3\\..*");
    assertThat(temporary.toFile().list())
        .filteredOn(name -> !name.startsWith("sluice-worker-"))
        .containsExactlyInAnyOrder("secret", "kustomization.yaml", "sibling");
    assertThat(Scratch.in(temporary)).isDirectoryNotContaining(left -> !left.endsWith("lock"));
  }

  @Test
  void saysThatChartsNeedTheProgram() throws Exception {
    Path folder = Files.createDirectory(temporary.resolve("sibling/only"));
    String found = renderers.kustomizeName().orElseThrow();
    String program = found.startsWith("kubectl") ? "kubectl" : "kustomize";
    Files.createSymbolicLink(
        folder.resolve(program),
        InstalledProgram.find(program, System.getenv("PATH")).orElseThrow());
    RenderConfig config =
        new RenderConfig(Optional.of(temporary), RenderLimits.DEFAULT).with(IsolationMode.NONE);

    RenderException failure;
    try (Renderers without = Renderers.onThisMachine(folder.toString(), config)) {
      failure =
          catchThrowableOfType(
              RenderException.class, () -> without.render(kustomization(withCharts())));
    }

    assertThat(failure.failure().code()).isEqualTo(RenderFailure.NEEDS_HELM);
    assertThat(failure.failure().message()).startsWith("app has charts (helmCharts)");
  }

  private static InputFile[] withCharts() {
    return new InputFile[] {
      text(
          "app/kustomization.yaml",
          "namePrefix: p-",
          "helmCharts:",
          "- {name: web, releaseName: web, valuesFile: web.yaml, additionalValuesFiles:"
              + " [more.yaml]}",
          "- {name: apart, version: 1.2.0, repo: 'https://charts.example.com', valuesInline: {a:"
              + " b}}"),
      text("app/web.yaml", "colour: green"),
      text("app/more.yaml", "size: large"),
      text("app/charts/web/Chart.yaml", "{apiVersion: v2, name: web, version: 1.0.0}"),
      text("app/charts/web/values.yaml", "# builtin", "path: /nowhere"),
      text(
          "app/charts/web/templates/kustomization.yaml",
          "{{ if true }}",
          "apiVersion: v1",
          "kind: ConfigMap",
          "metadata: {name: {{ .Release.Name }}}",
          "data: {colour: {{ .Values.colour }}, size: {{ .Values.size }}}",
          "{{ end }}"),
      text(
          "app/charts/apart-1.2.0/apart/Chart.yaml",
          "{apiVersion: v2, name: apart, version: 1.2.0}"),
      text("app/charts/apart-1.2.0/apart/values.yaml", "{}"),
      text(
          "app/charts/apart-1.2.0/apart/templates/map.yaml",
          "{apiVersion: v1, kind: ConfigMap, metadata: {name: apart}}"),
    };
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "configMapGenerator: [{name: a, files: ['%s/secret']}]",
        "configMapGenerator: [{name: a, files: ['../../../secret']}]",
        "configMapGenerator: [{name: a, envs: ['../../../secret']}]",
        "resources: ['%s/secret']",
        "resources: ['../../../']",
        "resources: ['%s']",
        "resources: ['../../../sibling']",
        "resources: [../app]",
        "resources: ['github.com/example/base?ref=main']",
        "helmCharts: [{name: x, repo: 'https://charts.example.com', version: '1'}]",
        "helmCharts: [{name: x}]",
        "{helmGlobals: {chartHome: '%s'}, helmCharts: [{name: sibling}]}",
        "{helmGlobals: {chartHome: ../../..}, helmCharts: [{name: sibling}]}",
        "{HelmGlobals: {ChartHome: ../..}, HELMCHARTS: [{name: ../sibling}]}",
        "helmCharts: [{name: local, valuesFile: '%s/secret'}]",
        "helmCharts: [{name: local, additionalValuesFiles: [../../../secret]}]",
        "helmCharts: [{name: local, valuesFile: 'https://values.example.com/x.yaml'}]",
        "generators: [plugin.yaml]",
      })
  void refuses(String template) {
    RenderException failure =
        catchThrowableOfType(
            RenderException.class,
            () ->
                renderers.render(
                    kustomization(
                        text("app/kustomization.yaml", template.formatted(temporary)),
                        text("app/charts/local/Chart.yaml", "{name: local, version: 1.0.0}"),
                        text(
                            "app/plugin.yaml",
                            "apiVersion: example.com/v1",
                            "kind: Exec",
                            "metadata: {name: x, annotations: {config.kubernetes.io/function:"
                                + " 'exec: {path: /bin/true}'}}"))));

    assertThat(failure).as("refused").isNotNull();
    assertThat(failure.failure().code())
        .isIn(
            RenderFailure.RENDER_FAILED,
            SourceFailure.UNSAFE_PATH,
            SourceFailure.REMOTE_CHART,
            SourceFailure.REMOTE_REFERENCE,
            SourceFailure.UNSUPPORTED,
            SourceFailure.INVALID_ARGUMENT);
    assertThat(failure.failure().message()).doesNotContain(SECRET);
  }
}
