package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.name.ClusterName;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.Replication;
import dev.sluice.platform.kafka.TopicProvisioner;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;

/** Topics of the fleet's clusters, which the leader creates. */
final class ClusterTopics {

  private static final Duration BETWEEN_PROVISIONS = Duration.ofSeconds(30);

  private final KafkaConnection connection;
  private final Replication replication;
  private final Clock clock;
  private volatile Set<ClusterName> provisioned = Set.of();
  private volatile Consumer<Set<ClusterName>> listener = _ -> {};
  private Instant provisionedAt = Instant.EPOCH;

  ClusterTopics(KafkaConnection connection, Replication replication, Clock clock) {
    this.connection = connection;
    this.replication = replication;
    this.clock = clock;
  }

  /** Has a listener called with the clusters of the fleet, now and whenever they may change. */
  void follow(Consumer<Set<ClusterName>> consumer) {
    listener = consumer;
    consumer.accept(provisioned);
  }

  /** Forgets which topics exist, since another instance led before. */
  void forget() {
    provisioned = Set.of();
  }

  /** Creates the topics of the fleet's clusters and notifies the listener. */
  void provide(Set<ClusterName> clusters) {
    provision(clusters);
    listener.accept(clusters);
  }

  /** Recreates deleted topics from time to time, since nothing could be sent there otherwise. */
  void check() {
    provision(provisioned);
  }

  private void provision(Set<ClusterName> clusters) {
    Instant now = clock.instant();
    if (provisioned.equals(clusters) && now.isBefore(provisionedAt.plus(BETWEEN_PROVISIONS))) {
      return;
    }
    try (Admin admin = Admin.create(connection.admin())) {
      TopicProvisioner provisioner = new TopicProvisioner(admin, connection.topics(), replication);
      provisioner.provision(
          provisioned.equals(clusters) ? provisioner.missing(clusters) : clusters);
    }
    provisioned = Set.copyOf(clusters);
    provisionedAt = now;
  }
}
