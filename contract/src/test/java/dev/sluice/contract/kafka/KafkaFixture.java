package dev.sluice.contract.kafka;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;

/**
 * The broker that tests run against: the address in the system property {@code sluice.kafka}; or,
 * with its value {@code container}, a Testcontainers broker where a Docker engine is there; by
 * default an embedded one. One for each JVM; every connection gets a topic prefix of its own.
 */
public final class KafkaFixture {

  private static final String IMAGE = "apache/kafka:4.1.0";

  private KafkaFixture() {}

  /** A connection to the shared broker with topics that no other test uses. */
  public static KafkaConnection connect() {
    return new KafkaConnection(
        Shared.BOOTSTRAP_SERVERS,
        new Topics("t" + UUID.randomUUID().toString().replace("-", "").substring(0, 12)),
        Map.of());
  }

  /** The same, with the topics created. */
  public static KafkaConnection provisioned(int homes) {
    KafkaConnection connection = connect();
    try (Admin admin = Admin.create(connection.admin())) {
      new TopicProvisioner(admin, connection.topics()).provision(homes);
    }
    return connection;
  }

  private static final class Shared {
    static final String BOOTSTRAP_SERVERS = start();

    private static String start() {
      String chosen = System.getProperty("sluice.kafka", "");
      return switch (chosen) {
        case "" -> embedded();
        case "container" -> container();
        default -> chosen;
      };
    }

    private static String embedded() {
      try {
        Path directory = Files.createTempDirectory("sluice-kafka");
        EmbeddedBroker broker = EmbeddedBroker.start(directory, 0);
        Runtime.getRuntime().addShutdownHook(new Thread(broker::close));
        return broker.bootstrapServers();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @SuppressWarnings("resource") // lives as long as the JVM; Testcontainers removes it
    private static String container() {
      if (!DockerClientFactory.instance().isDockerAvailable()) {
        throw new IllegalStateException("-Dsluice.kafka=container, but there is no Docker engine");
      }
      KafkaContainer container = new KafkaContainer(IMAGE);
      container.start();
      return container.getBootstrapServers();
    }
  }
}
