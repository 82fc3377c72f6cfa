package dev.sluice.benchmarks.dispatch;

import com.fasterxml.jackson.databind.SerializationFeature;
import dev.sluice.benchmarks.measure.Sample;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.CommitId;
import dev.sluice.dispatcher.Dispatcher;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.standalone.cli.Command;
import dev.sluice.standalone.cli.Logging;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Targets a second of a commit that affects all applications on all clusters, compared with a
 * transactional producer that only writes the same records to topics of its own, in turn.
 */
public final class TargetsBenchmark {

  private static final Setting<Integer> APPLICATIONS =
      Setting.integer("applications", "number of applications", 1, 10_000).or("1000");
  private static final Setting<Integer> CLUSTERS =
      Setting.integer("clusters", "number of clusters", 1, 100).or("10");
  private static final Setting<Integer> BYTES =
      Setting.integer(
              "bytes", "size of an application's input, which does not compress", 1, 1 << 20)
          .or("4096");
  private static final Setting<Integer> ROUNDS =
      Setting.integer("rounds", "commits, each followed by the bare writes", 1, 100).or("5");
  private static final Setting<Path> OUTPUT =
      Setting.path("output", "JSON file for the figures").or("targets.json");

  private static final String BARE = "bare.";

  private TargetsBenchmark() {}

  /**
   * Figures, medians of the rounds.
   *
   * @param recordBytes average size of a target's value
   * @param sent targets a second by the dispatcher, from the record in changes to the last target
   * @param bare records a second by the bare producer
   * @param ratio of sent to bare
   */
  record Report(int targets, long recordBytes, double sent, double bare, double ratio) {}

  public static Command command() {
    return new Command(
        "targets",
        "Compares the targets a second of a commit that affects all applications with a bare"
            + " transactional producer of the same records.",
        List.of(APPLICATIONS, CLUSTERS, BYTES, ROUNDS, OUTPUT),
        TargetsBenchmark::run);
  }

  private static int run(SettingValues values) throws Exception {
    Path log = Files.createTempFile("sluice-benchmark", ".log");
    Logging.toFile(log);
    System.out.println("Log: " + log);
    try (DispatchRig rig =
            DispatchRig.create(
                Files.createTempDirectory("sluice-benchmark"),
                values.get(APPLICATIONS),
                values.get(CLUSTERS),
                values.get(BYTES));
        Dispatcher _ = rig.start("mirrors");
        TargetWatch watch = rig.watch()) {
      var first = watch.await(rig.targets(), DispatchRig.LIMIT);
      createTopics(rig.kafka(), first);
      Report report = measure(rig, watch, values.get(ROUNDS));
      System.out.printf(
          "%d targets of %d bytes: %.0f a second, bare %.0f, ratio %.2f%n",
          report.targets(), report.recordBytes(), report.sent(), report.bare(), report.ratio());
      Json.mapper()
          .writer()
          .with(SerializationFeature.INDENT_OUTPUT)
          .writeValue(values.get(OUTPUT).toFile(), report);
    }
    return 0;
  }

  private static void createTopics(
      KafkaConnection kafka, List<ConsumerRecord<String, byte[]>> records) throws Exception {
    Set<String> topics = records.stream().map(ConsumerRecord::topic).collect(Collectors.toSet());
    try (Admin admin = Admin.create(kafka.admin())) {
      admin
          .createTopics(
              topics.stream().map(topic -> new NewTopic(BARE + topic, 1, (short) 1)).toList())
          .all()
          .get();
    }
  }

  private static Report measure(DispatchRig rig, TargetWatch watch, int rounds) throws Exception {
    List<Double> sent = new ArrayList<>();
    List<Double> bare = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    long bytes = 0;
    for (int round = -1; round < rounds; round++) { // one to warm up
      CommitId commit = rig.repository().changeAll();
      long begun = System.nanoTime();
      rig.announce(commit);
      List<ConsumerRecord<String, byte[]>> targets = watch.await(rig.targets(), DispatchRig.LIMIT);
      double rate = targets.size() / secondsSince(begun);
      double bareRate = write(rig.kafka(), targets);
      if (round >= 0) {
        sent.add(rate);
        bare.add(bareRate);
        ratios.add(rate / bareRate);
        System.out.printf("%d: %.0f a second, bare %.0f%n", round + 1, rate, bareRate);
      }
      bytes = targets.stream().mapToLong(one -> one.value().length).sum() / targets.size();
    }
    return new Report(
        rig.targets(),
        bytes,
        Sample.of(sent).median(),
        Sample.of(bare).median(),
        Sample.of(ratios).median());
  }

  /** Writes the same records in one transaction, and returns how many a second. */
  private static double write(KafkaConnection kafka, List<ConsumerRecord<String, byte[]>> records) {
    try (KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(kafka.targetProducer("bare"))) {
      producer.initTransactions();
      long begun = System.nanoTime();
      producer.beginTransaction();
      for (ConsumerRecord<String, byte[]> record : records) {
        var unused =
            producer.send(
                new ProducerRecord<>(
                    BARE + record.topic(), null, record.key(), record.value(), record.headers()));
      }
      producer.commitTransaction();
      return records.size() / secondsSince(begun);
    }
  }

  private static double secondsSince(long begun) {
    return (System.nanoTime() - begun) / 1e9;
  }
}
