package dev.sluice.worker.render;

import static dev.sluice.worker.render.Inputs.kustomization;
import static dev.sluice.worker.render.Inputs.link;
import static dev.sluice.worker.render.Inputs.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.worker.sandbox.IsolationMode;
import dev.sluice.worker.sandbox.RenderException;
import dev.sluice.worker.sandbox.RenderLimits;
import dev.sluice.worker.sandbox.Sandbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The environment of kustomize, with shell scripts in its place. */
@Tag("locale")
class KustomizeRendererTest {

  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path directory;
  private Path inputs;

  @BeforeEach
  void makeInputs() throws IOException {
    inputs = Files.createDirectory(directory.resolve("inputs"));
  }

  @Test
  void findsKustomizeAndItsVersion() throws Exception {
    script("kustomize", "echo v5.4.3");
    script("kubectl", "echo '{\"kustomizeVersion\":\"v5.5.0\"}'");

    assertThat(find("/nowhere:" + directory).map(KustomizeCommand::name))
        .contains("kustomize v5.4.3");
    assertThat(find("/nowhere")).isEmpty();
  }

  @Test
  void fallsBackToKubectl() throws Exception {
    script("kustomize", "exit 1");
    script("kubectl", "echo '{\"clientVersion\":{},\"kustomizeVersion\":\"v5.5.0\"}'");

    KustomizeCommand command = find(directory.toString()).orElseThrow();

    assertThat(command.name()).isEqualTo("kubectl kustomize v5.5.0");
    assertThat(command.build("app"))
        .startsWith(directory.resolve("kubectl").toString(), "kustomize", "app");
  }

  @Test
  void runsInAPrivateDirectoryWithoutOtherFiles() throws Exception {
    KustomizeRenderer renderer =
        renderer(
            """
            echo "args: $*"
            echo "mode: $(/usr/bin/stat -c %a ..)"
            echo "files: $(/usr/bin/find . -type f -o -type l | /usr/bin/sort | /usr/bin/tr '\\n' ' ')"
            echo "link: $(/bin/cat app/link.yaml)"
            echo "environment: $(/usr/bin/env | /usr/bin/cut -d= -f1 | /usr/bin/sort | /usr/bin/tr '\\n' ' ')"
            """,
            LONG);

    RenderResult result =
        renderer.render(
            kustomization(
                text("app/kustomization.yaml", "resources: [../base]"),
                text("base/a.yaml", "shared"),
                link("app/link.yaml", "../base/a.yaml")));

    assertThat(result.parts().getFirst().text())
        .contains(
            "args: ./app --load-restrictor=LoadRestrictionsRootOnly",
            "mode: 700",
            "files: ./app/kustomization.yaml ./app/link.yaml ./base/a.yaml \n",
            "link: shared",
            "environment: HOME HTTPS_PROXY HTTP_PROXY LC_ALL PATH PWD ");
    assertThat(result.parts().getFirst().source()).isEqualTo("kustomization app");
    assertThat(inputs).isEmptyDirectory();
  }

  @Test
  void saysWhyABuildFailedWithoutNamingTheMachine() throws Exception {
    KustomizeRenderer renderer =
        renderer("echo \"$PWD/app/kustomization.yaml: no such field\" >&2; exit 1", LONG);

    RenderException failure = failure(renderer, kustomization(text("app/kustomization.yaml", "")));

    assertThat(failure.failure().code()).isEqualTo(RenderFailure.RENDER_FAILED);
    assertThat(failure.failure().message())
        .contains("cannot build app (exit code 1): app/kustomization.yaml: no such field")
        .doesNotContain(directory.toString());
    assertThat(failure.remedy()).isNotEqualTo(RenderException.Remedy.TIME);
    assertThat(inputs).isEmptyDirectory();
  }

