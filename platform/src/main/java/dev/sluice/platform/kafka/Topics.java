package dev.sluice.platform.kafka;

import dev.sluice.contract.name.ClusterName;
import java.util.regex.Pattern;

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

  /** Returns the topic of CDEvents, which exists only if they are published. */
  public String cdEvents() {
    return prefix + ".cdevents";
  }

  public String checkpoints() {
    return prefix + ".checkpoints";
  }

  /**
   * Returns a pattern of the names of the topics that checkpoints are about: those that an auditor
   * reads, and so neither heartbeats, of which only the newest are kept, nor copies for other
   * tools.
   */
  public Pattern recorded() {
    return Pattern.compile(
        Pattern.quote(prefix) + "\\.(changes|state|results|dead-letters|sync\\..+)");
  }

  public String sync(ClusterName cluster) {
    return prefix + ".sync." + cluster;
  }

  /** Returns a pattern of the names of all clusters' topics; its group is the cluster's name. */
  public Pattern syncs() {
    return Pattern.compile(
        Pattern.quote(prefix + ".sync.") + "([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)");
  }
}
