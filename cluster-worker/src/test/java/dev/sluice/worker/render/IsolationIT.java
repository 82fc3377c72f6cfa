package dev.sluice.worker.render;

import static dev.sluice.worker.render.Inputs.kustomization;
import static dev.sluice.worker.render.Inputs.text;
import static dev.sluice.worker.render.InstalledPlugins.allowed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.platform.config.ConfigurationException;
import dev.sluice.platform.process.NeededProgram;
import dev.sluice.worker.helm.HelmProgram;
import dev.sluice.worker.helm.LibraryProcess;
import dev.sluice.worker.sandbox.InputDirectory;
import dev.sluice.worker.sandbox.InstalledProgram;
import dev.sluice.worker.sandbox.IsolationMode;
import dev.sluice.worker.sandbox.IsolationProbe;
import dev.sluice.worker.sandbox.RenderException;
import dev.sluice.worker.sandbox.RenderLimits;
import dev.sluice.worker.sandbox.Sandbox;
import dev.sluice.worker.sandbox.Scratch;
import dev.sluice.worker.sandbox.VisibleFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A program that runs in place of a renderer and tries every way out. Charts and kustomizations
 * should never be able to run one; here an exec plugin does what a malicious repository would like
 * to.
 */
@EnabledOnOs(OS.LINUX)
@ParameterizedClass
@EnumSource
class IsolationIT {

  private static final String SECRET = "the-workers-own-secret";
  private static final String MAP =
      "echo \"{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {got: '$all'}}\"";

  /** Prints which escapes succeeded. */
  private static final String ESCAPES =
      """
      exec 2>/dev/null
      all=
      got() { all="$all got $1;"; }
      tr '\\0' '\\n' < /proc/$PPID/environ | grep -q %2$s && got parents-environment
      cat /proc/[0-9]*/environ | tr '\\0' '\\n' | grep -q %2$s && got some-environment
      cat /proc/%3$s/environ > /dev/null && got workers-environment
      cat /proc/%3$s/cmdline | grep -q java && got workers-command-line
      cat /proc/%3$s/root/etc/passwd | grep -q root && got workers-root
      ls /proc/%3$s/fd/ | grep -q . && got workers-files
      for file in %1$s/kubeconfig %1$s/token "$TMPDIR/../../other/tree/values.yaml"; do
        grep -q %2$s "$file" && got "file $file"
      done
      ls "$TMPDIR/../.." | grep -qv "$(basename "$(dirname "$TMPDIR")")" && got others-directories
      echo x > %1$s/written
      echo x > %1$s/plugins/e/v1/x/planted && got plugin-planted
      [ -w /usr ] && got written-to-system
      bash -c 'echo > /dev/tcp/127.0.0.1/%4$s' && got tcp
      bash -c 'echo > /dev/tcp/%5$s/%4$s' && got tcp-by-address
      python3 -c 'import socket; s = socket.socket(socket.AF_UNIX); s.connect("\\0%6$s")' && got abstract-socket
      python3 -c 'import socket; s = socket.socket(socket.AF_UNIX); s.connect("%1$s/socket")' && got socket
      kill -0 %3$s && got signals-to-worker
      (exec setsid sleep 1000 </dev/null >/dev/null) &
      (setsid sh -c 'echo $$ > "$HOME/daemon"; exec sleep %7$s' </dev/null >/dev/null) &
      unshare -r true && got capabilities-again
      unshare -r mount -t tmpfs none /tmp && got mounts-again
      (: >> /proc/sys/kernel/core_pattern) && got core-pattern
      env | grep -q %2$s && got own-environment
      """;

  @Parameter IsolationMode mode;
  @TempDir Path temporary;
  private InstalledPlugins plugins;
  private RenderConfig config;
  private Renderers renderers;

  @AfterEach
  void stop() {
    renderers.close();
  }

  @BeforeEach
  void isolate() throws Exception {
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path scratch = Files.createDirectory(temporary.resolve("scratch"));
    plugins = new InstalledPlugins(Files.createDirectory(temporary.resolve("plugins")));
    config =
        new RenderConfig(
                Optional.of(scratch), RenderLimits.DEFAULT, Optional.of(plugins.directory()))
            .with(mode);
    renderers = Renderers.onThisMachine(config);
    switch (mode) {
      case BUBBLEWRAP -> NeededProgram.check("bwrap");
      case NAMESPACES -> NeededProgram.check("unshare");
      case USER, NONE -> {}
    }
    assumeTrue(renderers.isolation() == mode, "this machine cannot isolate by " + mode.text());
    NeededProgram.check("kustomize", "kubectl");
    secret(temporary.resolve("kubeconfig"));
    secret(temporary.resolve("token"));
    secret(
        Files.createDirectories(Scratch.in(scratch).resolve("other/tree")).resolve("values.yaml"));
  }

