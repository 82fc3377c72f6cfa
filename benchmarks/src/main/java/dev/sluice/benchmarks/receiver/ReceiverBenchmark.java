package dev.sluice.benchmarks.receiver;

import com.fasterxml.jackson.databind.SerializationFeature;
import dev.sluice.contract.json.Json;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.standalone.cli.Command;
import dev.sluice.standalone.cli.Logging;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Costs of the receiver: throughput and latency compared with a bare server in the same run, the
 * effect of idle connections, the answers to bodies that exceed the buffers, and memory over time.
 */
public final class ReceiverBenchmark {

  private static final Setting<Integer> ROUNDS =
      Setting.integer("rounds", "rounds of each measurement, of which figures are medians", 1, 100)
          .or("3");
  private static final Setting<Integer> REQUESTS =
      Setting.integer("requests", "requests per round", 1_000, 10_000_000).or("40000");
  private static final Setting<Integer> CONNECTIONS =
      Setting.integer("connections", "connections that send concurrently", 1, 1_000).or("64");
  private static final Setting<Integer> IDLE =
      Setting.integer("idle", "additional idle connections", 0, 50_000).or("10000");
  private static final Setting<Integer> LONG =
      Setting.integer(
              "long", "deliveries of a long run that measures memory; 0 for none", 0, 100_000_000)
          .or("0");
  private static final Setting<Path> OUTPUT =
      Setting.path("output", "JSON file for the figures").or("receiver.json");

  private ReceiverBenchmark() {}

  public static Command command() {
    return new Command(
        "receiver",
        "Times webhook to answer, compared with a bare server that publishes records of the same size.",
        List.of(ROUNDS, REQUESTS, CONNECTIONS, IDLE, LONG, OUTPUT),
        ReceiverBenchmark::run);
  }

  private static int run(SettingValues values) throws Exception {
    Path directory = Files.createTempDirectory("sluice-benchmark");
    Logging.toFile(directory.resolve("benchmark.log"));
    ReceiverReport report;
    try (ReceiverRig rig = ReceiverRig.start(directory, values.get(CONNECTIONS))) {
      System.out.println("Logs: " + directory);
      report =
          rig.measure(values.get(ROUNDS), values.get(REQUESTS), values.get(IDLE), values.get(LONG));
    }
    System.out.println(report.table());
    Json.mapper()
        .writer()
        .with(SerializationFeature.INDENT_OUTPUT)
        .writeValue(values.get(OUTPUT).toFile(), report);
    return 0;
  }
}
