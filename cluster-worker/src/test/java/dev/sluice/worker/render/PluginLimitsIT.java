package dev.sluice.worker.render;

import static dev.sluice.worker.render.Inputs.text;
import static dev.sluice.worker.render.InstalledPlugins.allowed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.platform.process.NeededProgram;
import dev.sluice.worker.sandbox.IsolationMode;
import dev.sluice.worker.sandbox.RenderException;
import dev.sluice.worker.sandbox.RenderLimits;
import dev.sluice.worker.sandbox.Scratch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Resource limits of plugins, and the processes and files that they leave, without isolation. */
@EnabledOnOs(OS.LINUX)
class PluginLimitsIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String NOTHING = ">/dev/null 2>&1 </dev/null";
  private static final String MAP = "echo '{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}'";

  @TempDir Path temporary;
  private Path scratch;
  private InstalledPlugins plugins;

  @BeforeEach
  void make() throws Exception {
    scratch = Files.createDirectory(temporary.resolve("scratch"));
    plugins = new InstalledPlugins(Files.createDirectory(temporary.resolve("plugins")));
    NeededProgram.check("kustomize", "kubectl");
  }

  @Test
  void aLoopingPluginIsKilled() throws Exception {
    Path pids = temporary.resolve("pids");
    plugins.install("e/v1/x/X", "echo $$ > %s; while :; do :; done".formatted(pids));

    assertThat(failure(limits(Duration.ofSeconds(5), 1L << 30)).code())
        .isEqualTo(RenderFailure.RENDERER_TIMEOUT);
    assertGone(pids);
  }

  @Test
  void aHangingPluginIsKilledWithItsChildren() throws Exception {
    Path pids = temporary.resolve("pids");
    plugins.install(
        "e/v1/x/X",
        """
        echo $$ > %1$s
        sleep 1000 &
        echo $! >> %1$s
        setsid sleep 1000 &
        echo $! >> %1$s
        wait
        """
            .formatted(pids));

    assertThat(failure(limits(Duration.ofSeconds(5), 1L << 30)).code())
        .isEqualTo(RenderFailure.RENDERER_TIMEOUT);
    assertGone(pids);
  }

  @Test
  void processesLeftBehindAreKilled() throws Exception {
    Path pids = temporary.resolve("pids");
    plugins.install(
        "e/v1/x/X",
        """
        sleep 1000 %2$s &
        echo $! > %1$s
        (setsid sleep 1000 %2$s & echo $! >> %1$s)
        %3$s
        """
            .formatted(pids, NOTHING, MAP));

    assertThat(render(RenderLimits.DEFAULT).parts().getFirst().text()).contains("name: a");
    assertGone(pids);
  }

  @Test
  void aForkingPluginIsKilled() throws Exception {
    Path steps = temporary.resolve("steps");
    plugins.install(
        "e/v1/x/X",
        """
        if [ "$STEP" ]; then
          echo . >> %1$s
          "$0" %2$s &
          exit
        fi
        STEP=1 "$0" %2$s &
        while ! test -e %1$s; do :; done
        %3$s
        """
            .formatted(steps, NOTHING, MAP));

    assertThat(render(RenderLimits.DEFAULT).parts().getFirst().text()).contains("name: a");
    long[] before = {-1};
    await("no more steps")
        .pollInterval(Duration.ofMillis(500))
        .atMost(PATIENCE)
        .until(
            () -> {
              long now = Files.size(steps);
              boolean stands = now == before[0];
              before[0] = now;
              return stands;
            });
  }

  @Test
  void aProgramThatExceedsItsMemoryFails() throws Exception {
    plugins.install("e/v1/x/X", "a=0123456789abcdef; while :; do a=$a$a; done");

    assertThat(failure(limits(PATIENCE, 128L << 20)).code())
        .isIn(
            RenderFailure.RENDERER_OUT_OF_MEMORY,
            RenderFailure.RENDERER_KILLED,
            RenderFailure.RENDER_FAILED);
  }

  @Test
  void aPluginThatWritesWithoutEndFails() throws Exception {
    plugins.install("e/v1/x/X", "exec yes");

    // kustomize keeps it in memory, and crashes in one of several ways when there is none left
    assertThat(failure(limits(PATIENCE, 128L << 20)).code())
        .isIn(
            RenderFailure.RENDERER_OUT_OF_MEMORY,
            RenderFailure.RENDERER_KILLED,
            RenderFailure.RENDER_FAILED);
  }

  @Test
  void aPluginThatFillsTheDiskFails() throws Exception {
    Path size = temporary.resolve("size");
    plugins.install(
        "e/v1/x/X",
        "yes > \"$TMPDIR/all\"; stat -c %%s \"$TMPDIR/all\" > %s; exit 1".formatted(size));

    assertThat(failure(RenderLimits.DEFAULT).code()).isEqualTo(RenderFailure.RENDER_FAILED);
    assertThat(size).hasContent(Long.toString(256L << 20));
  }

  @Test
  void aPluginThatFillsTheDiskWithManyFilesIsKilled() throws Exception {
    plugins.install(
        "e/v1/x/X",
        "while :; do i=$((i+1)); mkdir \"$TMPDIR/$i\"; head -c 1000000 /dev/zero >"
            + " \"$TMPDIR/$i/f\"; done");
    RenderLimits usual = RenderLimits.DEFAULT;

    Failure failure =
        failure(new RenderLimits(PATIENCE, usual.memory(), usual.output(), 20L << 20));

    assertThat(failure.code()).isEqualTo(RenderFailure.RENDERING_TOO_LARGE);
    assertThat(failure.message()).contains("its files had more than 20 MiB");
  }

  @Test
  void directoriesThatItClosesAreRemoved() throws Exception {
    assumeFalse(System.getProperty("user.name").equals("root"), "root may do everything");
    plugins.install(
        "e/v1/x/X",
        """
        cd "$TMPDIR"
        mkdir -p kept/deep none/deep
        touch kept/deep/file none/deep/file
        chmod 555 kept/deep kept
        chmod 000 none/deep none
        %s
        """
            .formatted(MAP));

    assertThat(render(RenderLimits.DEFAULT).parts().getFirst().text()).contains("name: a");
  }

  private static RenderLimits limits(Duration time, long memory) {
    return new RenderLimits(time, memory, RenderLimits.DEFAULT.output());
  }

  private RenderResult render(RenderLimits limits) throws Exception {
    RenderConfig config =
        new RenderConfig(Optional.of(scratch), limits, Optional.of(plugins.directory()))
            .with(IsolationMode.NONE);
    RenderResult result;
    try (Renderers renderers = Renderers.onThisMachine(config)) {
      result =
          renderers.render(
              allowed(
                  text(
                      "app/kustomization.yaml",
                      "generators: ['{apiVersion: e/v1, kind: X, metadata: {name: x}}']")));
    }
    assertThat(Scratch.in(scratch)).isDirectoryNotContaining(left -> !left.endsWith("lock"));
    return result;
  }

  private Failure failure(RenderLimits limits) {
    RenderException failure = catchThrowableOfType(RenderException.class, () -> render(limits));
    assertThat(failure).as("failed").isNotNull();
    assertThat(Scratch.in(scratch)).isDirectoryNotContaining(left -> !left.endsWith("lock"));
    return failure.failure();
  }

  private static void assertGone(Path pids) throws Exception {
    for (String pid : Files.readAllLines(pids)) {
      await(pid)
          .atMost(PATIENCE)
          .until(
              () ->
                  ProcessHandle.of(Long.parseLong(pid)).isEmpty()
                      || Files.readString(Path.of("/proc", pid, "stat")).contains(") Z "));
    }
  }
}
