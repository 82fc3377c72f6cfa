package dev.sluice.platform.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.platform.process.FreePort;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * A real Kafka broker in this process (KRaft, controller and broker combined) with its data in a
 * directory. It listens on loopback only. Users of this class add {@code kafka_2.13} to the class
 * path.
 */
public final class EmbeddedBroker implements AutoCloseable {

  private static final String NODE_ID = "1";

  private final KafkaRaftServer server;
  private final String bootstrapServers;

  private EmbeddedBroker(KafkaRaftServer server, String bootstrapServers) {
    this.server = server;
    this.bootstrapServers = bootstrapServers;
  }

  /**
   * Starts a broker with the data in the directory; an empty directory is formatted first.
   *
   * @param port 0 for any free port
   * @throws IllegalStateException if the directory or the port cannot be used
   */
  public static EmbeddedBroker start(Path directory, int port) {
    return start(directory, port, Map.of());
  }

  /**
   * Starts a broker with further settings.
   *
   * @param more broker settings that are added to the default ones or override them
   */
  public static EmbeddedBroker start(Path directory, int port, Map<String, String> more) {
    try {
      Files.createDirectories(directory);
      int clientPort = port == 0 ? FreePort.find() : port;
      Map<String, String> settings = settings(directory, clientPort, FreePort.find());
      settings.putAll(more);
      if (!Files.exists(directory.resolve("meta.properties"))) {
        format(directory);
      }
      KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(settings), Time.SYSTEM);
      server.startup();
      return new EmbeddedBroker(server, "127.0.0.1:" + clientPort);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start the embedded broker in " + directory, e);
    } catch (Exception e) {
      throw new IllegalStateException(
          "cannot start the embedded broker in %s: %s".formatted(directory, e.getMessage()), e);
    }
  }

  /** Returns {@code host:port} for clients. */
  public String bootstrapServers() {
    return bootstrapServers;
  }

  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
  }

  private static void format(Path directory) throws Exception {
    new Formatter()
        .setClusterId(Uuid.randomUuid().toString())
        .setNodeId(Integer.parseInt(NODE_ID))
        .setControllerListenerName("CONTROLLER")
        .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
        .addDirectory(directory.toString())
        .setMetadataLogDirectory(directory.toString())
        .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, UTF_8))
        .setIgnoreFormatted(true)
        .run();
  }

  private static Map<String, String> settings(Path directory, int clientPort, int controllerPort) {
    Map<String, String> settings = new HashMap<>();
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", NODE_ID);
    settings.put("controller.quorum.voters", NODE_ID + "@127.0.0.1:" + controllerPort);
    settings.put(
        "listeners",
        "PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d".formatted(clientPort, controllerPort));
    settings.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + clientPort);
    settings.put("controller.listener.names", "CONTROLLER");
    settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    settings.put("log.dirs", directory.toString());
    settings.put("num.partitions", "1");
    settings.put("default.replication.factor", "1");
    settings.put("offsets.topic.replication.factor", "1");
    settings.put("offsets.topic.num.partitions", "4");
    settings.put("transaction.state.log.replication.factor", "1");
    settings.put("transaction.state.log.min.isr", "1");
    settings.put("transaction.state.log.num.partitions", "4");
    settings.put("share.coordinator.state.topic.replication.factor", "1");
    settings.put("share.coordinator.state.topic.min.isr", "1");
    settings.put("group.initial.rebalance.delay.ms", "0");
    // after a crash the controller keeps the old session for this time, and start-up waits for it
    settings.put("broker.session.timeout.ms", "1500");
    settings.put("broker.heartbeat.interval.ms", "300");
    settings.put("auto.create.topics.enable", "false");
    settings.put("message.max.bytes", Integer.toString(KafkaConnection.MAX_RECORD_BYTES));
    settings.put("log.cleaner.dedupe.buffer.size", Integer.toString(2 * 1024 * 1024));
    settings.put("log.segment.bytes", Integer.toString(64 * 1024 * 1024));
    return settings;
  }
}
