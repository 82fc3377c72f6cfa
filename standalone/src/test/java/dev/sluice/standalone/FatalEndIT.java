package dev.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that cannot start says why on one line, and exits with the documented code. */
class FatalEndIT {

  @TempDir private Path directory;

  @Test
  void aFleetThatDoesNotExist() throws Exception {
    assertEnd(2, "sluice: --fleet nope: there is no such directory", "up", "--fleet", "nope");
  }

  @Test
  void aPortInUse() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());
      assertEnd(
          1,
          "sluice: cannot listen on port " + port,
          "broker",
          "--data",
          directory.resolve("data").toString(),
          "--kafka-port",
          port);
    }
  }

  @Test
  void aDataDirectoryThatCannotBeUsed() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "");
    assertEnd(
        1,
        "sluice: cannot use the directory %s: a file has this name".formatted(file),
        "broker",
        "--data",
        file.toString());
  }

  @Test
  void aFileThatIsNoKubeconfigAndAContextThatIsMissing() throws Exception {
    Path fleet = Files.createDirectory(directory.resolve("fleet"));
    Files.writeString(
        fleet.resolve("fleet.yaml"),
        "{apiVersion: sluice.dev/v1, kind: Cluster, metadata: {name: staging}}");
    Path empty = Files.writeString(directory.resolve("empty"), "");
    Path other =
        Files.writeString(
            directory.resolve("other"),
            """
            apiVersion: v1
            kind: Config
            clusters: [{name: c, cluster: {server: "http://127.0.0.1:1"}}]
            users: [{name: u, user: {token: x}}]
            contexts: [{name: other, context: {cluster: c, user: u}}]
            """);
    for (Map.Entry<Path, String> each :
        List.of(
            Map.entry(empty, "sluice: " + empty + " is not a kubeconfig"),
            Map.entry(other, "sluice: there is no context 'staging' in " + other))) {
      assertEnd(
          1,
          each.getValue(),
          "up",
          "--fleet",
          fleet.toString(),
          "--data",
          directory.resolve("data").toString(),
          "--kubeconfig",
          each.getKey().toString(),
          "--kafka-port",
          "0",
          "--api-port",
          "0",
          "--webhook-port",
          "0");
    }
  }

  @Test
  void anAddressOfKafkaWithoutAPort() throws Exception {
    Path fleet = Files.createDirectory(directory.resolve("fleet"));
    assertEnd(
        1,
        "sluice: Kafka's clients refuse the configuration (Invalid url in bootstrap.servers",
        "dispatcher",
        "--kafka",
        "nowhere.invalid",
        "--fleet",
        fleet.toString(),
        "--mirrors",
        directory.resolve("mirrors").toString(),
        "--api-port",
        "0");
  }

  private void assertEnd(int code, String reason, String... arguments) throws Exception {
    Path log = Files.createTempFile(directory, "process", ".log");
    try (SluiceProcess process = SluiceProcess.start(log, Map.of(), arguments)) {
      assertThat(process.awaitEnd()).isEqualTo(code);
      assertThat(process.output().lines())
          .filteredOn(line -> line.startsWith("sluice: "))
          .singleElement()
          .asString()
          .startsWith(reason);
      assertThat(process.output()).doesNotContain("\tat ", " at dev.sluice");
    }
  }
}
