package dev.sluice.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.platform.process.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A finished run of another program.
 *
 * @param output of both streams
 */
record ProgramRun(int code, String output) {

  /**
   * Runs a program and waits for its end.
   *
   * @throws AssertionError if it does not end in time
   */
  static ProgramRun of(
      Path directory, Map<String, String> environment, Duration within, String... command)
      throws IOException, InterruptedException {
    Path log = Files.createTempFile("program", ".log");
    ProcessBuilder builder =
        new ProcessBuilder(List.of(command))
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    Process process = ChildProcess.start(builder);
    try {
      if (!process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
        throw new AssertionError(
            "%s did not end within %s: %s"
                .formatted(String.join(" ", command), within, Files.readString(log, UTF_8)));
      }
      return new ProgramRun(process.exitValue(), Files.readString(log, UTF_8));
    } finally {
      Files.delete(log);
    }
  }
}
