package dev.sluice.platform.kafka;

import dev.sluice.contract.name.ClusterName;

/**
 * Names of the topics. With different prefixes, several installations can share a Kafka cluster.
 */
public record Topics(String prefix) {

  public static final Topics DEFAULT = new Topics("sluice");

  public Topics {
    if (!prefix.matches("[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?")) {
      throw new IllegalArgumentException(
          "a topic prefix is 1 to 64 of a-z 0-9 . _ -, not '%s'".formatted(prefix));
    }
  }

  public String changes() {
    return prefix + ".changes";
  }

  public String state() {
    return prefix + ".state";
  }

  public String results() {
    return prefix + ".results";
  }

  public String deadLetters() {
    return prefix + ".dead-letters";
  }

  public String heartbeats() {
    return prefix + ".heartbeats";
  }

  public String sync(ClusterName cluster) {
    return prefix + ".sync." + cluster;
  }
}
