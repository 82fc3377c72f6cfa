package dev.sluice.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.worker.sandbox.BoundedProcess.Ending;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BoundedProcessTest {

  private static final RenderLimits LIMITS =
      new RenderLimits(Duration.ofSeconds(60), 200L << 20, 1 << 20);

  @TempDir Path directory;

  @Test
  void capsMemoryTimeFilesAndCores() throws Exception {
    long seconds = 60L * Runtime.getRuntime().availableProcessors();

    Ending ending = run("echo $(ulimit -c) $(ulimit -d) $(ulimit -H -d) $(ulimit -t) $(ulimit -f)");

    assertThat(ending)
        .isEqualTo(new Ending.Exited(0, "0 204800 204800 %d 524288\n".formatted(seconds), ""));
  }

  @Test
  void theResourcesOfAProgramAreBounded() throws Exception {
    Ending ending = run("x=0123456789abcdef; while :; do x=$x$x; done");

    assertThat(ending).isInstanceOf(Ending.Exited.class);
    assertThat(((Ending.Exited) ending).code()).isNotZero();
  }

  @Test
  void theFilesOfAProgramTogetherAreBounded() throws Exception {
    RenderLimits limits = new RenderLimits(Duration.ofMinutes(1), 512L << 20, 1 << 20, 5L << 20);
    String script = "while :; do i=$((i+1)); mkdir -p d$i; head -c 100000 /dev/zero > d$i/f; done";

    Ending ending =
        new BoundedProcess(
                shell(),
                List.of("/bin/sh", "-c", script),
                directory,
                Files.createDirectory(directory.resolve("tree")),
                Map.of("PATH", "/usr/bin:/bin"),
                limits)
            .run();

    assertThat(ending).isEqualTo(new Ending.WroteTooManyFiles());
  }

  @Test
  void aProgramThatExitsAtOnceIsReportedAsExited() throws Exception {
    for (int i = 0; i < 200; i++) {
      assertThat(run("exit 3")).isEqualTo(new Ending.Exited(3, "", ""));
    }
  }

  @Test
  void aProgramGetsExactlyItsArgumentsDirectoryAndEnvironment() throws Exception {
    Path odd = Files.createDirectory(directory.resolve("it's \"$HOME\" `x`\n;&"));

    Ending ending =
        new BoundedProcess(
                shell(),
                List.of(
                    "/bin/sh",
                    "-c",
                    "pwd; printf '<%s>' \"$@\" \"$VALUE\"; env | cut -d= -f1 | sort | tr '\\n"
                        + "' ' '; cat",
                    "-",
                    "",
                    "a'b",
                    "c\nd",
                    "$HOME"),
                directory,
                odd,
                Map.of("PATH", "/usr/bin:/bin", "VALUE", "e'f \\g"),
                LIMITS)
            .run();

    assertThat(((Ending.Exited) ending).output())
        .startsWith(odd + "\n<><a'b><c\nd><$HOME><e'f \\g>")
        .endsWith("PATH PWD VALUE ");
  }

  @Test
  void aMissingProgramIsReported() throws Exception {
    BoundedProcess process =
        new BoundedProcess(
            shell(), List.of("/nowhere/program"), directory, directory, Map.of(), LIMITS);

    assertThatThrownBy(process::run)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("/nowhere/program");
  }

  private Ending run(String script) throws IOException, InterruptedException {
    return new BoundedProcess(
            shell(),
            List.of("/bin/sh", "-c", script),
            directory,
            directory,
            Map.of("PATH", "/bin"),
            LIMITS)
        .run();
  }

  private ReadyShell shell() throws IOException {
    return new ReadyShells(directory, LIMITS, new Isolation.None()).take().shell();
  }
}
