package dev.sluice.dispatcher.archive;

import dev.sluice.contract.codec.Decoded;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.platform.telemetry.Metrics;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Archives the target of a record; records without one are passed over. */
final class RecordArchiver {

  private static final Logger log = LoggerFactory.getLogger(RecordArchiver.class);

  private final TargetArchive archive;
  private final ArchiveMetrics metrics;
  private volatile Map<ClusterName, Long> remaining = Map.of();

  RecordArchiver(TargetArchive archive, Metrics metrics) {
    this.archive = archive;
    this.metrics = new ArchiveMetrics(metrics, () -> remaining);
  }

  /** Counts a failed attempt to archive a record. */
  void failed(ClusterName cluster) {
    metrics.failed(cluster);
  }

  /** Reports the records by cluster that are not archived yet. */
  void remaining(Map<ClusterName, Long> records) {
    remaining = Map.copyOf(records);
  }

  /**
   * Archives the target, if the record has one. A record that this version cannot decode is counted
   * and passed over: waiting would not change it.
   *
   * @param cluster whose topic has the record
   * @throws ArchiveException if the archive cannot be used
   */
  void archive(ClusterName cluster, ConsumerRecord<String, byte[]> record) {
    switch (EventCodec.decode(record)) {
      case Decoded.Known known -> {
        if (known.envelope().event() instanceof SyncEvent.Target target) {
          archive(cluster, target, record);
        }
      }
      case Decoded.UnknownType unknown ->
          skip(cluster, record, "unknown-type", "has the unknown type " + unknown.ceType());
      case Decoded.Damaged damaged ->
          skip(cluster, record, "damaged", "is damaged: " + damaged.reason());
    }
  }

  private void archive(
      ClusterName cluster, SyncEvent.Target target, ConsumerRecord<String, byte[]> record) {
    if (target.cluster().equals(cluster)) {
      metrics.archived(cluster, archive.write(target, record.value()));
    } else {
      // who may write to one cluster's topic must not change what is archived of another
      skip(cluster, record, "other-cluster", "is about another cluster");
    }
  }

  private void skip(
      ClusterName cluster, ConsumerRecord<String, byte[]> record, String reason, String problem) {
    metrics.skipped(cluster, reason);
    log.atWarn()
        .addKeyValue("cluster", cluster)
        .addKeyValue("topic", record.topic())
        .addKeyValue("offset", record.offset())
        .log("a record is not archived: it {}", problem);
  }
}
