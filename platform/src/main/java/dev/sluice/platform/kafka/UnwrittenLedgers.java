package dev.sluice.platform.kafka;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Heartbeat.LedgerReport;
import dev.sluice.contract.event.TraceParent;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/** The newest reports about applications that the broker has not acknowledged yet. */
final class UnwrittenLedgers {

  private final Map<String, LedgerReport> reports = new ConcurrentHashMap<>();

  void add(LedgerReport report) {
    reports.put(report.key(), report);
  }

  /**
   * Writes the reports; for an application that was removed, a record without a value.
   *
   * @throws ExecutionException if the broker does not take one; it is written at the next call
   */
  void write(KafkaProducer<String, byte[]> producer, String topic, Instant now)
      throws ExecutionException, InterruptedException {
    Map<LedgerReport, Future<RecordMetadata>> sent = new HashMap<>();
    for (LedgerReport report : reports.values()) {
      Future<RecordMetadata> acknowledgement =
          producer.send(
              report.endsApplication()
                  ? new ProducerRecord<>(topic, report.key(), null)
                  : EventCodec.encode(topic, envelope(report, now)));
      sent.put(report, acknowledgement);
      if (acknowledgement.state() == Future.State.FAILED) {
        break; // the others would wait as long for the broker
      }
    }
    for (Map.Entry<LedgerReport, Future<RecordMetadata>> each : sent.entrySet()) {
      each.getValue().get();
      reports.remove(each.getKey().key(), each.getKey());
    }
  }

  private static Envelope<LedgerReport> envelope(LedgerReport report, Instant now) {
    return new Envelope<>(
        EventId.of("ledger-report", report.key(), now.toEpochMilli()),
        "worker/" + report.cluster(),
        now,
        TraceParent.start(),
        report);
  }
}