  @Test
  void aProgramFindsNoWayOut() throws Exception {
    Process other = other();
    Process abstractSocket = abstractSocket("sluice-" + temporary.getFileName());
    try (ServerSocket tcp = new ServerSocket(0, 50, InetAddress.getByName("0.0.0.0"));
        ServerSocketChannel unix = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      unix.bind(UnixDomainSocketAddress.of(temporary.resolve("socket")));
      Files.setPosixFilePermissions(
          temporary.resolve("socket"), PosixFilePermissions.fromString("rwxrwxrwx"));
      plugins.install(
          "e/v1/x/X",
          ESCAPES.formatted(
                  temporary,
                  SECRET,
                  ProcessHandle.current().pid(),
                  tcp.getLocalPort(),
                  InetAddress.getLocalHost().getHostAddress(),
                  "sluice-" + temporary.getFileName(),
                  seconds())
              + MAP);

      String rendered = render("generators: ['{apiVersion: e/v1, kind: X, metadata: {name: x}}']");

      List<String> got =
          Pattern.compile("got ([^;]+);")
              .matcher(rendered)
              .results()
              .map(match -> match.group(1).replaceAll("\\s+", " "))
              .toList();
      assertThat(rendered).contains("got:");
      if (mode == IsolationMode.NONE) {
        assertThat(got).as("what it tries would work").containsAll(POSSIBLE);
      } else {
        assertThat(got).as("what it could do").isSubsetOf(allowedIn(mode));
      }
      assertThat(other.isAlive()).isTrue();
    } finally {
      other.destroyForcibly();
      abstractSocket.destroyForcibly();
    }
    assertThat(Files.exists(temporary.resolve("written"))).isEqualTo(mode == IsolationMode.NONE);
    assertNothingSleeps("sleep " + seconds());
  }

  /** Escapes that succeed for a program of the worker's user. */
  private static final List<String> POSSIBLE =
      List.of(
          "some-environment",
          "workers-environment",
          "workers-command-line",
          "workers-root",
          "workers-files",
          "others-directories",
          "plugin-planted",
          "tcp",
          "signals-to-worker");

  /**
   * Returns the escapes that a mode allows: separate users still share the network and the process
   * list.
   */
  private static List<String> allowedIn(IsolationMode mode) {
    return mode == IsolationMode.USER
        ? List.of(
            "workers-command-line",
            "tcp",
            "tcp-by-address",
            "abstract-socket",
            "socket",
            "capabilities-again")
        : List.of();
  }

  /**
   * Starts another renderer, or a helper of the worker: a process of the same user, with a secret.
   */
  private static Process other() throws IOException {
    ProcessBuilder builder = new ProcessBuilder("sleep", "1000");
    builder.environment().put("KAFKA_PASSWORD", SECRET);
    return builder.start();
  }

  /** Opens an abstract socket in Python, since Java cannot. */
  private static Process abstractSocket(String name) throws IOException {
    Process process =
        new ProcessBuilder(
                "python3",
                "-c",
                "import socket, time; s = socket.socket(socket.AF_UNIX); s.bind('\\0%s');"
                        .formatted(name)
                    + " s.listen(); print('ready', flush=True); time.sleep(1000)")
            .start();
    assertThat(process.inputReader().readLine()).isEqualTo("ready");
    return process;
  }

  /** Returns how long the daemon of this mode would sleep, by which it is recognized. */
  private String seconds() {
    return 1000 + Math.floorMod(mode.name().hashCode(), 997) + ".5";
  }

