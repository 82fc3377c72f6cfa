package dev.sluice.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of killed workers are removed, and none that is in use. */
@Tag("locale")
class ScratchIT {

  @TempDir private Path directory;

  @Test
  void removesFilesOfKilledWorkersButNotOfRunningOnes() throws Exception {
    try (Other killed = new Other(directory);
        Other working = new Other(directory)) {
      assertThat(killed.place).isNotEqualTo(working.place);
      Path closed = Files.createDirectory(killed.place.resolve("closed"));
      Files.writeString(closed.resolve("input"), "x");
      Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));
      Files.writeString(working.place.resolve("input"), "x");
      killed.kill();

      Path own = Scratch.in(directory);

      assertThat(killed.place).doesNotExist();
      assertThat(working.place.resolve("input")).exists();
      assertThat(own).isDirectory().isNotEqualTo(working.place);
      assertThat(Scratch.in(directory)).isEqualTo(own);
    }
  }

  @Test
  void aWorkerThatEndsLeavesNoFiles() throws Exception {
    try (Other ending = new Other(directory)) {
      Files.writeString(ending.place.resolve("input"), "x");
      ending.end();
      assertThat(ending.place).doesNotExist();
    }
  }

  @Test
  void removesOldDirectoriesWithoutALock() throws IOException {
    Path former = Files.createDirectory(directory.resolve("sluice-render-1234"));
    Path young = Files.createDirectory(directory.resolve("sluice-render-5678"));
    Path unlocked = Files.createDirectory(directory.resolve("sluice-worker-1234"));
    Path foreign = Files.createDirectory(directory.resolve("sluice-other"));
    for (Path each : new Path[] {former, unlocked, foreign}) {
      Files.setLastModifiedTime(each, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
    }

    var unused = Scratch.in(directory);

    assertThat(former).doesNotExist();
    assertThat(unlocked).doesNotExist();
    assertThat(young).exists();
    assertThat(foreign).exists();
  }

  /** Another process with its own place in the directory. */
  private static final class Other implements AutoCloseable {
    private final Process process;
    private final Path place;

    Other(Path directory) throws IOException {
      this.process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty("java.class.path"),
                  ScratchUser.class.getName(),
                  directory.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      BufferedReader output = process.inputReader();
      String line = output.readLine();
      while (line != null && !line.startsWith(ScratchUser.PLACE)) {
        line = output.readLine();
      }
      this.place = Path.of(String.valueOf(line).substring(ScratchUser.PLACE.length()));
    }

    void kill() throws InterruptedException {
      process.destroyForcibly().waitFor();
    }

    void end() throws IOException, InterruptedException {
      process.getOutputStream().close();
      process.waitFor();
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }
}
