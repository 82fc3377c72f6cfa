package dev.sluice.standalone.demo;

import dev.sluice.contract.name.ClusterName;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.platform.telemetry.Tracing;
import dev.sluice.standalone.cli.Command;
import dev.sluice.standalone.cli.Lifetime;
import dev.sluice.standalone.cli.Logging;
import dev.sluice.standalone.process.ClusterAccess;
import dev.sluice.standalone.process.DataDirectory;
import dev.sluice.standalone.process.OpenTelemetryTracing;
import dev.sluice.standalone.process.Ports;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code sluice demo}: all parts on one machine, with a fleet of five small applications,
 * repositories whose pushes send webhooks, and two clusters.
 */
public final class DemoCommand {

  private static final Setting<Path> DATA =
      Setting.path("data", "directory of the demo's repositories, clusters and broker")
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
    try (Lifetime parts = Lifetime.ofProcess()) {
      parts.add(DataDirectory.lock(data));
      List<Setting<Integer>> ports = List.of(PORT, API_PORT, KAFKA_PORT);
      Ports.check(List.copyOf(ports), values, ports);
      Logging.toFile(data.resolve("sluice.log"));
      Tracing tracing = OpenTelemetryTracing.ofProcess("sluice", parts);
      DemoInstallation demo =
          DemoInstallation.start(
              parts,
              data,
              CLUSTERS,
              new DemoInstallation.Options(
                  ClusterAccess.from(values),
                  values.get(POD_START),
                  values.get(PORT),
                  values.get(API_PORT),
                  values.get(KAFKA_PORT)),
              tracing);
      introduce(data, demo);
      parts.awaitStop();
      System.out.println("stopping; the next start continues from here");
    }
    return 0;
  }

  private static void introduce(Path data, DemoInstallation demo) {
    Path here = Path.of("").toAbsolutePath();
    System.out.printf(
        """

        Sluice is up.
          repository   %s   (push here; pushes fire a signed webhook)
          fleet        %s   (a repository too: a push changes what is deployed where)
          page         http://127.0.0.1:%d/
          webhooks     %s
          API          http://127.0.0.1:%d/api/v1/openapi.json
          kafka        %s
          logs         %s
        """,
        shown(here, demo.applications().workingCopy()),
        shown(here, demo.fleet().workingCopy()),
        demo.process().apiPort(),
        demo.webhook(),
        demo.process().apiPort(),
        demo.process().kafka().bootstrapServers(),
        shown(here, data.resolve("sluice.log")));
    demo.clusters()
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
        shown(here, demo.applications().workingCopy()), demo.clusters().kubeconfigs().get(first));
  }

  private static String shown(Path here, String text) {
    return text.replace(here + "/", "");
  }

  private static Path shown(Path here, Path path) {
    return path.startsWith(here) ? here.relativize(path) : path;
  }
}
