package dev.sluice.platform.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ChildProcessIT {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Test
  void endsWithAKilledJvm() throws Exception {
    Process jvm =
        ChildProcess.start(
            new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Program.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT));
    try (BufferedReader output = jvm.inputReader(StandardCharsets.UTF_8)) {
      ProcessHandle ended = ProcessHandle.of(Long.parseLong(output.readLine())).orElseThrow();
      assertThat(ended.isAlive()).isTrue();

      jvm.destroyForcibly().waitFor();

      await().atMost(PATIENCE).until(() -> !ended.isAlive());
    }
  }

  /** A JVM that waits for its child. */
  static final class Program {

    private Program() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
      Process child = ChildProcess.start(new ProcessBuilder("sleep", "600"));
      System.out.println(child.pid());
      child.waitFor();
    }
  }
}
