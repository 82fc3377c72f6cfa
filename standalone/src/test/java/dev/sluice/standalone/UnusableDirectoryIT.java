package dev.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.platform.kafka.EmbeddedBroker;
import dev.sluice.platform.process.NeededProgram;
import dev.sluice.simulated.SimulatedCluster;
import dev.sluice.simulated.SimulatedClusterOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A part whose directory may not be written says who may, and what to do, and ends. */
class UnusableDirectoryIT {

  @TempDir private Path directory;
  private EmbeddedBroker broker;
  private Path closed;

  @BeforeEach
  void start() throws IOException {
    broker = EmbeddedBroker.start(directory.resolve("kafka"), 0);
    closed = Files.createDirectory(directory.resolve("closed"));
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("r-xr-xr-x"));
  }

  @AfterEach
  void stop() throws IOException {
    broker.close();
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void theMirrorsOfTheDispatcher() throws Exception {
    assertRefused("dispatcher", dispatcher(closed, directory.resolve("read-model")));
  }

  @Test
  void aMissingDirectoryOfTheReadModel() throws Exception {
    assertRefused(
        "dispatcher", dispatcher(directory.resolve("mirrors"), closed.resolve("read-model")));
  }

  @Test
  void theDataOfTheEmbeddedBroker() throws Exception {
    assertRefused("broker", List.of("--data", closed.toString(), "--kafka-port", "0"));
  }

  @Test
  void theRenderDirectoryOfAWorker() throws Exception {
    try (SimulatedCluster cluster = SimulatedCluster.start(SimulatedClusterOptions.named("this"))) {
      Path kubeconfig = Files.writeString(directory.resolve("kubeconfig"), cluster.kubeconfig());
      assertRefused(
          "worker",
          List.of(
              "--kafka",
              broker.bootstrapServers(),
              "--cluster",
              "this",
              "--kubeconfig",
              kubeconfig.toString(),
              "--render-directory",
              closed.toString()));
    }
  }

  private List<String> dispatcher(Path mirrors, Path readModel) throws IOException {
    return List.of(
        "--kafka",
        broker.bootstrapServers(),
        "--fleet",
        Files.createDirectory(directory.resolve("fleet")).toString(),
        "--mirrors",
        mirrors.toString(),
        "--read-model",
        readModel.toString(),
        "--api-port",
        "0");
  }

  private void assertRefused(String part, List<String> arguments) throws Exception {
    Object uid = Files.getAttribute(closed, "unix:uid");
    List<String> command = new ArrayList<>();
    if (uid.equals(0)) {
      // root without capabilities may do what the mode of its files allows
      NeededProgram.check("setpriv");
      command.add("setpriv");
      command.addAll(List.of("--bounding-set=-all", "--inh-caps=-all"));
    }
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx512m"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.add(part);
    command.addAll(arguments);

    ProgramRun run =
        ProgramRun.of(directory, Map.of(), Duration.ofMinutes(2), command.toArray(String[]::new));

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.output().lines())
        .filteredOn(line -> line.startsWith("sluice: "))
        .singleElement()
        .asString()
        .contains(
            "cannot use the directory " + closed,
            "permission denied",
            "this process runs as uid " + uid,
            closed + " belongs to uid " + uid,
            "with mode r-xr-xr-x",
            "fsGroup");
  }
}
