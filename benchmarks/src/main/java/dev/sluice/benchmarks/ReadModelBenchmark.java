package dev.sluice.benchmarks;

import com.fasterxml.jackson.databind.SerializationFeature;
import dev.sluice.api.http.ApiConfig;
import dev.sluice.api.http.ApiServer;
import dev.sluice.benchmarks.measure.Sample;
import dev.sluice.contract.json.Json;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.platform.config.Settings;
import dev.sluice.platform.kafka.EmbeddedBroker;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.TopicProvisioner;
import dev.sluice.standalone.cli.Command;
import dev.sluice.standalone.cli.Logging;
import dev.sluice.standalone.process.OneProcess;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;

/**
 * The read model of a large results topic: time to build it, time until an existing one is ready,
 * latency of queries over HTTP, memory and disk usage.
 */
final class ReadModelBenchmark {

  private static final Setting<Integer> RESULTS =
      Setting.integer("results", "number of events in the results topic", 1_000, 100_000_000)
          .or("100000");
  private static final Setting<Integer> APPLICATIONS =
      Setting.integer("applications", "number of applications in the events", 1, 100_000)
          .or("1000");
  private static final Setting<Integer> QUESTIONS =
      Setting.integer("questions", "number of queries of each kind", 1, 1_000_000).or("1000");
  private static final Setting<Path> OUTPUT =
      Setting.path("output", "JSON file for the figures").or("read-model.json");

  private ReadModelBenchmark() {}

  /**
   * Figures of the benchmark.
   *
   * @param milliseconds latency of sequential queries over HTTP, by kind of query
   * @param residentMiB resident memory of the process, broker included
   */
  record Report(
      int results,
      double buildSeconds,
      double resultsPerSecond,
      double startSeconds,
      Map<String, Percentiles> milliseconds,
      long heapUsedMiB,
      long residentMiB,
      long fileMiB) {}

  record Percentiles(double p50, double p99) {}

  static Command command() {
    return new Command(
        "read-model",
        "Times building the read model, opening an existing one, and queries over HTTP.",
        List.of(RESULTS, APPLICATIONS, QUESTIONS, OUTPUT),
        ReadModelBenchmark::run);
  }

  private static int run(SettingValues values) throws Exception {
    Logging.toFile(Files.createTempFile("sluice-benchmark", ".log"));
    Path directory = Files.createTempDirectory("sluice-benchmark");
    int results = values.get(RESULTS);
    try (EmbeddedBroker broker = OneProcess.broker(directory, 0)) {
      KafkaConnection connection = OneProcess.connection(broker);
      try (Admin admin = Admin.create(connection.admin())) {
        new TopicProvisioner(admin, connection.topics()).provision(8);
      }
      ManyResults.write(connection, results, values.get(APPLICATIONS));
      Report report = measure(values, directory.resolve("read-model"), connection);
      print(report);
      Json.mapper()
          .writer()
          .with(SerializationFeature.INDENT_OUTPUT)
          .writeValue(values.get(OUTPUT).toFile(), report);
    }
    // a million results take more than a gigabyte
    try (Stream<Path> files = Files.walk(directory)) {
      files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
    }
    return 0;
  }

  private static Report measure(SettingValues values, Path file, KafkaConnection connection)
      throws Exception {
    long from = System.nanoTime();
    try (ApiServer api = start(file, connection)) {
      awaitReady(api);
    }
    double build = seconds(from);
    from = System.nanoTime();
    try (ApiServer api = start(file, connection)) {
      awaitReady(api);
      double start = seconds(from);
      int applications = values.get(APPLICATIONS);
      Map<String, Percentiles> times =
          Map.of(
              "status",
              query(api, values.get(QUESTIONS), _ -> "/api/v1/status"),
              "history",
              query(
                  api,
                  values.get(QUESTIONS),
                  i -> "/api/v1/applications/app-%d/history".formatted(i % applications)),
              "trace",
              query(
                  api,
                  values.get(QUESTIONS),
                  i ->
                      "/api/v1/trace?cluster=east&kind=Deployment&namespace=default&name=app-%d"
                          .formatted(i % applications)));
      LatencyReport.Memory memory = LatencyRig.memory();
      return new Report(
          values.get(RESULTS),
          build,
          values.get(RESULTS) / build,
          start,
          times,
          memory.heapUsedMiB(),
          memory.residentMiB(),
          mebibytes(file));
    }
  }

  private static ApiServer start(Path file, KafkaConnection connection) {
    return ApiServer.start(
        ApiConfig.from(
            new Settings(ApiConfig.SETTINGS, List.of())
                .read(
                    Map.of("read-model", List.of(file.toString()), "api-port", List.of("0")),
                    Map.of(),
                    Optional.empty())),
        connection,
        Clock.systemUTC());
  }

  private static void awaitReady(ApiServer api) throws InterruptedException {
    CountDownLatch pause = new CountDownLatch(1);
    while (api.unreadyReason().isPresent()) {
      pause.await(5, TimeUnit.MILLISECONDS);
    }
  }

  private static Percentiles query(ApiServer api, int queries, IntFunction<String> path)
      throws IOException, InterruptedException {
    List<Double> times = new ArrayList<>();
    try (HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      for (int i = 0; i < queries; i++) {
        long from = System.nanoTime();
        int status =
            http.send(
                    HttpRequest.newBuilder(
                            URI.create(
                                "http://127.0.0.1:%d%s".formatted(api.port(), path.apply(i))))
                        .build(),
                    HttpResponse.BodyHandlers.ofByteArray())
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

  private static long mebibytes(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.mapToLong(file -> file.toFile().length()).sum() / 1024 / 1024;
    }
  }

  private static void print(Report report) {
    System.out.printf(
        "%d results: built in %.1f s (%.0f a second), %d MiB on disk%n",
        report.results(), report.buildSeconds(), report.resultsPerSecond(), report.fileMiB());
    System.out.printf("an existing one is ready after %.2f s%n", report.startSeconds());
    report
        .milliseconds()
        .forEach(
            (kind, times) ->
                System.out.printf(
                    "%-8s p50 %.1f ms, p99 %.1f ms%n", kind, times.p50(), times.p99()));
    System.out.printf(
        "heap in use %d MiB, resident %d MiB, broker included%n",
        report.heapUsedMiB(), report.residentMiB());
  }
}
