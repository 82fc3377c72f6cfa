package dev.sluice.platform.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.platform.kafka.TopicRequirements.Findings;
import dev.sluice.platform.kafka.TopicRequirements.Use;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TopicRequirementsTest {

  private static final String YEAR = Long.toString(365L * 24 * 3600 * 1000);

  @ParameterizedTest
  @EnumSource
  void aTopicWithTheDefaultSettingsHasNoFindings(Use use) {
    Findings findings = check(use, 1, 3, 3, Map.of());

    assertThat(findings.refusals()).isEmpty();
    assertThat(findings.warnings()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "STATE, cleanup.policy, delete",
    "STATE, cleanup.policy, 'compact,delete'",
    "SYNC, cleanup.policy, delete",
    "SYNC, cleanup.policy, 'delete, compact'",
    "CHANGES, cleanup.policy, compact",
    "CHANGES, cleanup.policy, 'compact,delete'",
    "CHANGES, retention.ms, 3600000",
    "CHANGES, max.message.bytes, 1048588",
    "STATE, max.message.bytes, 1048588",
    "SYNC, max.message.bytes, 1048588",
    "REPORTS, max.message.bytes, 1048588",
    "SYNC, compression.type, uncompressed",
    "SYNC, compression.type, lz4",
    "STATE, min.insync.replicas, 4"
  })
  void settingsThatBreakAGuaranteeAreRefused(Use use, String setting, String value) {
    assertThat(check(use, 1, 3, 3, Map.of(setting, value)).refusals())
        .singleElement()
        .asString()
        .contains("sluice.topic", setting);
  }

  @ParameterizedTest
  @CsvSource({
    "REPORTS, cleanup.policy, compact",
    "HEARTBEATS, cleanup.policy, delete",
    "REPORTS, retention.ms, 3600000",
    "CHANGES, retention.ms, 172800000",
    "CHANGES, retention.bytes, 1000000",
    "SYNC, min.compaction.lag.ms, 0",
    "CHANGES, min.insync.replicas, 1",
    "STATE, unclean.leader.election.enable, true"
  })
  void settingsThatWeakenAGuaranteeCauseAWarning(Use use, String setting, String value) {
    Findings findings = check(use, 1, 3, 3, Map.of(setting, value));

    assertThat(findings.refusals()).isEmpty();
    assertThat(findings.warnings()).singleElement().asString().contains("sluice.topic", setting);
  }

  @Test
  void aClustersTopicMayKeepTheCompressionOfTheProducer() {
    Findings findings = check(Use.SYNC, 1, 3, 3, Map.of("compression.type", "producer"));

    assertThat(findings.refusals()).isEmpty();
    assertThat(findings.warnings()).isEmpty();
  }

  @Test
  void aClustersTopicHasOnePartition() {
    assertThat(check(Use.SYNC, 2, 3, 3, Map.of()).refusals())
        .singleElement()
        .asString()
        .contains("has 2 partitions");
  }

  @Test
  void fewerReplicasThanPossibleCauseAWarning() {
    assertThat(check(Use.STATE, 1, 1, 3, Map.of("min.insync.replicas", "1")).warnings())
        .singleElement()
        .asString()
        .contains("has 1 copies", "should have 3");
    assertThat(check(Use.STATE, 1, 1, 1, Map.of("min.insync.replicas", "1")).warnings()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "2, 2, 1", "3, 3, 2", "9, 3, 2"})
  void automaticReplicationDependsOnTheBrokers(int brokers, int copies, int insync) {
    assertThat(Replication.AUTOMATIC.factor(brokers)).isEqualTo(copies);
    assertThat(Replication.AUTOMATIC.minInsync(copies)).isEqualTo(insync);
  }

  @Test
  void moreInSyncReplicasThanReplicasAreRefused() {
    assertThatThrownBy(() -> new Replication(Optional.of(2), Optional.of(3)))
        .hasMessageContaining("nothing could be written");
  }

  private static Findings check(
      Use use, int partitions, int copies, int brokers, Map<String, String> other) {
    Map<String, String> settings = new HashMap<>();
    settings.put("cleanup.policy", use == Use.CHANGES || use == Use.REPORTS ? "delete" : "compact");
    settings.put("retention.ms", YEAR);
    settings.put("retention.bytes", "-1");
    settings.put("max.message.bytes", Integer.toString(KafkaConnection.MAX_RECORD_BYTES));
    settings.put("min.compaction.lag.ms", YEAR);
    settings.put("compression.type", use == Use.SYNC ? "zstd" : "uncompressed");
    settings.put("min.insync.replicas", "2");
    settings.put("unclean.leader.election.enable", "false");
    settings.putAll(other);
    return new TopicRequirements("sluice.topic", use, partitions, copies, settings)
        .check(Replication.AUTOMATIC, brokers);
  }
}
