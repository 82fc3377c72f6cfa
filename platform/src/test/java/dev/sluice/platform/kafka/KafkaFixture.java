package dev.sluice.platform.kafka;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourcePatternFilter;
import org.apache.kafka.common.resource.ResourceType;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;

/**
 * The broker that tests run against: by default an embedded one; the system property {@code
 * sluice.kafka} gives the address of another, or {@code container} for a Testcontainers broker.
 * Each JVM has one, and every connection has its own topic prefix.
 */
public final class KafkaFixture {

  private static final String IMAGE = "apache/kafka:4.1.0";

  /** Setting of the broker that allows everything on resources without ACLs. */
  private static final Map<String, String> AUTHORIZER =
      Map.of(
          "authorizer.class.name",
          "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
          "allow.everyone.if.no.acl.found",
          "true");

  private KafkaFixture() {}

  /** Returns a connection to the shared broker with topics that no other test uses. */
  public static KafkaConnection connect() {
    return new KafkaConnection(
        Shared.BOOTSTRAP_SERVERS,
        new Topics("t" + UUID.randomUUID().toString().replace("-", "").substring(0, 12)),
        Map.of());
  }

  /** Returns a connection like {@link #connect}, with the topics created. */
  public static KafkaConnection provisioned(int partitions) {
    KafkaConnection connection = connect();
    try (Admin admin = Admin.create(connection.admin())) {
      new TopicProvisioner(admin, connection.topics()).provision(partitions);
    }
    return connection;
  }

  /** Denies an operation on a topic to all users. */
  public static void deny(String topic, AclOperation operation) {
    try (Admin admin = Admin.create(connect().admin())) {
      admin
          .createAcls(
              List.of(
                  // a topic with an ACL denies everything that no ACL allows
                  everybody(topic, AclOperation.ALL, AclPermissionType.ALLOW),
                  everybody(topic, operation, AclPermissionType.DENY)))
          .all()
          .get();
    } catch (ExecutionException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Removes the ACLs of a topic, so that all users have all rights again. */
  public static void allow(String topic) {
    try (Admin admin = Admin.create(connect().admin())) {
      admin
          .deleteAcls(
              List.of(
                  new AclBindingFilter(
                      new ResourcePatternFilter(ResourceType.TOPIC, topic, PatternType.LITERAL),
                      AccessControlEntryFilter.ANY)))
          .all()
          .get();
    } catch (ExecutionException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static AclBinding everybody(
      String topic, AclOperation operation, AclPermissionType permission) {
    return new AclBinding(
        new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL),
        new AccessControlEntry("User:ANONYMOUS", "*", operation, permission));
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
        EmbeddedBroker broker = EmbeddedBroker.start(directory, 0, AUTHORIZER);
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
