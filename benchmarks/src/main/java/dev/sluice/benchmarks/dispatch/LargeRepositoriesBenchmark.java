package dev.sluice.benchmarks.dispatch;

import com.fasterxml.jackson.databind.SerializationFeature;
import dev.sluice.benchmarks.GitHttpServer;
import dev.sluice.benchmarks.ImportedRepository;
import dev.sluice.benchmarks.measure.Child;
import dev.sluice.benchmarks.measure.Directories;
import dev.sluice.benchmarks.measure.Memory;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.platform.kafka.EmbeddedBroker;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.TopicProvisioner;
import dev.sluice.standalone.Main;
import dev.sluice.standalone.cli.Command;
import dev.sluice.standalone.cli.Logging;
import dev.sluice.standalone.process.OneProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;

/**
 * Memory of a dispatcher, in a process of its own, that follows several large repositories,
 * compared with as many small ones: after the first fetches, and after pushes to each.
 */
public final class LargeRepositoriesBenchmark {

  private static final Setting<Integer> REPOSITORIES =
      Setting.integer("repositories", "number of repositories", 1, 100).or("10");
  private static final Setting<Integer> FILES =
      Setting.integer("files", "number of files of a large repository", 100, 1_000_000).or("30000");
  private static final Setting<Integer> FILE_BYTES =
      Setting.integer("file-bytes", "size of a file, which does not compress", 100, 1_000_000)
          .or("35000");
  private static final Setting<Integer> PUSHES =
      Setting.integer("pushes", "pushes to each repository", 1, 1_000).or("5");
  private static final Setting<Path> OUTPUT =
      Setting.path("output", "JSON file for the figures").or("large-repositories.json");

  private static final int SMALL_FILES = 100;
  private static final ClusterName CLUSTER = new ClusterName("benchmark");

  /** Options of the launcher for a dispatcher, with its default heap. */
  private static final List<String> OPTIONS =
      List.of(
          "-XX:+UseG1GC",
          "-XX:G1PeriodicGCInterval=300000",
          "-XX:-G1PeriodicGCInvokesConcurrent",
          "-XX:MinHeapFreeRatio=10",
          "-XX:MaxHeapFreeRatio=20",
          "-Xms32m",
          "-Xmx1g",
          "-XX:TrimNativeHeapInterval=60000");

  private LargeRepositoriesBenchmark() {}

  /**
   * Figures of a size of repositories.
   *
   * @param files of each repository
   * @param mirrorMebibytes of all mirrors
   * @param firstSeconds until the target of each repository was sent
   * @param afterFirst memory then
   * @param afterPushes memory after the pushes
   */
  record Figures(
      int files,
      long mirrorMebibytes,
      double firstSeconds,
      Memory afterFirst,
      Memory afterPushes) {}

  record Report(int repositories, Figures small, Figures large) {}

  public static Command command() {
    return new Command(
        "large-repositories",
        "Measures the memory of a dispatcher that follows several large repositories, compared with"
            + " small ones.",
        List.of(REPOSITORIES, FILES, FILE_BYTES, PUSHES, OUTPUT),
        LargeRepositoriesBenchmark::run);
  }

  private static int run(SettingValues values) throws Exception {
    Path log = Files.createTempFile("sluice-benchmark", ".log");
    Logging.toFile(log);
    System.out.println("Log: " + log);
    Report report =
        new Report(
            values.get(REPOSITORIES),
            measure(SMALL_FILES, values, log),
            measure(values.get(FILES), values, log));
    Json.mapper()
        .writer()
        .with(SerializationFeature.INDENT_OUTPUT)
        .writeValue(values.get(OUTPUT).toFile(), report);
    return 0;
  }

  private static Figures measure(int files, SettingValues values, Path log) throws Exception {
    Path directory = Files.createTempDirectory("sluice-benchmark");
    try (GitHttpServer server = GitHttpServer.start(directory);
        EmbeddedBroker broker = OneProcess.broker(directory, 0)) {
      List<ImportedRepository> repositories = new ArrayList<>();
      for (int i = 0; i < values.get(REPOSITORIES); i++) {
        repositories.add(
            ImportedRepository.create(
                directory.resolve(name(i) + ".git"), files, values.get(FILE_BYTES)));
      }
      Path fleet = Files.createDirectories(directory.resolve("fleet"));
      Files.writeString(fleet.resolve("fleet.yaml"), fleet(server, repositories));
      KafkaConnection kafka = OneProcess.connection(broker);
      try (Admin admin = Admin.create(kafka.admin())) {
        new TopicProvisioner(admin, kafka.topics()).provision(8);
      }
      long begun = System.nanoTime();
      try (Child dispatcher =
              Child.start(
                  Main.class,
                  log,
                  OPTIONS,
                  "dispatcher",
                  "--kafka=" + kafka.bootstrapServers(),
                  "--fleet=" + fleet,
                  "--mirrors=" + directory.resolve("mirrors"));
          Announcer announcer = new Announcer(kafka)) {
        Thread.ofVirtual().start(() -> discardOutput(dispatcher));
        try (TargetWatch watch = new TargetWatch(kafka, List.of(CLUSTER))) {
          var unused = watch.await(repositories.size(), DispatchRig.LIMIT);
          double first = (System.nanoTime() - begun) / 1e9;
          Memory afterFirst = dispatcher.memory();
          for (int push = 0; push < values.get(PUSHES); push++) {
            for (int i = 0; i < repositories.size(); i++) {
              announcer.announce(
                  RepositoryId.fromUrl(server.url(name(i) + ".git")),
                  repositories.get(i).change(0));
            }
            unused = watch.await(repositories.size(), DispatchRig.LIMIT);
          }
          Figures figures =
              new Figures(
                  files,
                  Directories.mebibytes(directory.resolve("mirrors")),
                  first,
                  afterFirst,
                  dispatcher.memory());
          System.out.printf(
              "%d repositories of %d files, %d MiB of mirrors: first targets after %.1f s%n"
                  + "  then:             %s%n  after the pushes: %s%n",
              repositories.size(),
              files,
              figures.mirrorMebibytes(),
              figures.firstSeconds(),
              figures.afterFirst(),
              figures.afterPushes());
          return figures;
        }
      }
    } finally {
      Directories.delete(directory);
    }
  }

  private static void discardOutput(Child process) {
    try {
      while (!process.line().isEmpty()) {
        Thread.onSpinWait();
      }
    } catch (IOException e) {
      // it was stopped
    }
  }

  private static String fleet(GitHttpServer server, List<ImportedRepository> repositories) {
    StringBuilder fleet =
        new StringBuilder(
            """
            apiVersion: sluice.dev/v1
            kind: Cluster
            metadata: {name: %s}
            """
                .formatted(CLUSTER));
    for (int i = 0; i < repositories.size(); i++) {
      fleet.append(
          """
          ---
          apiVersion: sluice.dev/v1
          kind: Repository
          metadata: {name: %1$s}
          spec: {url: "%2$s"}
          ---
          apiVersion: sluice.dev/v1
          kind: Application
          metadata: {name: %1$s}
          spec:
            source: {repository: %1$s, path: %3$s}
            clusters: {names: [%4$s]}
            namespace: apps
          """
              .formatted(
                  name(i), server.url(name(i) + ".git"), repositories.get(i).path(0), CLUSTER));
    }
    return fleet.toString();
  }

  private static String name(int repository) {
    return "repository-" + repository;
  }
}
