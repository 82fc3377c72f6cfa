package dev.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The workload from which the JVM learns what the parts use. */
class TrainingRunIT {

  @TempDir private Path directory;

  @Test
  void allPartsWorkOnPushesAndTheProcessEnds() throws Exception {
    Path temporary = Files.createDirectory(directory.resolve("tmp"));
    try (SluiceProcess process =
        SluiceProcess.start(
            directory.resolve("log"),
            Map.of(),
            List.of("-Xmx512m", "-Djava.io.tmpdir=" + temporary),
            "training-run",
            "--hold")) {
      process.endInput();
      assertThat(process.awaitEnd()).as(process.output()).isZero();
      assertThat(process.output())
          .containsPattern("staging website +configured Deployment website/website")
          .contains("webhook to dispatcher")
          .containsPattern("training run: the API is at http://127.0.0.1:\\d+")
          .doesNotContain(" ERROR ", "\tat ");
    }
    assertThat(temporary).isDirectoryNotContaining("glob:**/sluice-training*");
  }
}
