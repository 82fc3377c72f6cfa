package dev.sluice.benchmarks;

import com.fasterxml.jackson.databind.SerializationFeature;
import dev.sluice.benchmarks.measure.Sample;
import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.Generation;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.platform.kafka.ChainedProducer;
import dev.sluice.platform.kafka.EmbeddedBroker;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.TopicProvisioner;
import dev.sluice.standalone.cli.Command;
import dev.sluice.standalone.process.OneProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Compares producers with and without chains of records: events are encoded and written as fast as
 * the broker takes them, by both in turn.
 */
final class ChainBenchmark {

  private static final Setting<Integer> RECORDS =
      Setting.integer("records", "number of records of a round", 1_000, 10_000_000).or("100000");
  private static final Setting<Integer> ROUNDS =
      Setting.integer("rounds", "number of rounds with each producer, after one to warm up", 3, 100)
          .or("9");
  private static final Setting<Path> OUTPUT =
      Setting.path("output", "JSON file for the figures").or("chain.json");

  private ChainBenchmark() {}

  /**
   * Figures of the rounds.
   *
   * @param plain records a second without chains
   * @param chained records a second with chains
   * @param ratio the median of the rounds' ratios of chained to plain
   */
  record Report(int records, int bytes, double plain, double chained, double ratio) {}

  static Command command() {
    return new Command(
        "chain",
        "Compares the throughput of producers with and without the chain of records, in turn.",
        List.of(RECORDS, ROUNDS, OUTPUT),
        ChainBenchmark::run);
  }

  private static int run(SettingValues values) throws Exception {
    Path directory = Files.createTempDirectory("sluice-benchmark");
    try (EmbeddedBroker broker = OneProcess.broker(directory, 0)) {
      KafkaConnection connection = OneProcess.connection(broker);
      try (Admin admin = Admin.create(connection.admin())) {
        new TopicProvisioner(admin, connection.topics()).provision(8);
      }
      Report report = measure(connection, values.get(RECORDS), values.get(ROUNDS));
      System.out.printf(
          "records of %d bytes a second: %.0f without chains, %.0f with; ratio %.3f%n",
          report.bytes(), report.plain(), report.chained(), report.ratio());
      Json.mapper()
          .writer()
          .with(SerializationFeature.INDENT_OUTPUT)
          .writeValue(values.get(OUTPUT).toFile(), report);
      return 0;
    }
  }

  private static Report measure(KafkaConnection connection, int records, int rounds) {
    List<Double> plain = new ArrayList<>();
    List<Double> chained = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    for (int round = -1; round < rounds; round++) {
      // the first of a round changes, in case that what precedes slows it
      boolean plainFirst = round % 2 == 0;
      double first =
          rate(connection, records, plainFirst ? KafkaProducer::new : ChainedProducer::new);
      double second =
          rate(connection, records, plainFirst ? ChainedProducer::new : KafkaProducer::new);
      if (round >= 0) {
        plain.add(plainFirst ? first : second);
        chained.add(plainFirst ? second : first);
        ratios.add(chained.getLast() / plain.getLast());
      }
    }
    return new Report(
        records,
        EventCodec.encode("t", event(0)).value().length,
        Sample.of(plain).median(),
        Sample.of(chained).median(),
        Sample.of(ratios).median());
  }

  /** Returns how many records a second a producer writes. */
  private static double rate(
      KafkaConnection connection,
      int records,
      Function<Map<String, Object>, KafkaProducer<String, byte[]>> open) {
    Map<String, Object> properties = new HashMap<>(connection.producer("chain"));
    properties.put(ProducerConfig.LINGER_MS_CONFIG, 5);
    AtomicReference<Exception> failure = new AtomicReference<>();
    long began = System.nanoTime();
    try (KafkaProducer<String, byte[]> producer = open.apply(properties)) {
      for (int i = 0; i < records; i++) {
        ProducerRecord<String, byte[]> record =
            EventCodec.encode(connection.topics().results(), event(i));
        var unused =
            producer.send(
                record,
                (_, thrown) -> {
                  if (thrown != null) {
                    failure.set(thrown);
                  }
                });
      }
      producer.flush();
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    if (failure.get() != null) {
      throw new IllegalStateException("cannot write the records", failure.get());
    }
    return records / seconds;
  }

  private static Envelope<ResultEvent> event(int i) {
    Instant now = Instant.now();
    String name = "app-" + i % 1_000;
    return new Envelope<>(
        EventId.of("applied", name, i),
        "worker/east",
        now,
        TraceParent.start(),
        ManyResults.event(
            i % 3,
            name,
            i + 1, // push 0 has no commit
            new Generation(i / 1_000 + 1),
            EventId.of("github", "delivery", i),
            now));
  }
}
