package dev.sluice.standalone;

import static dev.sluice.standalone.DockerEngine.IMAGE;
import static dev.sluice.standalone.DockerEngine.docker;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The image is built, and runs as the deployments run it: with a read-only root and little memory.
 */
@Tag("docker")
class ImageIT {

  private static final long MOST_BYTES = 560L * 1000 * 1000;

  @BeforeAll
  static void build() throws Exception {
    DockerEngine.buildImage();
  }

  @Test
  void itIsSmallAndHasAUserAndLabels() throws Exception {
    assertThat(inspect("{{.Config.User}}")).isEqualTo("65532:65532");
    assertThat(inspect("{{index .Config.Labels \"org.opencontainers.image.version\"}}"))
        .isEqualTo(IMAGE.substring(IMAGE.indexOf(':') + 1));
    assertThat(inspect("{{index .Config.Labels \"org.opencontainers.image.licenses\"}}"))
        .isEqualTo("Apache-2.0");
    assertThat(Long.parseLong(inspect("{{.Size}}"))).isLessThan(MOST_BYTES);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"receiver", "dispatcher", "worker", "api", "status", "simulated-cluster", "up"})
  void aPartStartsFromTheCacheWithLittleMemory(String part) throws Exception {
    // AOTMode=on: the JVM ends if it cannot use the cache
    assertThat(run("--memory=256m", "--env=SLUICE_JAVA_OPTS=-XX:AOTMode=on", IMAGE, part, "--help"))
        .startsWith("Usage: sluice " + part);
  }

  @Test
  void theHeapFollowsTheMemoryOfTheContainer() throws Exception {
    String flags =
        run("--memory=1g", "--env=SLUICE_JAVA_OPTS=-XX:+PrintFlagsFinal", IMAGE, "receiver", "-h");

    assertThat(flags).containsPattern("MaxHeapSize += (64[0-9]|65[0-9])\\d{6} ");
  }

  @ParameterizedTest
  @CsvSource({"kustomize, version", "helm, version", "bwrap, --version"})
  void theRenderersRun(String program, String argument) throws Exception {
    assertThat(run("--entrypoint=" + program, IMAGE, argument)).contains(".");
  }

  @Test
  void aStopEndsItWithZero(@TempDir Path directory) throws Exception {
    Path id = directory.resolve("id");
    docker(
        "run",
        "--detach",
        "--cidfile=" + id,
        "--read-only",
        "--tmpfs=/tmp:exec",
        IMAGE,
        "simulated-cluster",
        "--cluster=some");
    String container = Files.readString(id);
    try {
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> docker("logs", container).contains("the simulated cluster is up"));
      docker("stop", container);
      assertThat(docker("inspect", "--format={{.State.ExitCode}}", container)).isEqualTo("0");
    } finally {
      docker("rm", "--force", container);
    }
  }

  private static String inspect(String format) throws Exception {
    return docker("image", "inspect", "--format=" + format, IMAGE);
  }

  private static String run(String... arguments) throws Exception {
    return docker(
        Stream.concat(
                Stream.of("run", "--rm", "--read-only", "--tmpfs=/tmp:exec", "--cap-drop=ALL"),
                Stream.of(arguments))
            .toArray(String[]::new));
  }
}