  private static void assertNothingSleeps(String command) {
    await("daemons are gone")
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                ProcessHandle.allProcesses()
                    .noneMatch(
                        process -> process.info().commandLine().orElse("").endsWith(command)));
  }

  /** The fault that was reported, with each of the two protections removed in turn. */
  @Test
  void aReleaseNameCannotRunAProgram() throws Exception {
    NeededProgram.check("helm");
    RenderException refused =
        catchThrowableOfType(RenderException.class, () -> renderers.render(kustomization(ATTACK)));
    assertThat(refused.failure().code()).isEqualTo(SourceFailure.INVALID_ARGUMENT);

    Process other = other();
    try (Sandbox sandbox =
        new Sandbox(
            Scratch.in(temporary.resolve("scratch")),
            RenderLimits.DEFAULT,
            new IsolationProbe(
                    VisibleFiles.with(programs()),
                    Scratch.in(temporary.resolve("scratch")),
                    RenderLimits.DEFAULT)
                .strongest(Optional.of(mode), ""))) {
      KustomizeCommand command =
          KustomizeCommand.find(System.getenv("PATH"), sandbox).orElseThrow();
      HelmProgram helm = HelmProgram.find(System.getenv("PATH"), sandbox).orElseThrow();
      try (InputDirectory directory =
          InputDirectory.of(kustomization(ATTACK).source(), sandbox.open())) {
        String output =
            sandbox.run("kustomize", command.build("./app", helm.file()), directory, "the attack");
        assertThat(output).as("the program ran").contains("name: ran");
        assertThat(output.contains(SECRET)).isEqualTo(mode == IsolationMode.NONE);
      }
    } finally {
      other.destroyForcibly();
    }
  }

  private static final InputFile[] ATTACK = {
    text(
        "app/kustomization.yaml",
        "helmCharts: [{name: web, releaseName: --post-renderer=/bin/sh, nameTemplate: web}]"),
    text("app/charts/web/Chart.yaml", "{apiVersion: v2, name: web, version: 1.0.0}"),
    text("app/charts/web/values.yaml", "{}"),
    text(
        "app/charts/web/templates/run.yaml",
        "apiVersion: v1",
        "kind: ConfigMap",
        "metadata: {name: web}",
        "data:",
        "  run: |",
        "    :",
        "    PATH=/usr/bin:/bin",
        "    found=$(cat /proc/[0-9]*/environ 2>/dev/null | grep -aom1 %s)".formatted(SECRET),
        "    echo 'apiVersion: v1'",
        "    echo 'kind: ConfigMap'",
        "    echo 'metadata: {name: ran}'",
        "    echo \"data: {found: '$found'}\"",
        "    exit")
  };

  private static List<Path> programs() {
    return Stream.of("kustomize", "kubectl", "helm")
        .flatMap(name -> InstalledProgram.find(name, System.getenv("PATH")).stream())
        .toList();
  }

  @Test
  void aRequiredIsolationThatDoesNotWorkIsAnError() {
    RenderConfig required =
        new RenderConfig(
            config.directory(),
            config.limits(),
            Optional.empty(),
            new RenderConfig.Isolated(Optional.of(IsolationMode.NONE), true, List.of()));

    assertThatThrownBy(() -> Renderers.onThisMachine(required))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("--require-render-isolation");
  }

  @Test
  void theLibraryAlsoRendersChartsInIsolation() throws Exception {
    assumeTrue(LibraryProcess.nativePart().isPresent(), "there is no library for this system");
    assumeTrue(
        mode != IsolationMode.USER
            || LibraryProcess.files().stream().noneMatch(file -> file.startsWith("/root")),
        "the library is where other users cannot read it");
    try (Renderers without = Renderers.onThisMachine("/nowhere", config)) {
      assertThat(without.helmName().orElseThrow()).startsWith("helm-java");
      for (String name : List.of("one", "two")) {
        RenderResult result =
            without.render(
                Inputs.of(
                    SourceType.HELM,
                    "chart",
                    text("chart/Chart.yaml", "{apiVersion: v2, name: web, version: 1.0.0}"),
                    text(
                        "chart/templates/a.yaml",
                        "{apiVersion: v1, kind: ConfigMap, metadata: {name: %s}}"
                            .formatted(name))));

        assertThat(result.parts().getFirst().text()).contains("name: " + name);
      }
    }
  }

  private String render(String kustomization) throws Exception {
    return renderers
        .render(allowed(text("app/kustomization.yaml", kustomization)))
        .parts()
        .getFirst()
        .text();
  }

  private static void secret(Path file) throws IOException {
    Files.writeString(file, "secret: " + SECRET);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }
}
