package dev.sluice.dispatcher.archive;

import dev.sluice.contract.name.ClusterName;
import dev.sluice.platform.telemetry.Counter;
import dev.sluice.platform.telemetry.Metrics;
import io.micrometer.core.instrument.Tags;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Metrics of an archiver. */
final class ArchiveMetrics {

  private final Counter targets;
  private final Counter stored;
  private final Counter deduplicated;
  private final Counter failures;
  private final Counter skipped;

  /**
   * Registers the metrics.
   *
   * @param lag returns the records by cluster that are not archived yet
   */
  ArchiveMetrics(Metrics metrics, Supplier<Map<ClusterName, Long>> lag) {
    this.targets = metrics.counter("sluice_archive_targets_total", "targets that were archived");
    this.stored =
        metrics.counter(
            "sluice_archive_stored_bytes_total",
            "bytes that were added to the archive, compressed");
    this.deduplicated =
        metrics.counter(
            "sluice_archive_deduplicated_bytes_total",
            "bytes of files that the archive had already, uncompressed");
    this.failures =
        metrics.counter(
            "sluice_archive_failures_total",
            "failed attempts to archive a record, which are retried");
    this.skipped =
        metrics.counter(
            "sluice_archive_skipped_total", "records that cannot be archived, by reason");
    for (Counter counter : new Counter[] {stored, deduplicated}) {
      counter.add(Tags.empty(), 0);
    }
    metrics.gauge(
        "sluice_archive_lag",
        "records of a cluster's topic that are not archived yet; of the topics that this dispatcher"
            + " archives",
        () -> {
          Map<Tags, Long> byCluster = new HashMap<>();
          lag.get()
              .forEach(
                  (cluster, records) ->
                      byCluster.put(Tags.of("cluster", cluster.value()), records));
          return byCluster;
        });
  }

  void archived(ClusterName cluster, TargetArchive.Written written) {
    targets.add(cluster(cluster), written.isNew() ? 1 : 0);
    stored.add(Tags.empty(), written.stored());
    deduplicated.add(Tags.empty(), written.deduplicated());
  }

  void failed(ClusterName cluster) {
    failures.add(cluster(cluster), 1);
  }

  void skipped(ClusterName cluster, String reason) {
    skipped.add(Tags.of("cluster", cluster.value(), "reason", reason), 1);
  }

  private static Tags cluster(ClusterName cluster) {
    return Tags.of("cluster", cluster.value());
  }
}
