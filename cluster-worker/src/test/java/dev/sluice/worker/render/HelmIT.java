package dev.sluice.worker.render;

import static dev.sluice.worker.render.Inputs.link;
import static dev.sluice.worker.render.Inputs.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.Customization;
import dev.sluice.contract.fleet.HelmOptions;
import dev.sluice.contract.fleet.PlainOptions;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.platform.process.NeededProgram;
import dev.sluice.worker.api.ClusterFacts;
import dev.sluice.worker.helm.HelmEngine;
import dev.sluice.worker.helm.HelmLibrary;
import dev.sluice.worker.helm.HelmProgram;
import dev.sluice.worker.sandbox.RenderException;
import dev.sluice.worker.sandbox.RenderLimits;
import dev.sluice.worker.sandbox.Sandbox;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hostile charts, rendered by the helm program and by Helm as a library. */
@Tag("locale")
@ParameterizedClass
@EnumSource
class HelmIT {

  private static final String SECRET = "the-machines-own-secret";
  private static final InputFile CHART =
      text("chart/Chart.yaml", "{apiVersion: v2, name: web, version: 1.0.0}");
  private static final String MAP = "{apiVersion: v1, kind: ConfigMap, metadata: {name: %s}}";

  enum Engine {
    PROGRAM,
    LIBRARY
  }

  @Parameter Engine engine;
  @TempDir Path temporary;
  private HelmRenderer renderer;

  @BeforeEach
  void find() throws Exception {
    renderer = renderer(RenderLimits.DEFAULT);
    Files.writeString(temporary.resolve("secret"), SECRET);
  }

  private HelmRenderer renderer(RenderLimits limits) throws InterruptedException {
    Sandbox sandbox = new Sandbox(temporary, limits);
    HelmEngine found =
        switch (engine) {
          case PROGRAM -> {
            NeededProgram.check("helm");
            yield HelmProgram.find(System.getenv("PATH"), sandbox).orElseThrow();
          }
          case LIBRARY -> {
            Optional<HelmLibrary> library = HelmLibrary.find(sandbox);
            assumeTrue(library.isPresent(), "the Helm library is for another system");
            yield library.get();
          }
        };
    return new HelmRenderer(found);
  }

  @Test
  void rendersForReleaseNamespaceAndVersion() throws Exception {
    String rendered =
        rendered(
            CHART,
            template("{{ .Release.Name }}-{{ .Release.Namespace }}"),
            text(
                "chart/templates/version.yaml",
                MAP.formatted("{{ .Capabilities.KubeVersion.Minor }}-minor")));

    assertThat(rendered).contains("shop-shop-namespace", "32-minor");
    assertThat(temporary.toFile().list()).containsExactly("secret");
  }

  @Test
  void keepsTextAndFileNamesBeyondAscii() throws Exception {
    assumeTrue(System.getProperty("sun.jnu.encoding").equals("UTF-8"), "to create the files");
    String text = "\u00fcn\u00ef \ud83d\ude00";
    RenderRequest request =
        request(
            new HelmOptions(
                Optional.empty(),
                List.of("w\u00e9rte.yaml"),
                Optional.empty(),
                Map.of("b", text),
                true),
            CHART,
            text("chart/w\u00e9rte.yaml", "a: \"" + text + "\""),
            text("chart/files/gr\u00fc\u00df.txt", text),
            text(
                "chart/templates/my file \u00e9.yaml",
                MAP.formatted("{{ .Values.a }}-{{ .Values.b }}"),
                "# {{ .Files.Get \"files/gr\u00fc\u00df.txt\" }}"));

    String rendered = renderer.render(request).parts().getFirst().text();

    assertThat(rendered).contains(text + "-" + text, "# " + text, "templates/my file \u00e9.yaml");
  }

  @Test
  void bringsLocalDependenciesIn() throws Exception {
    String rendered =
        rendered(
            text(
                "chart/Chart.yaml",
                "apiVersion: v2",
                "name: web",
                "version: 1.0.0",
                "dependencies: [{name: db, version: 1.x.x, repository: 'file://../db'}]"),
            text(
                "db/Chart.yaml",
                "apiVersion: v2",
                "name: db",
                "version: 1.2.0",
                "dependencies: [{name: disk, version: '*', repository: 'file://../common/disk'}]"),
            text("db/templates/a.yaml", MAP.formatted("db")),
            text("common/disk/Chart.yaml", "{apiVersion: v2, name: disk, version: 0.1.0}"),
            text("common/disk/templates/a.yaml", MAP.formatted("disk")));

    assertThat(rendered).contains("name: db", "name: disk");
  }

