package dev.sluice.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.platform.process.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScratchDirectoryTest {

  @Test
  void nothingIsLeftWhenTheCommandFails() {
    Path[] made = new Path[1];
    assertThatThrownBy(
            () -> {
              try (ScratchDirectory scratch = ScratchDirectory.create("sluice-test")) {
                made[0] = scratch.path();
                fill(made[0]);
                throw new IllegalStateException("the command failed");
              }
            })
        .hasMessage("the command failed");
    assertThat(made[0]).doesNotExist();
  }

  @Test
  void nothingIsLeftWhenTheProcessIsStopped(@TempDir Path temporary) throws Exception {
    Process process =
        ChildProcess.start(
            new ProcessBuilder(
                    ProcessHandle.current().info().command().orElseThrow(),
                    "-Djava.io.tmpdir=" + temporary,
                    "-cp",
                    System.getProperty("java.class.path"),
                    Waiting.class.getName())
                .inheritIO());
    try {
      await().atMost(Duration.ofSeconds(30)).until(() -> !contents(temporary).isEmpty());
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> Files.exists(contents(temporary).getFirst().resolve("clone/file")));
      process.destroy();
      assertThat(process.waitFor()).isNotZero();
      assertThat(contents(temporary)).isEmpty();
    } finally {
      process.destroyForcibly();
    }
  }

  /** A command that runs until it is stopped. */
  static final class Waiting {

    private Waiting() {}

    public static void main(String[] arguments) throws Exception {
      try (ScratchDirectory scratch = ScratchDirectory.create("sluice-test")) {
        fill(scratch.path());
        Thread.currentThread().join();
      }
    }
  }

  private static void fill(Path directory) throws IOException {
    Files.createDirectories(directory.resolve("clone"));
    Files.writeString(directory.resolve("clone/file"), "x");
  }

  private static List<Path> contents(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.toList();
    }
  }
}