  @Test
  void killsAHangingProgramWithItsChildren() throws Exception {
    Path pids = directory.resolve("pids");
    KustomizeRenderer renderer =
        renderer(
            "/bin/sleep 1000 & echo $! > %s; echo $$ >> %s; wait".formatted(pids, pids),
            Duration.ofSeconds(1));

    RenderException failure = failure(renderer, kustomization(text("app/kustomization.yaml", "")));

    assertThat(failure.failure().code()).isEqualTo(RenderFailure.RENDERER_TIMEOUT);
    assertThat(failure.remedy()).isEqualTo(RenderException.Remedy.TIME);
    assertGone(pids);
    assertThat(inputs).isEmptyDirectory();
  }

  @Test
  void killsABusyProgramWhenItsLaneIsInterrupted() throws Exception {
    Path pids = directory.resolve("pids");
    KustomizeRenderer renderer =
        renderer("echo $$ > %s; while :; do :; done".formatted(pids), LONG);
    AtomicReference<Object> outcome = new AtomicReference<>();
    Thread lane =
        Thread.startVirtualThread(
            () -> {
              try {
                outcome.set(renderer.render(kustomization(text("app/kustomization.yaml", ""))));
              } catch (RenderException | InterruptedException e) {
                outcome.set(e);
              }
            });
    await().until(() -> Files.exists(pids) && !Files.readString(pids).isBlank());

    lane.interrupt();

    assertThat(lane.join(LONG)).isTrue();
    assertThat(outcome.get()).isInstanceOf(InterruptedException.class);
    assertGone(pids);
    assertThat(inputs).isEmptyDirectory();
  }

  @Test
  void killsAProgramThatWritesWithoutEnd() throws Exception {
    KustomizeRenderer renderer =
        renderer(
            "while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx;"
                + " done",
            LONG);

    RenderException failure = failure(renderer, kustomization(text("app/kustomization.yaml", "")));

    assertThat(failure.failure().code()).isEqualTo(RenderFailure.RENDERING_TOO_LARGE);
    assertThat(failure.remedy()).isNotEqualTo(RenderException.Remedy.TIME);
  }

  @Test
  void killsAProgramThatExceedsItsMemory() throws Exception {
    KustomizeRenderer renderer =
        new KustomizeRenderer(
            new KustomizeCommand(
                List.of(script("eater", "a=x; while :; do a=$a$a; done").toString()), "fake v1"),
            Optional.empty(),
            new Plugins(Optional.empty()),
            new Sandbox(inputs, new RenderLimits(LONG, 64L << 20, 1 << 20)));

    RenderException failure = failure(renderer, kustomization(text("app/kustomization.yaml", "")));

    assertThat(failure.failure().code())
        .isIn(RenderFailure.RENDERER_OUT_OF_MEMORY, RenderFailure.RENDERER_KILLED);
    assertThat(inputs).isEmptyDirectory();
  }

  @Test
  void survivesErrorsWithoutEnd() throws Exception {
    KustomizeRenderer renderer =
        renderer("/usr/bin/head -c 1000000 /dev/zero | /usr/bin/tr '\\0' x >&2; exit 3", LONG);

    RenderException failure = failure(renderer, kustomization(text("app/kustomization.yaml", "")));

    assertThat(failure.failure().message()).contains("exit code 3").hasSizeLessThan(3_000);
  }

  @Test
  void aKilledRendererIsRetriedLater() throws Exception {
    KustomizeRenderer renderer = renderer("kill -9 $$", LONG);

    RenderException failure = failure(renderer, kustomization(text("app/kustomization.yaml", "")));

    assertThat(failure.failure().code()).isEqualTo(RenderFailure.RENDERER_KILLED);
    assertThat(failure.remedy()).isEqualTo(RenderException.Remedy.TIME);
  }

