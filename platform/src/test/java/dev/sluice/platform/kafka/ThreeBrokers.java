package dev.sluice.platform.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.platform.process.FreePort;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/** Three real brokers in this process; the first is also the controller. */
final class ThreeBrokers implements AutoCloseable {

  private final List<KafkaRaftServer> servers = new ArrayList<>();
  private final String bootstrapServers;

  ThreeBrokers(Path directory) throws Exception {
    String clusterId = Uuid.randomUuid().toString();
    int controller = FreePort.find();
    List<String> addresses = new ArrayList<>();
    for (int node = 1; node <= 3; node++) {
      String address = "127.0.0.1:" + FreePort.find();
      Path place = Files.createDirectories(directory.resolve("node-" + node));
      format(place, node, clusterId);
      KafkaRaftServer server =
          new KafkaRaftServer(
              new KafkaConfig(settings(place, node, address, controller)), Time.SYSTEM);
      servers.add(server);
      server.startup();
      addresses.add(address);
    }
    this.bootstrapServers = String.join(",", addresses);
  }

  String bootstrapServers() {
    return bootstrapServers;
  }

  private static void format(Path place, int node, String clusterId) throws Exception {
    new Formatter()
        .setClusterId(clusterId)
        .setNodeId(node)
        .setControllerListenerName("CONTROLLER")
        .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
        .addDirectory(place.toString())
        .setMetadataLogDirectory(place.toString())
        .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, UTF_8))
        .run();
  }

  private static Map<String, String> settings(
      Path place, int node, String address, int controller) {
    boolean controls = node == 1;
    Map<String, String> settings = new HashMap<>();
    settings.put("process.roles", controls ? "broker,controller" : "broker");
    settings.put("node.id", Integer.toString(node));
    settings.put("controller.quorum.voters", "1@127.0.0.1:" + controller);
    settings.put(
        "listeners",
        "PLAINTEXT://"
            + address
            + (controls ? ",CONTROLLER://127.0.0.1:%d".formatted(controller) : ""));
    settings.put("advertised.listeners", "PLAINTEXT://" + address);
    settings.put("controller.listener.names", "CONTROLLER");
    settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    settings.put("log.dirs", place.toString());
    settings.put("message.max.bytes", Integer.toString(KafkaConnection.MAX_RECORD_BYTES));
    settings.put("log.cleaner.dedupe.buffer.size", Integer.toString(2 * 1024 * 1024));
    return settings;
  }

  @Override
  public void close() {
    for (KafkaRaftServer server : servers.reversed()) {
      server.shutdown();
      server.awaitShutdown();
    }
  }
}
