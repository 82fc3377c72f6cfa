package dev.sluice.platform.kafka;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.config.TopicConfig;

/**
 * Requirements on a topic. Settings that break Sluice's guarantees are refused; settings that
 * weaken them, and that an operator may have chosen on purpose, cause a warning. Pure.
 *
 * @param name the topic's name
 * @param use the topic's use
 * @param partitions the number of its partitions
 * @param copies the smallest number of replicas of its partitions
 * @param settings the effective settings by name
 */
record TopicRequirements(
    String name, Use use, int partitions, int copies, Map<String, String> settings) {

  /** How the dispatcher compresses its records, and clusters' topics are created. */
  static final String COMPRESSED = "zstd";

  private static final long DAY = 24L * 3600 * 1000;
  private static final long WEEK = 7 * DAY;

  /** The uses of topics. */
  enum Use {
    /** Events to be processed, kept for the audit. */
    CHANGES,
    /** State of the dispatcher's partitions, the newest record of each key. */
    STATE,
    /** A cluster's desired state, the newest record of each application. */
    SYNC,
    /** The audit log. */
    REPORTS,
    /** The newest report of each running part; lost ones are written again. */
    HEARTBEATS
  }

  /**
   * The result of a check.
   *
   * @param refusals reasons for which the topic must not be used
   * @param warnings settings that are weaker than they should be
   */
  record Findings(List<String> refusals, List<String> warnings) {
    Findings {
      refusals = List.copyOf(refusals);
      warnings = List.copyOf(warnings);
    }
  }

  Findings check(Replication wanted, int brokers) {
    List<String> refusals = new ArrayList<>();
    List<String> warnings = new ArrayList<>();
    cleanup(refusals, warnings);
    size(refusals);
    compression(refusals);
    retention(refusals, warnings);
    copies(wanted, brokers, refusals, warnings);
    return new Findings(refusals, warnings);
  }

  private void cleanup(List<String> refusals, List<String> warnings) {
    Set<String> policy = Set.of(text(TopicConfig.CLEANUP_POLICY_CONFIG).split("\\s*,\\s*"));
    switch (use) {
      case STATE, SYNC -> {
        if (!policy.equals(Set.of(TopicConfig.CLEANUP_POLICY_COMPACT))) {
          refusals.add(
              says("cleanup.policy=%s would delete what is still in force", policy, "compact"));
        }
      }
      case CHANGES -> {
        if (policy.contains(TopicConfig.CLEANUP_POLICY_COMPACT)) {
          refusals.add(
              says("cleanup.policy=%s would lose events of a repository", policy, "delete"));
        }
      }
      case HEARTBEATS -> {
        if (!policy.contains(TopicConfig.CLEANUP_POLICY_COMPACT)) {
          warnings.add(says("cleanup.policy=%s lets the topic grow", policy, "compact"));
        }
      }
      case REPORTS -> {
        if (policy.contains(TopicConfig.CLEANUP_POLICY_COMPACT)) {
          warnings.add(says("cleanup.policy=%s loses the audit", policy, "delete"));
        }
      }
    }
    if (use == Use.SYNC && partitions != 1) {
      refusals.add(
          "%s has %d partitions, and workers read one: delete it, and it is created again"
              .formatted(name, partitions));
    }
    if (use == Use.SYNC && number(TopicConfig.MIN_COMPACTION_LAG_MS_CONFIG) < WEEK) {
      warnings.add(
          "%s: min.compaction.lag.ms=%s keeps the history of targets for less than a week"
              .formatted(name, text(TopicConfig.MIN_COMPACTION_LAG_MS_CONFIG)));
    }
  }

  private void size(List<String> refusals) {
    if (use != Use.HEARTBEATS
        && number(TopicConfig.MAX_MESSAGE_BYTES_CONFIG) < KafkaConnection.MAX_RECORD_BYTES) {
      refusals.add(
          says(
              "max.message.bytes=%s is less than a record may have",
              text(TopicConfig.MAX_MESSAGE_BYTES_CONFIG), KafkaConnection.MAX_RECORD_BYTES));
    }
  }

  /**
   * Checks that the broker stores a batch of large targets in as many bytes as the dispatcher sends
   * it: otherwise it refuses the batch, and with it the transaction.
   */
  private void compression(List<String> refusals) {
    String type = text(TopicConfig.COMPRESSION_TYPE_CONFIG);
    if (use == Use.SYNC && !type.equals(COMPRESSED) && !type.equals("producer")) {
      refusals.add(says("compression.type=%s cannot store all large targets", type, COMPRESSED));
    }
  }

  private void retention(List<String> refusals, List<String> warnings) {
    if (use != Use.CHANGES && use != Use.REPORTS) {
      return;
    }
    long kept = number(TopicConfig.RETENTION_MS_CONFIG);
    if (use == Use.CHANGES && kept >= 0 && kept < DAY) {
      refusals.add(
          says(
              "retention.ms=%s may delete events before a dispatcher that was away has read them",
              kept, WEEK));
    } else if (kept >= 0 && kept < WEEK) {
      warnings.add("%s: retention.ms=%d keeps less than a week".formatted(name, kept));
    }
    if (number(TopicConfig.RETENTION_BYTES_CONFIG) >= 0) {
      warnings.add(
          "%s: retention.bytes=%s may delete events before they are read, whatever their age"
              .formatted(name, text(TopicConfig.RETENTION_BYTES_CONFIG)));
    }
  }

  private void copies(
      Replication wanted, int brokers, List<String> refusals, List<String> warnings) {
    long insync = number(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG);
    if (insync > copies) {
      refusals.add(
          "%s: min.insync.replicas=%d is more than the %d copies that there are: nothing can be written"
              .formatted(name, insync, copies));
    } else if (insync < wanted.minInsync(copies)) {
      warnings.add(
          "%s: with min.insync.replicas=%d of %d copies, what was acknowledged can be lost with one broker: set it to %d"
              .formatted(name, insync, copies, wanted.minInsync(copies)));
    }
    if (copies < wanted.factor(brokers)) {
      warnings.add(
          "%s has %d copies of each partition, and should have %d: kafka-reassign-partitions.sh adds them"
              .formatted(name, copies, wanted.factor(brokers)));
    }
    if (text(TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG).equals("true")) {
      warnings.add(
          "%s: unclean.leader.election.enable=true may lose what was acknowledged".formatted(name));
    }
  }

  private String says(String what, Object is, Object should) {
    String setting = what.substring(0, what.indexOf('='));
    return "%s: %s: set %s=%s".formatted(name, what.formatted(is), setting, should);
  }

  private String text(String setting) {
    return settings.getOrDefault(setting, "");
  }

  private long number(String setting) {
    try {
      return Long.parseLong(text(setting));
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
