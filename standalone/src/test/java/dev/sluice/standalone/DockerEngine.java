package dev.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * The Docker engine of this machine, and the images of this checkout on it. A test is skipped where
 * there is no engine, or where Maven has not built the jars.
 */
final class DockerEngine {

  static final String IMAGE = "sluice:0.1.0-SNAPSHOT";

  private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
  private static final Path LIBRARY = REPOSITORY.resolve("standalone/target/library");
  private static final Path SCRIPTS = REPOSITORY.resolve("standalone/src/test/docker");
  private static final Duration PATIENCE = Duration.ofMinutes(8);

  /** The client; another one with the environment variable DOCKER. */
  private static final String CLIENT = System.getenv().getOrDefault("DOCKER", "docker");

  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "DOCKER_BUILDKIT",
          "1",
          "JAVA_HOME",
          System.getProperty("java.home"),
          "JARS",
          "context",
          "RENDERERS",
          "sluice-renderers:local");

  private DockerEngine() {}

  /** Builds the image, from bases that are made on this machine. */
  static void buildImage() throws Exception {
    Assumptions.assumeTrue(isThere(), "no Docker engine answers");
    try (Stream<Path> jars = Files.isDirectory(LIBRARY) ? Files.list(LIBRARY) : Stream.empty()) {
      Assumptions.assumeTrue(
          jars.anyMatch(jar -> jar.toString().contains("kafka-clients")),
          "run 'mvn package' first: the image takes its jars");
    }
    succeed(SCRIPTS.resolve("base-images").toString());
    succeed(
        CLIENT,
        "build",
        "--network=host",
        "--build-arg=JARS=context",
        "--build-arg=RENDERERS=sluice-renderers:local",
        "--tag=" + IMAGE,
        ".");
  }

  /** Builds the images of the Git server and of Kafka for the Compose file. */
  static void buildOthers() throws Exception {
    succeed(SCRIPTS.resolve("kafka-image").toString(), LIBRARY.toString());
    succeed(
        CLIENT,
        "build",
        "--network=host",
        "--tag=sluice-git:0.1.0-SNAPSHOT",
        "--file=compose/git/Dockerfile",
        ".");
  }

  private static boolean isThere() throws InterruptedException {
    try {
      return run(CLIENT, "info").code() == 0;
    } catch (IOException e) {
      return false; // no client
    }
  }

  /** Runs the client, and returns its output if it succeeds. */
  static String docker(String... arguments) throws Exception {
    return succeed(command(arguments)).strip();
  }

  /** Runs the client, whatever its exit code. */
  static ProgramRun tryDocker(String... arguments) throws Exception {
    return run(command(arguments));
  }

  private static String[] command(String... arguments) {
    List<String> command = new ArrayList<>(List.of(CLIENT));
    command.addAll(Arrays.asList(arguments));
    return command.toArray(String[]::new);
  }

  private static String succeed(String... command) throws Exception {
    ProgramRun run = run(command);
    assertThat(run.code())
        .withFailMessage(() -> "%s: %s".formatted(String.join(" ", command), run.output()))
        .isZero();
    return run.output();
  }

  private static ProgramRun run(String... command) throws IOException, InterruptedException {
    return ProgramRun.of(REPOSITORY, ENVIRONMENT, PATIENCE, command);
  }
}
