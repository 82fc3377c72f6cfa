package dev.sluice.standalone.demo;

import dev.sluice.contract.name.ClusterName;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.platform.telemetry.Tracing;
import dev.sluice.standalone.cli.Command;
import dev.sluice.standalone.cli.Lifetime;
import dev.sluice.standalone.cli.Logging;
import dev.sluice.standalone.console.PushReport;
import dev.sluice.standalone.console.StartSteps;
import dev.sluice.standalone.process.ClusterAccess;
import dev.sluice.standalone.process.DataDirectory;
import dev.sluice.standalone.process.OneProcess;
import dev.sluice.standalone.process.OpenTelemetryTracing;
import dev.sluice.standalone.process.Ports;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * {@code sluice demo}: all parts on one machine, with a fleet of five small applications, a
 * repository whose pushes send webhooks, and two clusters.
 */
public final class DemoCommand {

  private static final Setting<Path> DATA =
      Setting.path("data", "directory of the demo's repository, clusters and broker")
          .or(".sluice/demo");
  private static final Setting<Integer> PORT =
      Setting.integer("webhook-port", "port for webhooks; 0 for any free port", 0, 65535)
          .or("8080");
  private static final Setting<Integer> API_PORT =
      Setting.integer("api-port", "port of the API; 0 for any free port", 0, 65535).or("8090");
  private static final Setting<Integer> KAFKA_PORT =
      Setting.integer("kafka-port", "port of the embedded broker; 0 for any free port", 0, 65535)
          .or("9092");
  private static final Setting<Duration> POD_START =
      Setting.duration("pod-start", "time until pods of the simulated clusters are ready").or("1s");
  private static final List<ClusterName> CLUSTERS =
      List.of(new ClusterName("staging"), new ClusterName("production"));

  private DemoCommand() {}

  public static Command command() {
    List<Setting<?>> settings =
        new ArrayList<>(List.of(DATA, PORT, API_PORT, KAFKA_PORT, POD_START));
    settings.addAll(ClusterAccess.SETTINGS);
    return new Command(
        "demo",
        "Demonstrates a push to two clusters, which are simulated unless --context names real"
            + " ones.",
        settings,
        DemoCommand::run);
  }

  private static int run(SettingValues values) throws Exception {
    Path data = values.get(DATA).toAbsolutePath().normalize();
    try (Lifetime parts = new Lifetime()) {
      parts.add(DataDirectory.lock(data));
      List<Setting<Integer>> ports = List.of(PORT, API_PORT, KAFKA_PORT);
      Ports.check(List.copyOf(ports), values, ports);
      Logging.toFile(data.resolve("sluice.log"));
      Path secret = secret(data.resolve("webhook-secret"));
      DemoRepository repository = DemoRepository.open(data);
      Path fleet = fleet(data.resolve("fleet"), repository);
      Tracing tracing = OpenTelemetryTracing.ofProcess("sluice", parts);
      StartSteps steps = parts.add(new StartSteps(System.out));
      DemoClusters clusters =
          parts.add(
              steps.run(
                  "clusters",
                  () ->
                      DemoClusters.open(
                          data, CLUSTERS, ClusterAccess.from(values), values.get(POD_START))));
      var broker =
          parts.add(steps.run("broker", () -> OneProcess.broker(data, values.get(KAFKA_PORT))));
      OneProcess process =
          parts.add(
              OneProcess.start(
                  OneProcess.Plan.from(
                      Map.of(
                          "fleet", fleet.toString(),
                          "mirrors", data.resolve("mirrors").toString(),
                          "read-model", data.resolve("read-model").toString(),
                          "api-port", Integer.toString(values.get(API_PORT)),
                          "webhook-host", "127.0.0.1",
                          "webhook-port", Integer.toString(values.get(PORT)),
                          "webhook-endpoint",
                              "name=github,forge=github,host=localhost,secret=file:" + secret),
                      clusters.clients()),
                  OneProcess.connection(broker),
                  OneProcess.Listeners.printing(new PushReport(System.out), steps),
                  tracing));
      URI webhook =
          URI.create("http://127.0.0.1:%d/webhooks/github".formatted(process.webhookPort()));
      repository.installHook(webhook, secret);
      introduce(data, repository, clusters, process, webhook);
      parts.awaitStop();
      System.out.println("stopping; the next start continues from here");
    }
    return 0;
  }

  private static void introduce(
      Path data,
      DemoRepository repository,
      DemoClusters clusters,
      OneProcess process,
      URI webhook) {
    Path here = Path.of("").toAbsolutePath();
    System.out.printf(
        """

        Sluice is up.
          repository   %s   (push here; pushes fire a signed webhook)
          fleet        %s
          webhooks     %s
          API          http://127.0.0.1:%d/api/v1/openapi.json
          kafka        %s
          logs         %s
        """,
        shown(here, repository.workingCopy()),
        shown(here, data.resolve("fleet")),
        webhook,
        process.apiPort(),
        process.kafka().bootstrapServers(),
        shown(here, data.resolve("sluice.log")));
    clusters
        .kubeconfigs()
        .forEach(
            (cluster, kubeconfig) ->
                System.out.printf("  %-12s kubectl %s%n", cluster, shown(here, kubeconfig)));
    ClusterName first = CLUSTERS.getFirst();
    System.out.printf(
        """

        Try, in a second terminal:
          cd %s
          sed -i 's/nginx:1.29/nginx:1.30/' website/deployment.yaml
          git commit -am 'Newer web server' && git push
          kubectl %s get deployments,pods -A

        And, where this was started:
          ./sluice status
          ./sluice history website
          ./sluice trace Deployment/website -n website --cluster staging

        Ctrl-C stops it.

        """,
        shown(here, repository.workingCopy()), clusters.kubeconfigs().get(first));
  }

  private static String shown(Path here, String text) {
    return text.replace(here + "/", "");
  }

  private static Path shown(Path here, Path path) {
    return path.startsWith(here) ? here.relativize(path) : path;
  }

  private static Path fleet(Path directory, DemoRepository repository) {
    if (!Files.exists(directory)) {
      DemoFiles.unpack("fleet", directory, Map.of("REPOSITORY_URL", repository.url()));
    }
    return directory;
  }

  private static Path secret(Path file) throws IOException {
    if (!Files.exists(file)) {
      byte[] random = new byte[32];
      new SecureRandom().nextBytes(random);
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(file, HexFormat.of().formatHex(random));
    }
    return file;
  }
}
