package dev.sluice.benchmarks;

import com.fasterxml.jackson.databind.SerializationFeature;
import dev.sluice.benchmarks.measure.Directories;
import dev.sluice.benchmarks.measure.Sample;
import dev.sluice.contract.json.Json;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.platform.kafka.EmbeddedBroker;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.TopicProvisioner;
import dev.sluice.standalone.cli.Command;
import dev.sluice.standalone.cli.Logging;
import dev.sluice.standalone.process.OneProcess;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.apache.kafka.clients.admin.Admin;

/**
 * The read model of large topics in an API of its own process: time to build it, time until an
 * existing one is ready, latency of queries over HTTP, memory and disk usage.
 */
final class ReadModelBenchmark {

  private static final Setting<Integer> EVENTS =
      Setting.integer("events", "number of events in the topics", 1_000, 100_000_000).or("100000");
  private static final Setting<Integer> APPLICATIONS =
      Setting.integer("applications", "number of applications in the events", 10, 100_000)
          .or("1000");
  private static final Setting<Integer> QUESTIONS =
      Setting.integer("questions", "number of queries of each kind", 1, 1_000_000).or("1000");
  private static final Setting<Path> OUTPUT =
      Setting.path("output", "JSON file for the figures").or("read-model.json");

  private ReadModelBenchmark() {}

  /**
   * Figures of the benchmark.
   *
   * @param buildSeconds from the start of the process until it is ready
   * @param eventsPerCpuSecond by the processor time of the whole process
   * @param milliseconds latency of sequential queries over HTTP, by kind of query; the old ones are
   *     about the first tenth of the pushes, the new ones about the last tenth
   * @param peakMiB the most resident memory of the process that answers them
   */
  record Report(
      int events,
      double buildSeconds,
      double eventsPerSecond,
      double eventsPerCpuSecond,
      double startSeconds,
      Map<String, Percentiles> milliseconds,
      long peakMiB,
      long fileMiB) {}

  record Percentiles(double p50, double p99) {}

  static Command command() {
    return new Command(
        "read-model",
        "Times building the read model, opening an existing one, and queries over HTTP.",
        List.of(EVENTS, APPLICATIONS, QUESTIONS, OUTPUT),
        ReadModelBenchmark::run);
  }

  private static int run(SettingValues values) throws Exception {
    Logging.toFile(Files.createTempFile("sluice-benchmark", ".log"));
    Path directory = Files.createTempDirectory("sluice-benchmark");
    try (EmbeddedBroker broker = OneProcess.broker(directory, 0)) {
      KafkaConnection connection = OneProcess.connection(broker);
      try (Admin admin = Admin.create(connection.admin())) {
        new TopicProvisioner(admin, connection.topics()).provision(8);
      }
      int pushes = ManyResults.write(connection, values.get(EVENTS), values.get(APPLICATIONS));
      Report report = measure(values, pushes, directory, connection);
      print(report);
      Json.mapper()
          .writer()
          .with(SerializationFeature.INDENT_OUTPUT)
          .writeValue(values.get(OUTPUT).toFile(), report);
    }
    // a million events take more than a gigabyte
    Directories.delete(directory);
    return 0;
  }

  private static Report measure(
      SettingValues values, int pushes, Path directory, KafkaConnection connection)
      throws Exception {
    long from = System.nanoTime();
    double cpu;
    try (ApiProcess api = ApiProcess.start(directory, connection)) {
      api.awaitReady();
      cpu = api.cpu().toMillis() / 1e3;
    }
    double build = seconds(from);
    from = System.nanoTime();
    try (ApiProcess api = ApiProcess.start(directory, connection)) {
      api.awaitReady();
      double start = seconds(from);
      Map<String, Percentiles> times = new TreeMap<>();
      for (Map.Entry<String, IntFunction<String>> question :
          questions(pushes, values.get(APPLICATIONS)).entrySet()) {
        times.put(question.getKey(), query(api, values.get(QUESTIONS), question.getValue()));
      }
      return new Report(
          values.get(EVENTS),
          build,
          values.get(EVENTS) / build,
          values.get(EVENTS) / cpu,
          start,
          times,
          api.memory().peak(),
          Directories.mebibytes(directory.resolve("read-model")));
    }
  }

  private static Map<String, IntFunction<String>> questions(int pushes, int applications) {
    int tenth = Math.max(1, pushes / 10);
    return Map.of(
        "status",
        _ -> "/api/v1/status",
        "get",
        i -> "/api/v1/applications/app-%d".formatted(i % applications),
        "history new",
        i -> "/api/v1/applications/app-%d/history".formatted(i % applications),
        "history old",
        i ->
            "/api/v1/applications/app-%d/history?after=%d/east/2"
                .formatted(
                    i % applications,
                    Instant.parse("2026-01-01T00:00:00Z").plusSeconds(tenth).toEpochMilli()),
        "trace",
        i ->
            "/api/v1/trace?cluster=east&kind=Deployment&namespace=default&name=app-%d"
                .formatted(i % applications),
        "explain new",
        i -> "/api/v1/commits/" + ManyResults.commit(pushes - i % tenth),
        "explain old",
        i -> "/api/v1/commits/" + ManyResults.commit(1 + i % tenth));
  }

  private static Percentiles query(ApiProcess api, int queries, IntFunction<String> path)
      throws IOException, InterruptedException {
    List<Double> times = new ArrayList<>();
    try (HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      for (int i = 0; i < queries; i++) {
        long from = System.nanoTime();
        int status =
            http.send(api.request(path.apply(i)), HttpResponse.BodyHandlers.ofByteArray())
                .statusCode();
        if (status != 200) {
          throw new IllegalStateException("%s answered %d".formatted(path.apply(i), status));
        }
        times.add(seconds(from) * 1_000);
      }
    }
    Sample sample = Sample.of(times);
    return new Percentiles(sample.median(), sample.percentile(99));
  }

  private static double seconds(long from) {
    return (System.nanoTime() - from) / 1e9;
  }

  private static void print(Report report) {
    System.out.printf(
        "%d events: built in %.1f s (%.0f a second, %.0f a CPU second), %d MiB on disk%n",
        report.events(),
        report.buildSeconds(),
        report.eventsPerSecond(),
        report.eventsPerCpuSecond(),
        report.fileMiB());
    System.out.printf("an existing one is ready after %.2f s%n", report.startSeconds());
    report
        .milliseconds()
        .forEach(
            (kind, times) ->
                System.out.printf(
                    "%-12s p50 %.1f ms, p99 %.1f ms%n", kind, times.p50(), times.p99()));
    System.out.printf("resident at most %d MiB%n", report.peakMiB());
  }
}
