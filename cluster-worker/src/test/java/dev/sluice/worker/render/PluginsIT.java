package dev.sluice.worker.render;

import static dev.sluice.worker.render.Inputs.kustomization;
import static dev.sluice.worker.render.Inputs.link;
import static dev.sluice.worker.render.Inputs.text;
import static dev.sluice.worker.render.InstalledPlugins.allowed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.platform.process.NeededProgram;
import dev.sluice.worker.sandbox.BoundedProcess;
import dev.sluice.worker.sandbox.InputDirectory;
import dev.sluice.worker.sandbox.InstalledProgram;
import dev.sluice.worker.sandbox.Isolation;
import dev.sluice.worker.sandbox.IsolationMode;
import dev.sluice.worker.sandbox.PluginEnvironment;
import dev.sluice.worker.sandbox.ReadyShells;
import dev.sluice.worker.sandbox.RenderException;
import dev.sluice.worker.sandbox.RenderLimits;
import dev.sluice.worker.sandbox.Sandbox;
import dev.sluice.worker.sandbox.Scratch;
import java.nio.file.Files;
import java.nio.file.Path;
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

/** Exec plugins with the machine's own kustomize and kubectl. */
@Tag("locale")
class PluginsIT {

  private static final String LISTER =
      "{apiVersion: example.com/v1, kind: Lister, metadata: {name: x}}";
  private static final String MAP =
      "echo \"{apiVersion: v1, kind: ConfigMap, metadata: {name: listed}, data: {%s}}\"";

  @TempDir Path temporary;
  private Path scratch;
  private InstalledPlugins plugins;
  private Renderers renderers;

  @BeforeEach
  void find() throws Exception {
    scratch = Files.createDirectory(temporary.resolve("scratch"));
    plugins = new InstalledPlugins(Files.createDirectory(temporary.resolve("plugins")));
    renderers = Renderers.onThisMachine(config());
    NeededProgram.check("kustomize", "kubectl");
  }

  @AfterEach
  void close() {
    renderers.close();
  }

  private RenderConfig config() {
    return new RenderConfig(
            Optional.of(scratch), RenderLimits.DEFAULT, Optional.of(plugins.directory()))
        .with(IsolationMode.NONE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"kustomize", "kubectl"})
  void generatesTransformsAndValidates(String program) throws Exception {
    NeededProgram.check(program);
    Path file = InstalledProgram.find(program, System.getenv("PATH")).orElseThrow();
    Path folder = Files.createDirectory(temporary.resolve("only"));
    Files.createSymbolicLink(folder.resolve(program), file);
    plugins.install("example.com/v1/lister/Lister", MAP.formatted("all: '$(cat list.txt)'"));
    plugins.install("team/upper/Upper", "sed s/a-b/A-B/");
    plugins.install(
        "team/strict/Strict", "all=$(cat); echo \"$all\" | grep -q A-B && echo \"$all\"");

    RenderRequest request =
        allowed(
            text(
                "app/kustomization.yaml",
                "generators: [lister.yaml]",
                "transformers: ['{apiVersion: team, kind: Upper, metadata: {name: x}}']",
                "validators: ['{apiVersion: team, kind: Strict, metadata: {name: x}}']"),
            text("app/lister.yaml", LISTER),
            text("app/list.txt", "a-b"));

    RenderResult result;
    try (Renderers found = Renderers.onThisMachine(folder.toString(), config())) {
      result = found.render(request);
    }

    assertThat(result.parts().getFirst().text()).contains("name: listed", "all: A-B");
    assertThat(result.renderer())
        .matches(
            "(kubectl )?kustomize v\\S+ with plugins example.com/v1/Lister sha256:[0-9a-f]{16},"
                + " team/Strict sha256:[0-9a-f]{16}, team/Upper sha256:[0-9a-f]{16}");
    assertThat(Scratch.in(scratch)).isDirectoryNotContaining(left -> !left.endsWith("lock"));
  }

