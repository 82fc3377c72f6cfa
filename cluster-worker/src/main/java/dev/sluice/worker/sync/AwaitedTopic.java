package dev.sluice.worker.sync;

import dev.sluice.contract.name.ClusterName;
import java.time.Duration;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A topic that may not exist yet; its absence is logged once. */
final class AwaitedTopic {

  private static final Logger log = LoggerFactory.getLogger(AwaitedTopic.class);
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final ClusterName cluster;
  private final String topic;
  private boolean logged;

  AwaitedTopic(ClusterName cluster, String topic) {
    this.cluster = cluster;
    this.topic = topic;
  }

  boolean isThere(KafkaConsumer<String, byte[]> consumer) {
    boolean there = exists(consumer);
    if (!there && !logged) {
      log.atInfo()
          .addKeyValue("cluster", cluster)
          .log("waiting for topic {}: the dispatcher creates it", topic);
      logged = true;
    }
    return there;
  }

  private boolean exists(KafkaConsumer<String, byte[]> consumer) {
    try {
      return !consumer.partitionsFor(topic, PATIENCE).isEmpty();
    } catch (TimeoutException e) {
      return false;
    }
  }
}