  static Stream<Arguments> refusesToLeaveTheDirectory() {
    InputFile file = text("app/kustomization.yaml", "");
    return Stream.of(
        Arguments.of(List.of(text("../evil.yaml", "x"))),
        Arguments.of(List.of(text("app/../../evil.yaml", "x"))),
        Arguments.of(List.of(text("/tmp/evil.yaml", "x"))),
        Arguments.of(List.of(text("app/./x.yaml", "x"))),
        Arguments.of(List.of(text("app//x.yaml", "x"))),
        Arguments.of(List.of(text("", "x"))),
        Arguments.of(List.of(text("app\\x.yaml", "x"))),
        Arguments.of(List.of(text("app/\0.yaml", "x"))),
        Arguments.of(List.of(text(".git/config", "x"))),
        Arguments.of(List.of(file, file)),
        Arguments.of(List.of(file, text("app/kustomization.yaml/x", "x"))),
        Arguments.of(List.of(link("app/x", "/etc"))),
        Arguments.of(List.of(link("app/x", "../../etc"))),
        Arguments.of(List.of(link("app/x", "../app/../../etc/passwd"))),
        Arguments.of(List.of(link("app/x", ""))),
        Arguments.of(List.of(link("app/a/b/up", "../../.."), link("app/climbing", "a/b/up/../.."))),
        Arguments.of(
            List.of(link("dir", "other"), text("other/a", "x"), link("dir/b", "../other/a"))));
  }