  @Test
  void aValidatorsMessageIsInTheFailure() throws Exception {
    plugins.install("team/strict/Strict", "echo 'replicas are missing' >&2; exit 1");

    Failure failure =
        refusal(
            allowed(
                text(
                    "app/kustomization.yaml",
                    "resources: [a.yaml]",
                    "validators: ['{apiVersion: team, kind: Strict, metadata: {name: x}}']"),
                text("app/a.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}")));

    assertThat(failure.code()).isEqualTo(RenderFailure.RENDER_FAILED);
    assertThat(failure.message()).contains("replicas are missing");
  }

  @Test
  void aPluginSeesOnlyTheInputs() throws Exception {
    plugins.install(
        "example.com/v1/lister/Lister",
        MAP.formatted(
            "files: '$(cd .. && find . -type f | sort | tr \"\\n\" \" \")',"
                + " environment: '$(env | cut -d= -f1 | sort | tr \"\\n\" \" \")',"
                + " dollar0: '$0', here: '${PWD##*/tree/}', path: '${PATH#*:}'"));

    String rendered =
        render(
            allowed(
                text("app/kustomization.yaml", "generators: [lister.yaml]"),
                text("app/lister.yaml", LISTER),
                text("app/x/list.txt", "a"),
                text("other/y.txt", "b")));

    assertThat(rendered)
        .contains(
            "./app/kustomization.yaml ./app/lister.yaml ./app/x/list.txt ./other/y.txt ",
            "here: app\n",
            "dollar0: " + plugins.directory().resolve("example.com/v1/lister/Lister"),
            "path: /usr/local/bin:/usr/bin:/bin\n");
    assertThat(rendered.replaceAll("\\s+", " "))
        .contains(
            "DOCKER_HOST GIT_ALLOW_PROTOCOL HOME HTTPS_PROXY HTTP_PROXY"
                + " KUSTOMIZE_PLUGIN_CONFIG_ROOT KUSTOMIZE_PLUGIN_CONFIG_STRING"
                + " KUSTOMIZE_PLUGIN_HOME LC_ALL PATH PWD TMPDIR ");
  }

  @Test
  void anotherProgramIsAnotherRendering() throws Exception {
    RenderRequest request =
        allowed(text("app/kustomization.yaml", "generators:", "- |-", "  " + LISTER));
    Path counter = temporary.resolve("counter");
    String count = "echo x >> " + counter + "; ";
    plugins.install("example.com/v1/lister/Lister", count + MAP.formatted("version: one"));

    RenderResult one = renderers.render(request);
    RenderResult again = renderers.render(request);
    plugins.install("example.com/v1/lister/Lister", count + MAP.formatted("version: two"));
    RenderResult two = renderers.render(request);
    Files.writeString(plugins.directory().resolve("example.com/v1/lister/words.txt"), "beside it");
    RenderResult beside = renderers.render(request);

    assertThat(again).isEqualTo(one);
    assertThat(two.parts().getFirst().text()).contains("version: two");
    assertThat(List.of(one.renderer(), two.renderer(), beside.renderer())).doesNotHaveDuplicates();
    assertThat(counter).as("remembered once").hasContent("x\nx\nx");
  }

  @Test
  void chartsAndPluginsGoTogether() throws Exception {
    NeededProgram.check("helm");
    plugins.install("example.com/v1/lister/Lister", MAP.formatted("a: b"));

    RenderResult result =
        renderers.render(
            allowed(
                text(
                    "app/kustomization.yaml",
                    "generators:",
                    "- |-",
                    "  " + LISTER,
                    "helmCharts: [{name: web, releaseName: web}]"),
                text("app/charts/web/Chart.yaml", "{apiVersion: v2, name: web, version: 1.0.0}"),
                text("app/charts/web/values.yaml", "{}"),
                text(
                    "app/charts/web/templates/map.yaml",
                    "{apiVersion: v1, kind: ConfigMap, metadata: {name: {{ .Release.Name }}}}")));

    assertThat(result.parts().getFirst().text()).contains("name: web", "name: listed");
    assertThat(result.renderer())
        .matches("(kubectl )?kustomize v\\S+ with helm v\\S+ with plugins example\\.com.*");
  }

