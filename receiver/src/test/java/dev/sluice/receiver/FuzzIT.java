package dev.sluice.receiver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.contract.name.Forge;
import dev.sluice.platform.process.ChildProcess;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Fuzzes the parser of each forge, starting from its sample deliveries. Runs only in the Maven
 * profile {@code fuzz}, which adds the fuzzer and sets the duration. The message of a failure
 * contains the finding.
 */
class FuzzIT {

  private static final int SECONDS = Integer.getInteger("sluice.fuzz-seconds", 0);

  @TempDir private Path directory;

  @ParameterizedTest
  @EnumSource(Forge.class)
  void findsNothing(Forge forge) throws Exception {
    assumeTrue(SECONDS > 0, "only in the profile fuzz");
    Path corpus = Files.createDirectories(directory.resolve("corpus"));
    plant(forge, corpus);

    Process fuzzer =
        ChildProcess.start(
            new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx1g",
                    "-cp",
                    System.getProperty("java.class.path"),
                    "com.code_intelligence.jazzer.Jazzer",
                    "--target_class=" + FuzzTarget.class.getName(),
                    "--target_args=" + forge.name(),
                    "--instrumentation_includes=dev.sluice.**:com.fasterxml.jackson.core.**",
                    "--reproducer_path=" + directory,
                    "-artifact_prefix=" + directory + "/",
                    "-max_total_time=" + SECONDS,
                    "-timeout=20",
                    "-max_len=16384",
                    corpus.toString())
                .directory(directory.toFile())
                .redirectErrorStream(true));
    List<String> said = new String(fuzzer.getInputStream().readAllBytes(), UTF_8).lines().toList();

    List<String> end = said.subList(Math.max(0, said.size() - 60), said.size());
    assertThat(fuzzer.waitFor()).as(String.join("\n", end)).isZero();
    assertThat(said).as("it covers something").anyMatch(line -> line.contains(" cov: "));
    System.out.println(forge.configName() + ": " + said.getLast());
  }

  private static void plant(Forge forge, Path corpus) throws IOException {
    List<OwnDelivery> deliveries = OwnDelivery.of(forge);
    for (int i = 0; i < deliveries.size(); i++) {
      ByteArrayOutputStream input = new ByteArrayOutputStream();
      input.write(i);
      input.writeBytes(deliveries.get(i).body().getBytes(UTF_8));
      Files.write(corpus.resolve("own-" + i), input.toByteArray());
    }
  }
}
