package dev.sluice.platform.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.platform.process.FreePort;
import java.io.IOException;
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
public final class ThreeBrokers implements AutoCloseable {

  private final List<KafkaRaftServer> servers = new ArrayList<>();
  private final List<KafkaConfig> configs = new ArrayList<>();
  private final String bootstrapServers;

  /** Starts brokers that need no authentication. */
  public ThreeBrokers(Path directory) throws Exception {
    this(directory, "PLAINTEXT", Map.of());
  }

  /**
   * Starts brokers.
   *
   * @param protocol of the listener CLIENTS, such as {@code SASL_SSL}; the brokers' own is plain
   * @param more settings of the brokers
   */
  public ThreeBrokers(Path directory, String protocol, Map<String, String> more) throws Exception {
    String clusterId = Uuid.randomUuid().toString();
    int controller = FreePort.find();
    List<String> addresses = new ArrayList<>();
    for (int node = 1; node <= 3; node++) {
      String address = "127.0.0.1:" + FreePort.find();
      Path place = Files.createDirectories(directory.resolve("node-" + node));
      format(place, node, clusterId);
      Map<String, String> settings = settings(place, node, address, controller);
      settings.put(
          "listener.security.protocol.map",
          "CLIENTS:%s,BROKERS:PLAINTEXT,CONTROLLER:PLAINTEXT".formatted(protocol));
      settings.putAll(more);
      configs.add(new KafkaConfig(settings));
      servers.add(started(configs.getLast()));
      addresses.add(address);
    }
    this.bootstrapServers = String.join(",", addresses);
  }

  public String bootstrapServers() {
    return bootstrapServers;
  }

  /** Stops the third broker. */
  public void stopOne() {
    stop(servers.removeLast());
  }

  /**
   * Stops a broker in order, and starts it again.
   *
   * @param index from 0; the first is also the controller
   */
  public void restart(int index) {
    stop(servers.get(index));
    servers.set(index, started(configs.get(index)));
  }

  private static KafkaRaftServer started(KafkaConfig config) {
    KafkaRaftServer server = new KafkaRaftServer(config, Time.SYSTEM);
    server.startup();
    return server;
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

  private static Map<String, String> settings(Path place, int node, String address, int controller)
      throws IOException {
    boolean controls = node == 1;
    Map<String, String> settings = new HashMap<>();
    settings.put("process.roles", controls ? "broker,controller" : "broker");
    settings.put("node.id", Integer.toString(node));
    settings.put("controller.quorum.voters", "1@127.0.0.1:" + controller);
    String internal = "BROKERS://127.0.0.1:" + FreePort.find();
    settings.put(
        "listeners",
        "CLIENTS://%s,%s%s"
            .formatted(
                address,
                internal,
                controls ? ",CONTROLLER://127.0.0.1:%d".formatted(controller) : ""));
    settings.put("advertised.listeners", "CLIENTS://%s,%s".formatted(address, internal));
    settings.put("inter.broker.listener.name", "BROKERS");
    settings.put("controller.listener.names", "CONTROLLER");
    settings.put("log.dirs", place.toString());
    settings.put("message.max.bytes", Integer.toString(KafkaConnection.MAX_RECORD_BYTES));
    settings.put("log.cleaner.dedupe.buffer.size", Integer.toString(2 * 1024 * 1024));
    return settings;
  }

  @Override
  public void close() {
    servers.reversed().forEach(ThreeBrokers::stop);
  }

  private static void stop(KafkaRaftServer server) {
    server.shutdown();
    server.awaitShutdown();
  }
}