  @Test
  void kustomizationsWithoutPluginsAreBuiltWithoutThem() throws Exception {
    RenderRequest request =
        allowed(
            text(
                "app/kustomization.yaml",
                "configMapGenerator: [{name: a, literals: [a=b]}]",
                "transformers: ['{apiVersion: builtin, kind: PrefixTransformer, metadata: {name:"
                    + " x}, prefix: p-, fieldSpecs: [{path: metadata/name}]}']"));

    RenderResult result = renderers.render(request);

    assertThat(result.parts().getFirst().text()).contains("name: p-a-");
    assertThat(result.renderer()).isEqualTo(renderers.kustomizeName().orElseThrow());
  }

  @Test
  void namesTheMissingPluginAndHowToInstallIt() throws Exception {
    RenderRequest request =
        allowed(
            text("app/kustomization.yaml", "generators: [lister.yaml]"),
            text("app/lister.yaml", LISTER));
    Renderers none =
        Renderers.onThisMachine(
            new RenderConfig(Optional.of(scratch), RenderLimits.DEFAULT).with(IsolationMode.NONE));
    String looked =
        "the plugin example.com/v1/Lister is looked for at example.com/v1/lister/Lister in the"
            + " worker's plugins directory: ";

    Failure noDirectory = refusal(none, request);
    Failure notThere = refusal(request);
    Path program = plugins.install("example.com/v1/lister/Lister", "exit 0");
    assertThat(program.toFile().setExecutable(false, false)).isTrue();
    Failure notExecutable = refusal(request);

    assertThat(List.of(noDirectory, notThere, notExecutable))
        .extracting(Failure::code)
        .containsOnly(RenderFailure.MISSING_PLUGIN);
    assertThat(noDirectory.message())
        .isEqualTo(
            looked
                + "this worker has no plugins; start it with --plugins DIR, and install it there");
    assertThat(notThere.message())
        .isEqualTo(looked + "it is not there; install it there, and retry");
    assertThat(notExecutable.message())
        .isEqualTo(looked + "the file there may not be executed; make it executable, and retry");
  }