  @ParameterizedTest
  @MethodSource
  void refusesToLeaveTheDirectory(List<InputFile> files) throws Exception {
    KustomizeRenderer renderer = renderer("echo ran", LONG);

    RenderException failure = failure(renderer, kustomization(files.toArray(InputFile[]::new)));

    assertThat(failure.failure().code()).isEqualTo(SourceFailure.UNSAFE_PATH);
    assertThat(failure.remedy()).isNotEqualTo(RenderException.Remedy.TIME);
    assertThat(inputs).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "resources: ['http://127.0.0.1/x.yaml']",
        "resources: ['HTTPS://example.com/x.yaml']",
        "bases: ['git@github.com:a/b']",
        "components: ['ssh://git@example.com/a']",
        "patches: [{path: 'https://example.com/x.yaml'}]",
        "configMapGenerator: [{name: a, files: ['k=http://127.0.0.1/x']}]",
        "openapi: {path: 'http://127.0.0.1/x'}",
        "resources: [' github.com/a/b?ref=v1']",
        "resources: [git::https://example.com/a]",
        "crds: ['http://127.0.0.1/x']",
        "namePrefix: b\u0085resources: ['http://127.0.0.1/x']",
        "namePrefix: b\rresources: ['http://127.0.0.1/x']",
        "replacements: [{path: 'http://127.0.0.1/x'}]",
        "transformers: ['http://127.0.0.1/x']",
        "patchesStrategicMerge: ['http://127.0.0.1/x']",
        "re\u017fources: ['http://127.0.0.1/x']",
        """
        transformers:
        - |-
          apiVersion: builtin
          kind: ValueAddTransformer
          targetFilePath: 'http://127.0.0.1/x'
        """,
        """
        generators:
        - |-
          apiVersion: builtin
          kind: ConfigMapGenerator
          files: ['http://127.0.0.1/x']
        """,
      })
  void refusesRemoteReferences(String kustomization) throws Exception {
    KustomizeRenderer renderer = renderer("echo ran", LONG);

    RenderException failure =
        failure(renderer, kustomization(text("app/kustomization.yaml", kustomization)));

    assertThat(failure.failure().code()).isEqualTo(SourceFailure.REMOTE_REFERENCE);
    assertThat(failure.failure().message()).contains("app/kustomization.yaml");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "resources: ['../../elsewhere']",
        "resources: [/etc]",
        "components: ['a/../../../elsewhere']",
        "configMapGenerator: [{name: a, files: ['k=/etc/passwd']}]",
        "patches: [{path: '../../x.yaml'}]",
        "transformers: ['{apiVersion: builtin, kind: PatchTransformer, path: ../../x.yaml}']",
      })
  void refusesReferencesOutOfTheRepository(String kustomization) throws Exception {
    KustomizeRenderer renderer = renderer("echo ran", LONG);
    RenderRequest straight = kustomization(text("app/kustomization.yaml", kustomization));
    RenderRequest linked =
        kustomization(
            link("app/kustomization.yaml", "other.txt"), text("app/other.txt", kustomization));

    assertThat(failure(renderer, straight).failure().code()).isEqualTo(SourceFailure.UNSAFE_PATH);
    assertThat(failure(renderer, linked).failure().code()).isEqualTo(SourceFailure.UNSAFE_PATH);
  }

  /**
   * A configuration in a file has paths that are relative to the kustomization, not to the file.
   */
  @Test
  void refusesReferencesOfConfigurationsInFiles() throws Exception {
    KustomizeRenderer renderer = renderer("echo ran", LONG);
    for (String path : List.of("http://127.0.0.1/x", "../../x")) {
      RenderRequest source =
          kustomization(
              text("app/kustomization.yaml", "resources: [../base]"),
              text("base/kustomization.yaml", "generators: [linked]"),
              link("base/linked", "deep/er/file.txt"),
              text(
                  "base/deep/er/file.txt",
                  "{apiVersion: builtin, kind: SecretGenerator, files: ['k=%s']}".formatted(path)));

      assertThat(failure(renderer, source).failure().code())
          .isIn(SourceFailure.REMOTE_REFERENCE, SourceFailure.UNSAFE_PATH);
    }
  }

  @Test
  void urlsInFieldsThatAreNotLoadedAreAccepted() throws Exception {
    KustomizeRenderer renderer = renderer("echo ran", LONG);
    RenderRequest source =
        kustomization(
            text(
                "app/kustomization.yaml",
                "commonAnnotations: {docs: 'https://example.com'}",
                "configMapGenerator: [{name: a, literals: ['URL=http://127.0.0.1/x']}]"));

    assertThat(renderer.render(source).parts().getFirst().text()).isEqualTo("ran\n");
  }

  /**
   * A path of a probe or volume, and the field names of kustomizations, in every kind of content.
   */
  static Stream<Arguments> contentIsNotReadAsReferences() {
    String fields = "{path: /healthz, files: [/etc], file: 'https://example.com', env: /x}";
    String patch = "{kind: Deployment, metadata: {name: d}, spec: %s}".formatted(fields);
    return Stream.of(
        Arguments.of("resources: [d.yaml]", "# builtin\n" + patch),
        Arguments.of("patchesStrategicMerge: ['%s']".formatted(patch.replace("'", "\"")), ""),
        Arguments.of("patchesStrategicMerge:\n- |-\n  kind: D\n  spec: " + fields, ""),
        Arguments.of("patches:\n- patch: |-\n    kind: D\n    spec: " + fields, ""),
        Arguments.of("patchesJson6902:\n- {target: {}, patch: \"path: /x\\nfiles: [/etc]\"}", ""),
        Arguments.of("configMapGenerator: [{name: a, files: [d.yaml]}]", "import builtins\nx: ["),
        Arguments.of("configMapGenerator: [{name: a, literals: ['path=/x', \"a\\nb: /x\"]}]", ""),
        Arguments.of(
            "replacements: [{source: {kind: A}, targets: [{select: %s}]}]".formatted(fields), ""),
        Arguments.of("commonAnnotations: {path: /x, files: 'https://example.com'}", ""),
        Arguments.of(
            "transformers: ['{apiVersion: builtin, kind: PrefixTransformer, metadata: {name: x},"
                + " fieldSpecs: [{path: /x}]}']",
            ""),
        Arguments.of("transformers: [d.yaml]", "apiVersion: builtin\nkind: X\nspec: " + fields));
  }

  @ParameterizedTest
  @MethodSource
  void contentIsNotReadAsReferences(String kustomization, String file) throws Exception {
    KustomizeRenderer renderer = renderer("echo ran", LONG);
    RenderRequest source =
        kustomization(text("app/kustomization.yaml", kustomization), text("app/d.yaml", file));

    assertThat(renderer.render(source).parts().getFirst().text()).isEqualTo("ran\n");
  }

  @Test
  void aFileOfDataMayBeNamedLikeAKustomization() throws Exception {
    KustomizeRenderer renderer = renderer("echo ran", LONG);
    RenderRequest source =
        kustomization(
            text(
                "app/kustomization.yaml",
                "configMapGenerator: [{name: a, files: [x/kustomization.yaml]}]"),
            text("app/x/kustomization.yaml", "resources: ['https://example.com/a']"));

    assertThat(renderer.render(source).parts().getFirst().text()).isEqualTo("ran\n");
  }

  @Test
  void rendersTheSameInputsOnce() throws Exception {
    Path count = directory.resolve("count");
    Renderers renderers =
        new Renderers(
            Optional.of(renderer("echo x >> %s; echo ran".formatted(count), LONG)),
            Optional.empty(),
            IsolationMode.NONE,
            () -> {});
    RenderRequest one = kustomization(text("app/kustomization.yaml", "a: 1"));
    RenderRequest other = kustomization(text("app/kustomization.yaml", "a: 2"));

    RenderResult first = renderers.render(one);
    RenderResult second = renderers.render(one);
    renderers.render(other);

    assertThat(second).isEqualTo(first);
    assertThat(Files.readAllLines(count)).hasSize(2);
  }

  @Test
  void refusesANameThatNoFileCanHave() throws Exception {
    Renderers renderers =
        new Renderers(
            Optional.of(renderer("echo ran", LONG)),
            Optional.empty(),
            IsolationMode.NONE,
            () -> {});

    RenderException failure =
        catchThrowableOfType(
            RenderException.class,
            () -> renderers.render(kustomization(text("app/\ud800.yaml", "x"))));

    assertThat(failure.failure().code()).isEqualTo(SourceFailure.BAD_NAME);
    assertThat(failure.failure().message()).contains("app/", "UTF-8");
    assertThat(failure.remedy()).isEqualTo(RenderException.Remedy.WORKER);
    assertThat(inputs).isEmptyDirectory();
  }

  @Test
  void namesTheProgramToInstall() {
    Renderers renderers =
        new Renderers(Optional.empty(), Optional.empty(), IsolationMode.NONE, () -> {});

    RenderException failure =
        catchThrowableOfType(
            RenderException.class,
            () -> renderers.render(kustomization(text("app/kustomization.yaml", ""))));

    assertThat(failure.failure().code()).isEqualTo(RenderFailure.RENDERER_MISSING);
    assertThat(failure.failure().message()).contains("install kustomize", "kubectl");
  }

  @Test
  void plainSourcesNeedNoProgram() throws Exception {
    Renderers renderers =
        new Renderers(Optional.empty(), Optional.empty(), IsolationMode.NONE, () -> {});

    assertThat(renderers.render(Inputs.of(SourceType.PLAIN, "", text("a.yaml", "a"))).parts())
        .hasSize(1);
  }

  private KustomizeRenderer renderer(String body, Duration limit) throws IOException {
    Path file = script("fake", body);
    return new KustomizeRenderer(
        new KustomizeCommand(List.of(file.toString()), "fake v1"),
        Optional.empty(),
        new Plugins(Optional.empty()),
        new Sandbox(inputs, RenderLimits.DEFAULT.withTime(limit)));
  }

  private Optional<KustomizeCommand> find(String path) throws InterruptedException {
    return KustomizeCommand.find(path, new Sandbox(inputs, RenderLimits.DEFAULT));
  }

  private Path script(String name, String body) throws IOException {
    Path file = directory.resolve(name);
    Files.writeString(file, "#!/bin/sh\n" + body + "\n");
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
  }

  private static RenderException failure(KustomizeRenderer renderer, RenderRequest source) {
    RenderException failure =
        catchThrowableOfType(RenderException.class, () -> renderer.render(source));
    assertThat(failure).as("failed").isNotNull();
    return failure;
  }

  private static void assertGone(Path pids) throws IOException {
    for (String pid : Files.readAllLines(pids)) {
      await()
          .untilAsserted(
              () ->
                  assertThat(ProcessHandle.of(Long.parseLong(pid)).filter(ProcessHandle::isAlive))
                      .isEmpty());
    }
  }
}