  @Test
  void readsValuesThroughLinksWithinTheRepository() throws Exception {
    RenderRequest request =
        request(
            values("../shared/values.yaml", "linked.yaml"),
            CHART,
            template("{{ .Values.a }}-{{ .Values.b }}"),
            text("shared/values.yaml", "{a: one, b: one}"),
            text("shared/two.yaml", "b: two"),
            link("chart/linked.yaml", "../shared/two.yaml"));

    assertThat(renderer.render(request).parts().getFirst().text()).contains("one-two");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/etc/passwd", "../../secret", "../../../secret", "../../home/x", "climbing.yaml"})
  void readsNoValuesFromElsewhere(String file) throws Exception {
    RenderException failure =
        failure(
            request(
                values(file),
                CHART,
                template("{{ toJson .Values | b64enc }}"),
                link("chart/a/b/up", "../../.."),
                link("chart/climbing.yaml", "a/b/up/../../secret")));

    assertThat(failure.failure().code()).isEqualTo(SourceFailure.UNSAFE_PATH);
    assertThat(failure.failure().message()).doesNotContain(SECRET);
  }

  @Test
  void templatesCannotReadFilesOutsideTheChart() throws Exception {
    String rendered =
        rendered(
            CHART,
            template(
                "x{{ .Files.Get \"/etc/hostname\" }}{{ .Files.Get \"../../secret\" }}"
                    + "{{ .Files.Get \"../other.txt\" }}y"),
            text("other.txt", "other"));

    assertThat(rendered).contains("name: xy");
  }

  @Test
  void lookupFindsNoCluster() throws Exception {
    RenderRequest request =
        request(
            HelmOptions.DEFAULT,
            CHART,
            template("x{{ len (lookup \"v1\" \"Namespace\" \"\" \"\") }}"));

    switch (engine) {
      case PROGRAM ->
          assertThat(renderer.render(request).parts().getFirst().text()).contains("name: x0");
      case LIBRARY ->
          assertThat(failure(request).failure())
              .satisfies(
                  failure -> {
                    assertThat(failure.code()).isEqualTo(RenderFailure.NEEDS_HELM);
                    assertThat(failure.message())
                        .contains("lookup", "install helm 3")
                        .doesNotContain("127.0.0.1");
                  });
    }
  }

  @Test
  void seesNothingOfTheEnvironment() {
    assertThat(
            failure(request(HelmOptions.DEFAULT, CHART, template("{{ env \"PATH\" }}")))
                .failure()
                .message())
        .contains("function \"env\" not defined");
  }

  @Test
  void saysWhyAChartDoesNotRender() {
    RenderException failure =
        failure(
            request(
                HelmOptions.DEFAULT, CHART, template("{{ required \"set .name\" .Values.n }}")));

    assertThat(failure.failure().code()).isEqualTo(RenderFailure.RENDER_FAILED);
    assertThat(failure.failure().message())
        .contains("set .name", "templates/a.yaml")
        .doesNotContain(temporary.toString());
    assertThat(failure.remedy()).isNotEqualTo(RenderException.Remedy.TIME);
  }

  @Test
  void refusesDependenciesThatWouldHaveToBeDownloaded() {
    RenderException failure =
        failure(
            request(
                HelmOptions.DEFAULT,
                text(
                    "chart/Chart.yaml",
                    "apiVersion: v2",
                    "name: web",
                    "version: 1.0.0",
                    "dependencies:",
                    "- {name: db, version: 1.0.0, repository: 'https://charts.example.com'}")));

    assertThat(failure.failure().code()).isEqualTo(SourceFailure.MISSING_DEPENDENCY);
    assertThat(failure.failure().message()).contains("'db'", "helm dependency update");
  }

  @Test
  void refusesChartsThatDependOnEachOther() {
    RenderException failure =
        failure(
            request(
                HelmOptions.DEFAULT,
                text(
                    "chart/Chart.yaml",
                    "{apiVersion: v2, name: web, version: 1.0.0, dependencies:"
                        + " [{name: db, version: 1.0.0, repository: 'file://../db'}]}"),
                text(
                    "db/Chart.yaml",
                    "{apiVersion: v2, name: db, version: 1.0.0, dependencies:"
                        + " [{name: web, version: 1.0.0, repository: 'file://../chart'}]}")));

    assertThat(failure.failure().code()).isEqualTo(SourceFailure.DEPENDENCY_CYCLE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"file:///etc", "file://../../other", "file://../../../etc"})
  void refusesDependenciesOutOfTheRepository(String repository) {
    RenderException failure =
        failure(
            request(
                HelmOptions.DEFAULT,
                text(
                    "chart/Chart.yaml",
                    "{apiVersion: v2, name: web, version: 1.0.0, dependencies:"
                        + " [{name: db, version: 1.0.0, repository: '%s'}]}"
                            .formatted(repository))));

    assertThat(failure.failure().code()).isEqualTo(SourceFailure.UNSAFE_PATH);
  }

  @Test
  void refusesArchivesThatUnpackToGigabytes() throws Exception {
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bomb)) {
      for (int i = 0; i < 100; i++) {
        gzip.write(new byte[1 << 20]);
      }
    }

