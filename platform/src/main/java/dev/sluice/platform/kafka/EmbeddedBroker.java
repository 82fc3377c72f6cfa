package dev.sluice.platform.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.platform.process.FreePort;
import dev.sluice.platform.process.PartDirectory;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
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

  /**
   * The time for which the process may stand still (suspended, swapped out, short of processor
   * time) without consequences: the broker keeps its session with the controller, and the clients
   * theirs with the broker.
   */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** A session that expires soon, so that a broker that crashed is not waited for. */
  private static final Map<String, String> BRIEF_SESSION =
      Map.of("broker.session.timeout.ms", "1000", "broker.heartbeat.interval.ms", "200");

  /** The file that a broker writes last when it is shut down, and deletes when it starts. */
  private static final String CLEAN_SHUTDOWN = ".kafka_cleanshutdown";

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
      PartDirectory.create(directory);
      int clientPort = port == 0 ? FreePort.find() : port;
      Map<String, String> settings = settings(directory, clientPort, FreePort.find());
      settings.putAll(more);
      if (!Files.exists(directory.resolve("meta.properties"))) {
        format(directory);
      } else if (!Files.exists(directory.resolve(CLEAN_SHUTDOWN))) {
        endFormerSession(settings);
      }
      return new EmbeddedBroker(started(settings), "127.0.0.1:" + clientPort);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot start the embedded broker in %s: %s".formatted(directory, e.getMessage()), e);
    } catch (Exception e) {
      throw new IllegalStateException(
          "cannot start the embedded broker in %s: %s".formatted(directory, e.getMessage()), e);
    }
  }

  /** Returns {@code host:port} for clients. */
  public String bootstrapServers() {
    return bootstrapServers;
  }

  /**
   * Returns a connection to this broker, whose clients survive as long a standstill of the process
   * as the broker does.
   */
  public KafkaConnection connection(Topics topics) {
    String patience = Long.toString(PATIENCE.toMillis());
    return new KafkaConnection(
        bootstrapServers,
        topics,
        Map.of(
            ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG,
            patience,
            // each group has one member, which need not learn of others
            ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG,
            "10000",
            ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
            patience,
            ProducerConfig.MAX_BLOCK_MS_CONFIG,
            patience,
            ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
            patience));
  }

  @Override
  public void close() {
    close(server);
  }

  /**
   * Ends the session of a broker that crashed. The controller refuses a new one until the old one
   * has expired, which takes long with the usual time-out, and short with that of this start.
   */
  private static void endFormerSession(Map<String, String> settings) {
    Map<String, String> brief = new HashMap<>(settings);
    brief.putAll(BRIEF_SESSION);
    close(started(brief));
  }

  private static KafkaRaftServer started(Map<String, String> settings) {
    KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(settings), Time.SYSTEM);
    server.startup();
    return server;
  }

  private static void close(KafkaRaftServer server) {
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
    settings.put("broker.session.timeout.ms", Long.toString(PATIENCE.toMillis()));
    settings.put("broker.heartbeat.interval.ms", "5000");
    settings.put(
        "initial.broker.registration.timeout.ms",
        Long.toString(PATIENCE.multipliedBy(2).toMillis()));
    // each of these threads wakes three times a second, and one process has few requests at once
    settings.put("num.network.threads", "1");
    settings.put("num.io.threads", "2");
    settings.put("background.threads", "2");
    settings.put("group.coordinator.threads", "1");
    // no idle broker writes a record, compacts or checks its disks every second
    settings.put("metadata.max.idle.interval.ms", "0");
    settings.put("log.cleaner.backoff.ms", "60000");
    settings.put("auto.create.topics.enable", "false");
    settings.put("message.max.bytes", Integer.toString(KafkaConnection.MAX_RECORD_BYTES));
    settings.put("log.cleaner.dedupe.buffer.size", Integer.toString(2 * 1024 * 1024));
    settings.put("log.segment.bytes", Integer.toString(64 * 1024 * 1024));
    return settings;
  }
}
