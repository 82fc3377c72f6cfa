package dev.sluice.worker.report;

import dev.sluice.contract.codec.Decoded;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.TopicPartitions;
import dev.sluice.platform.kafka.UngroupedConsumer;
import dev.sluice.worker.ledger.Ledger;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads from their topic which dead letters of a cluster's applications are open. Ledgers know this
 * faster; this is for applications whose ledger the cluster has lost, and for ledgers with an open
 * dead letter, which an earlier worker may have closed in the topic only.
 */
public final class OpenDeadLetters {

  private final ClusterName cluster;
  private final Map<ApplicationName, Ledger.OpenEntry> open = new HashMap<>();
  private final Set<DeadLetterId> closed = new HashSet<>();
  private final Map<DeadLetterId, Subject> known = new HashMap<>();

  private OpenDeadLetters(ClusterName cluster) {
    this.cluster = cluster;
  }

  /**
   * Dead letters of a cluster.
   *
   * @param open by application
   * @param closed those whose last event is a closing
   */
  public record Found(Map<ApplicationName, Ledger.OpenEntry> open, Set<DeadLetterId> closed) {
    public Found {
      open = Map.copyOf(open);
      closed = Set.copyOf(closed);
    }
  }

  /**
   * Reads the topic to its end.
   *
   * @param since no relevant dead letter was opened earlier
   * @throws org.apache.kafka.common.KafkaException if the broker does not answer
   */
  public static Found read(KafkaConnection kafka, ClusterName cluster, Instant since) {
    OpenDeadLetters reading = new OpenDeadLetters(cluster);
    try (UngroupedConsumer consumer =
        new UngroupedConsumer(kafka.reader("worker-dead-letters-" + cluster))) {
      List<TopicPartition> partitions = TopicPartitions.of(consumer, kafka.topics().deadLetters());
      consumer.assign(partitions); // else the client warns about the offsets that it is asked for
      Map<TopicPartition, OffsetAndTimestamp> starts =
          consumer.offsetsForTimes(
              partitions.stream()
                  .collect(Collectors.toMap(each -> each, _ -> since.toEpochMilli())));
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      consumer.assign(
          partitions,
          each ->
              Optional.ofNullable(starts.get(each))
                  .map(OffsetAndTimestamp::offset)
                  .or(() -> Optional.ofNullable(ends.get(each))));
      consumer.readToEnd(reading::take);
    }
    return new Found(reading.open, reading.closed);
  }

  private void take(ConsumerRecord<String, byte[]> record) {
    if (EventCodec.decode(record) instanceof Decoded.Known known
        && known.envelope().event() instanceof DeadLetterEvent event) {
      take(event);
    }
  }

  private void take(DeadLetterEvent event) {
    switch (event) {
      case DeadLetterEvent.Opened opened ->
          opened
              .subject()
              .filter(subject -> isOwn(opened, subject))
              .ifPresent(
                  subject -> {
                    known.put(opened.entry(), subject);
                    open(opened.entry(), subject);
                  });
      case DeadLetterEvent.Closed closing -> {
        open.values().removeIf(entry -> entry.entry().equals(closing.entry()));
        if (closing.key().startsWith(cluster + "/")) {
          closed.add(closing.entry());
        }
      }
      case DeadLetterEvent.Retried retried -> {
        closed.remove(retried.entry());
        Optional.ofNullable(known.get(retried.entry()))
            .ifPresent(subject -> open(retried.entry(), subject));
      }
    }
  }

  private void open(DeadLetterId entry, Subject subject) {
    closed.remove(entry);
    open.put(subject.application(), new Ledger.OpenEntry(entry, subject.generation()));
  }

  /** Returns whether the worker opened it; the dispatcher closes its own. */
  private boolean isOwn(DeadLetterEvent.Opened opened, Subject subject) {
    return subject.cluster().equals(cluster) && opened.entry().equals(DeadLetterId.of(subject));
  }
}