    RenderException failure =
        failure(
            request(
                HelmOptions.DEFAULT,
                CHART,
                new InputFile.Binary("chart/charts/bomb-1.0.0.tgz", false, bomb.toByteArray())));

    assertThat(failure.failure().code()).isEqualTo(RenderFailure.ARCHIVE_TOO_LARGE);
    assertThat(failure.failure().message()).contains("bomb-1.0.0.tgz");
  }

  @Test
  void refusesADamagedArchive() {
    RenderException failure =
        failure(
            request(
                HelmOptions.DEFAULT,
                CHART,
                text("chart/charts/db-1.0.0.tgz", "version https://git-lfs.github.com/spec/v1")));

    assertThat(failure.failure().code()).isEqualTo(RenderFailure.BROKEN_ARCHIVE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-x", "--post-renderer=/bin/sh", "Shop", "a b", "", "a..b"})
  void refusesInvalidReleaseNames(String name) {
    HelmOptions options =
        new HelmOptions(Optional.of(name), List.of(), Optional.empty(), Map.of(), true);

    assertThat(failure(request(options, CHART)).failure().code())
        .isEqualTo(SourceFailure.INVALID_RELEASE_NAME);
  }

  @Test
  void killsAPluginThatExceedsItsMemoryAndContinues() throws Exception {
    HelmRenderer capped = renderer(new RenderLimits(Duration.ofMinutes(2), 512L << 20, 16 << 20));
    RenderRequest eater =
        request(
            HelmOptions.DEFAULT,
            CHART,
            template(
                "{{ range until 1000000 }}{{ range until 1000000 }}xxxxxxxx{{ end }}{{ end }}"));

    RenderException failure =
        catchThrowableOfType(RenderException.class, () -> capped.render(eater));

    assertThat(failure.failure().code()).isEqualTo(RenderFailure.RENDERER_OUT_OF_MEMORY);
    assertThat(failure.failure().message()).contains("512 MiB");
    assertThat(
            capped
                .render(request(HelmOptions.DEFAULT, CHART, template("fine")))
                .parts()
                .getFirst()
                .text())
        .contains("name: fine");
  }

  @Test
  void killsABusyProgram() throws Exception {
    HelmRenderer capped = renderer(RenderLimits.DEFAULT.withTime(Duration.ofSeconds(4)));
    RenderRequest spinning =
        request(
            HelmOptions.DEFAULT,
            CHART,
            template("{{ range until 1000000 }}{{ range until 1000000 }}{{ end }}{{ end }}"));

    RenderException failure =
        catchThrowableOfType(RenderException.class, () -> capped.render(spinning));

    assertThat(failure.failure().code()).isEqualTo(RenderFailure.RENDERER_TIMEOUT);
    assertThat(failure.remedy()).isEqualTo(RenderException.Remedy.TIME);
  }

  @Test
  void killsAProgramThatWritesTooMuch() throws Exception {
    HelmRenderer capped = renderer(new RenderLimits(Duration.ofMinutes(1), 1L << 30, 1 << 20));
    RenderRequest writer =
        request(
            HelmOptions.DEFAULT,
            CHART,
            text("chart/templates/a.yaml", MAP.formatted("a"), "# {{ repeat 2000000 \"x\" }}"));

    RenderException failure =
        catchThrowableOfType(RenderException.class, () -> capped.render(writer));

    assertThat(failure.failure().code()).isEqualTo(RenderFailure.RENDERING_TOO_LARGE);
  }

  @Test
  void theLibraryRefusesChartsThatTheProgramRendersDifferently() {
    assumeTrue(engine == Engine.LIBRARY);
    for (InputFile file :
        List.of(
            text("chart/templates/a.yaml", "annotations: {\"helm.sh/hook\": pre-install}"),
            text("chart/templates/a.yaml", "helm.sh/hook: test,post-upgrade"),
            template("{{ .Capabilities.APIVersions }}"),
            template("{{ .Capabilities.APIVersions.Has \"apps/v1/Deployment\" }}"),
            template("{{ .Capabilities.APIVersions.Has \"probes.example.com/v1\" }}"))) {
      RenderRequest request = request(HelmOptions.DEFAULT, CHART, file);

      RenderException failure =
          failure(
              new RenderRequest(
                  request.source(),
                  request.aliased(),
                  request.application(),
                  request.namespace(),
                  () ->
                      new ClusterFacts(
                          "v1.32.0",
                          new TreeSet<>(List.of("apps/v1/Deployment", "probes.example.com/v1")))));

      assertThat(failure.failure().code()).as(file.toString()).isEqualTo(RenderFailure.NEEDS_HELM);
      assertThat(failure.failure().message()).contains("templates/a.yaml", "install helm 3");
    }
  }

  @Test
  void hooksOfAnInstallThatAreAlsoTestsAreRendered() throws Exception {
    RenderRequest request =
        request(
            HelmOptions.DEFAULT,
            CHART,
            text(
                "chart/templates/hook.yaml",
                "apiVersion: batch/v1",
                "kind: Job",
                "metadata: {name: h, annotations: {helm.sh/hook: 'pre-install, pre-upgrade,test'}}"));

    switch (engine) {
      case PROGRAM ->
          assertThat(renderer.render(request).parts().getFirst().text()).contains("name: h");
      case LIBRARY ->
          assertThat(failure(request).failure().code()).isEqualTo(RenderFailure.NEEDS_HELM);
    }
  }

  static Stream<Arguments> theLibraryRefusesHooksThatComeFromValues() {
    String annotations = "annotations: {helm.sh/hook: pre-install}";
    HelmOptions none = HelmOptions.DEFAULT;
    return Stream.of(
        Arguments.of(none, text("chart/values.yaml", annotations)),
        Arguments.of(values("more.yaml"), text("chart/more.yaml", annotations)),
        Arguments.of(inline(annotations), text("README.md", "about")),
        Arguments.of(set("annotations.helm\\.sh/hook", "post-install"), text("README.md", "about")),
        Arguments.of(none, text("chart/values.yaml", "annotations: {helm.sh/hook: ", "x: y")),
        Arguments.of(none, text("chart/files/a.yaml", "\"helm.sh/hook\": >-", "  pre-install")),
        Arguments.of(none, text("chart/templates/_a.tpl", "helm.sh/{{ .Values.kind }}: test")),
        Arguments.of(
            none, text("chart/templates/_a.tpl", "{{ printf \"%s/%s\" \"helm.sh\" \"hook\" }}")),
        Arguments.of(none, text("chart/templates/_a.tpl", "helm.sh/hook: {{ .Values.hook }}")));
  }

  @ParameterizedTest
  @MethodSource
  void theLibraryRefusesHooksThatComeFromValues(HelmOptions options, InputFile file) {
    assumeTrue(engine == Engine.LIBRARY);

    RenderException failure = failure(request(options, CHART, template("a"), file));

    assertThat(failure.failure().code()).isEqualTo(RenderFailure.NEEDS_HELM);
    assertThat(failure.failure().message()).contains("hook", "install helm 3");
  }

  @Test
  void mentionsOfHelmThatAreNoHooksAreRendered() throws Exception {
    String rendered =
        rendered(
            text(
                "chart/Chart.yaml",
                "apiVersion: v2",
                "name: web",
                "version: 1.0.0",
                "home: https://helm.sh",
                "annotations: {category: x}"),
            text("chart/README.md", "An annotation \"helm.sh/hook\": pre-install runs a Job"),
            text(
                "chart/templates/a.yaml",
                "# https://helm.sh/docs/",
                "apiVersion: v1",
                "kind: ConfigMap",
                "metadata:",
                "  name: a",
                "  labels: {helm.sh/chart: a}",
                "  annotations: {helm.sh/resource-policy: keep, meta.helm.sh/release-name: a}"),
            text(
                "chart/templates/test.yaml",
                "apiVersion: v1",
                "kind: Pod",
                "metadata: {name: t, annotations: {\"helm.sh/hook\": \"test\"}}"));

    assertThat(rendered).contains("name: a");
  }

  private static HelmOptions inline(String values) {
    return new HelmOptions(Optional.empty(), List.of(), Optional.of(values), Map.of(), true);
  }

  private static HelmOptions set(String key, String value) {
    return new HelmOptions(Optional.empty(), List.of(), Optional.empty(), Map.of(key, value), true);
  }

  private static InputFile template(String name) {
    return text("chart/templates/a.yaml", MAP.formatted(name));
  }

  /** Compares with the result of {@code helm template --set}. */
  @Test
  void setsHaveTheValuesThatHelmGivesThem() throws Exception {
    Map<String, String> sets = new java.util.TreeMap<>();
    sets.put("text", "secret");
    sets.put("comma", "a,b\\c");
    sets.put("empty", "");
    sets.put("lines", "a\nb: {c}");
    sets.put("no", "no");
    sets.put("yes", "True");
    sets.put("nothing", "null");
    sets.put("number", "1000650000");
    sets.put("negative", "-5");
    sets.put("plus", "+5");
    sets.put("zero", "0");
    sets.put("octal", "0755");
    sets.put("float", "1.50");
    sets.put("huge", "9223372036854775808");
    sets.put("dotted\\.key", "x");
    sets.put("deep.er.est", "y");
    sets.put("env[1].value", "z");
    sets.put("env[0].value", "7");
    sets.put("quoted", "\"q\"");
    if (engine == Engine.PROGRAM) {
      sets.put("list", "{a,5,,true,x\\,y,null}");
      sets.put("none", "{}");
    }
    HelmOptions options =
        new HelmOptions(
            Optional.empty(),
            List.of("values.yaml"),
            Optional.of("{\"deep\": {\"other\": 1}, \"nothing\": 1}"),
            sets,
            true);
    InputFile[] files = {
      CHART,
      text("chart/values.yaml", "env: [{name: a}, {name: b}, {name: c}]"),
      text(
          "chart/templates/a.yaml",
          "apiVersion: v1",
          "kind: ConfigMap",
          "metadata: {name: a}",
          "data:",
          "  all: {{ omit .Values \"global\" | toJson | quote }}",
          "  kinds: '{{ range $k, $v := .Values }}{{ $k }}={{ kindOf $v }}={{ $v }} {{ end }}'")
    };

    String rendered = renderer.render(request(options, files)).parts().getFirst().text();

    NeededProgram.check("helm");
    List<String> command = new ArrayList<>(List.of("helm", "template", "shop", "chart"));
    Path tree = Files.createDirectory(temporary.resolve("compared"));
    for (InputFile file : files) {
      Path path = tree.resolve(file.path());
      Files.createDirectories(path.getParent());
      Files.writeString(path, ((InputFile.Text) file).text());
    }
    Files.writeString(tree.resolve("inline.yaml"), options.values().orElseThrow());
    command.addAll(List.of("--values", "chart/values.yaml", "--values", "inline.yaml"));
    sets.forEach(
        (key, value) ->
            command.addAll(
                List.of(
                    "--set",
                    key
                        + "="
                        + (value.startsWith("{")
                            ? value
                            : value.replace("\\", "\\\\").replace(",", "\\,")))));
    Process process = new ProcessBuilder(command).directory(tree.toFile()).start();
    String expected = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).isZero();
    assertThat(data(rendered)).isEqualTo(data(expected)).contains("secret", "1000650000");
  }

  private static String data(String rendered) {
    return rendered.substring(rendered.indexOf("data:")).strip();
  }

  private static HelmOptions values(String... files) {
    return new HelmOptions(
        Optional.empty(), Arrays.asList(files), Optional.empty(), Map.of(), true);
  }

  private static RenderRequest request(HelmOptions options, InputFile... files) {
    return Inputs.of(
        SourceType.HELM,
        "chart",
        new RenderOptions(PlainOptions.DEFAULT, options, Customization.NONE),
        files);
  }

  private String rendered(InputFile... files) throws Exception {
    return renderer.render(request(HelmOptions.DEFAULT, files)).parts().getFirst().text();
  }

  private RenderException failure(RenderRequest request) {
    RenderException failure =
        catchThrowableOfType(RenderException.class, () -> renderer.render(request));
    assertThat(failure).as("failed").isNotNull();
    return failure;
  }
}