  @Test
  void withoutThePolicyNoInstalledPluginRuns() throws Exception {
    Path ran = temporary.resolve("ran");
    plugins.install("example.com/v1/lister/Lister", "touch " + ran);

    Failure failure =
        refusal(
            kustomization(
                text("app/kustomization.yaml", "Generators: [lister.yaml]"),
                link("app/lister.yaml", "../other/lister.yaml"),
                text("other/lister.yaml", LISTER)));

    assertThat(failure.code()).isEqualTo(SourceFailure.UNSUPPORTED);
    assertThat(failure.message())
        .startsWith("app names plugins, which the application's policy does not allow");
    assertThat(ran).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{apiVersion: e/v1, kind: '%s', metadata: {name: y}}",
        "{apiVersion: e/v1, kind: X, metadata: {name: y, annotations: {"
            + "internal.config.kubernetes.io/previousNames: a,"
            + " internal.config.kubernetes.io/previousNamespaces: b,"
            + " internal.config.kubernetes.io/previousKinds: '%s'}}}"
      })
  void kustomizeItselfRunsWhateverANameLeadsTo(String template) throws Exception {
    String script = "echo '{apiVersion: v1, kind: ConfigMap, metadata: {name: elsewhere}}'";
    RenderRequest request =
        allowed(
            text("app/kustomization.yaml", "generators: [x.yaml]"),
            text("app/x.yaml", template.formatted(elsewhere(script))));

    try (InputDirectory directory = InputDirectory.of(request.source(), sandbox().open())) {
      String output =
          sandbox()
              .run(
                  "kustomize",
                  KustomizeCommand.find(System.getenv("PATH"), sandbox())
                      .orElseThrow()
                      .buildWithPlugins("app", Path.of("/nowhere")),
                  PluginEnvironment.in(directory, plugins.directory()),
                  directory,
                  "app");

      assertThat(output).as("why configurations are checked").contains("name: elsewhere");
    }
  }

  /** Returns a program outside the plugins directory as a plugin's kind. */
  private String elsewhere(String script) throws Exception {
    Path program = Files.move(plugins.install("run", script), temporary.resolve("run"));
    return "../".repeat(40) + program.toString().substring(1);
  }

  /**
   * Added beside an installed plugin, so that plugins are enabled; each would run a program of the
   * tree.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{apiVersion: e/v1, kind: '%s', metadata: {name: y}}",
        "{apiVersion: v1, kind: XList, items: [{apiVersion: e/v1, kind: '%s', metadata: {name:"
            + " y}}]}",
        "{apiVersion: builtin, kind: XList, items: [{apiVersion: e, kind: '%s', metadata: {name:"
            + " y}}]}",
        "{apiVersion: example.com/v1, kind: Lister, metadata: {name: y, annotations: {"
            + "internal.config.kubernetes.io/previousNames: a,"
            + " internal.config.kubernetes.io/previousNamespaces: b,"
            + " internal.config.kubernetes.io/previousKinds: '%s'}}}",
        "{apiVersion: e/v1, <<: {kind: '%s'}, metadata: {name: y}}",
        "{apiVersion: e/v1, \"kin\\x64\": '%s', metadata: {name: y}}",
        "--- {apiVersion: e/v1, kind: '%s', metadata: {name: y}}",
        "{apiVersion: e/v1, kind: X, metadata: {name: y, annotations:"
            + " {config.kubernetes.io/function: 'exec: {path: ./run}'}}}",
        "{apiVersion: e/v1, kind: X, metadata: {name: y, annotations:"
            + " {config.kubernetes.io/container: example.com/image}}}",
        "{apiVersion: e/v1, kind: X, metadata: {name: y, configFn: {container: {image: x}}}}",
        "{apiVersion: builtin, kind: HelmChartInflationGenerator, metadata: {name: y}, name: x,"
            + " repo: 'https://charts.example.com'}",
        "%s",
        "{}",
        "[a]",
        "a: [",
      })
  void runsNothingButPluginsThatAreInstalled(String template) throws Exception {
    plugins.install("example.com/v1/lister/Lister", MAP.formatted("a: b"));
    Path ran = temporary.resolve("ran");
    String configuration = template.formatted(elsewhere("touch " + ran));
    InputFile run = new InputFile.Text("app/run", true, "#!/bin/sh\ntouch " + ran + "\n");

    RenderRequest inFile =
        allowed(
            text("app/kustomization.yaml", "generators: [lister.yaml, x.yaml]"),
            text("app/lister.yaml", LISTER),
            text("app/x.yaml", configuration),
            run);
    RenderRequest inline =
        allowed(
            text(
                "app/kustomization.yaml",
                "generators: [lister.yaml]",
                "transformers:",
                "- |-",
                "  " + configuration),
            text("app/lister.yaml", LISTER),
            run);

    assertThat(refusal(inFile).code()).isEqualTo(SourceFailure.UNSUPPORTED);
    assertThat(refusal(inline).code()).isEqualTo(SourceFailure.UNSUPPORTED);
    assertThat(ran).doesNotExist();
  }

  /** Kustomize reads it as an inline configuration of several lines, not as a file. */
  @Test
  void aFileWhoseNameIsAConfigurationIsRefused() throws Exception {
    plugins.install("example.com/v1/lister/Lister", MAP.formatted("a: b"));

    Failure failure =
        refusal(
            allowed(
                text(
                    "app/kustomization.yaml",
                    "generators: [lister.yaml, \"kind: x\\u2028metadata: y\"]"),
                text("app/lister.yaml", LISTER),
                text("app/kind: x\u2028metadata: y", LISTER)));

    assertThat(failure.code()).isEqualTo(SourceFailure.UNSUPPORTED);
  }

  @Test
  void configurationsThatAreBuiltAreRefused() throws Exception {
    plugins.install("example.com/v1/lister/Lister", MAP.formatted("a: b"));

    Failure failure =
        refusal(
            allowed(
                text("app/kustomization.yaml", "generators: [lister.yaml, built]"),
                text("app/lister.yaml", LISTER),
                text("app/built/kustomization.yaml", "resources: [x.yaml]"),
                text("app/built/x.yaml", LISTER)));

    assertThat(failure.code()).isEqualTo(SourceFailure.UNSUPPORTED);
    assertThat(failure.message()).contains("not a file of plain YAML");
  }

  @Test
  void filesThatNoKustomizationNamesNeedNotBeYaml() throws Exception {
    plugins.install("example.com/v1/lister/Lister", MAP.formatted("a: b"));

    assertThat(
            render(
                allowed(
                    text("app/kustomization.yaml", "generators: [lister.yaml]"),
                    text("app/lister.yaml", LISTER),
                    text("app/README.md", "a builtin: [", "files: https://example.com"))))
        .contains("name: listed");
  }

  @Test
  void pluginsCannotRunGit() throws Exception {
    Optional<Path> git = InstalledProgram.find("git", PluginEnvironment.PATH);
    assumeTrue(git.isPresent(), "git is not here");
    KustomizeCommand command =
        KustomizeCommand.find(System.getenv("PATH"), sandbox()).orElseThrow();
    Path repository = repository(git.get());
    RenderRequest request =
        kustomization(
            text(
                "app/kustomization.yaml",
                "resources: ['file://%s?ref=main']".formatted(repository)));

    try (InputDirectory directory = InputDirectory.of(request.source(), sandbox().open())) {
      List<String> build = command.buildWithPlugins("app", Path.of("/nowhere"));
      BoundedProcess.Ending open =
          new BoundedProcess(
                  new ReadyShells(scratch, RenderLimits.DEFAULT, new Isolation.None())
                      .take()
                      .shell(),
                  build,
                  directory.root(),
                  directory.tree(),
                  Map.of("PATH", PluginEnvironment.PATH, "HOME", directory.home().toString()),
                  RenderLimits.DEFAULT)
              .run();
      Sandbox sandbox = sandbox();
      RenderException closed =
          catchThrowableOfType(
              RenderException.class,
              () ->
                  sandbox.run(
                      "kustomize",
                      build,
                      PluginEnvironment.in(directory, plugins.directory()),
                      directory,
                      "app"));

      assertThat(open)
          .as("what a PATH alone would allow")
          .isInstanceOfSatisfying(
              BoundedProcess.Ending.Exited.class,
              exited -> assertThat(exited.output()).contains("name: fetched"));
      assertThat(closed.failure().code()).isEqualTo(RenderFailure.RENDER_FAILED);
    }
  }

  private Path repository(Path git) throws Exception {
    Path repository = Files.createDirectory(temporary.resolve("repository"));
    Files.writeString(
        repository.resolve("kustomization.yaml"),
        "configMapGenerator: [{name: fetched, literals: [a=b]}]");
    for (String arguments :
        List.of(
            "init -q -b main",
            "add .",
            "-c user.name=a -c user.email=a@example.com commit -q -m a")) {
      ProcessBuilder process = new ProcessBuilder(git.toString());
      process.command().addAll(List.of(arguments.split(" ")));
      assertThat(process.directory(repository.toFile()).inheritIO().start().waitFor()).isZero();
    }
    return repository;
  }

  private String render(RenderRequest request) throws Exception {
    return renderers.render(request).parts().getFirst().text();
  }

  private Failure refusal(RenderRequest request) {
    return refusal(renderers, request);
  }

  private static Failure refusal(Renderers renderers, RenderRequest request) {
    RenderException failure =
        catchThrowableOfType(RenderException.class, () -> renderers.render(request));
    assertThat(failure).as("refused").isNotNull();
    assertThat(failure.remedy()).isNotEqualTo(RenderException.Remedy.TIME);
    return failure.failure();
  }

  private Sandbox sandbox() {
    return new Sandbox(scratch, RenderLimits.DEFAULT);
  }
}
