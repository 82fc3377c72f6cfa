package dev.sluice.dispatcher.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.platform.config.Settings;
import dev.sluice.platform.kafka.Topics;
import dev.sluice.platform.process.ChildProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client of S3 costs nothing where it is not used. */
class LoadedClassesIT {

  @Test
  void anArchiveInADirectoryLoadsNoClassOfTheS3Client(@TempDir Path directory) throws IOException {
    Process process =
        ChildProcess.start(
            new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xlog:class+load",
                    "-cp",
                    System.getProperty("java.class.path"),
                    DirectoryArchive.class.getName(),
                    directory.toString())
                .redirectErrorStream(true));

    String output = new String(process.getInputStream().readAllBytes(), UTF_8);

    assertThat(output).contains(TargetArchive.class.getName() + " ");
    assertThat(output.lines().filter(line -> line.contains("software.amazon"))).isEmpty();
    assertThat(directory.resolve("targets/sluice/east/web/1.json.gz")).exists();
  }

  /** Reads the settings of an archive and writes a target to it. */
  static final class DirectoryArchive {

    private DirectoryArchive() {}

    public static void main(String[] arguments) {
      ArchiveConfig config =
          ArchiveConfig.from(
                  new Settings(ArchiveConfig.SETTINGS, List.of())
                      .read(Map.of("archive", List.of(arguments[0])), Map.of(), Optional.empty()))
              .orElseThrow();
      try (TargetArchive archive = config.open(Topics.DEFAULT, Clock.systemUTC())) {
        archive.write(SampleTarget.of(SampleTarget.EAST, 1, "one"));
      }
    }
  }
}
