package dev.sluice.standalone.demo;

import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.simulated.SimulatedCluster;
import dev.sluice.simulated.SimulatedClusterOptions;
import dev.sluice.simulated.runner.PodRunnerOptions;
import dev.sluice.standalone.cli.Command;
import dev.sluice.standalone.cli.Lifetime;
import dev.sluice.standalone.cli.Logging;
import dev.sluice.standalone.process.Ports;
import dev.sluice.worker.WorkerConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code sluice simulated-cluster}: a simulated cluster alone, for a worker in another process. */
public final class SimulatedClusterCommand {

  private static final Setting<String> HOST =
      Setting.text(
              "cluster-host",
              "ADDRESS",
              "address of the simulated API server, which lets everyone do everything")
          .or("127.0.0.1");
  private static final Setting<Integer> PORT =
      Setting.integer(
              "cluster-port", "port of the simulated API server; 0 for any free port", 0, 65535)
          .or("8001");
  private static final Setting<Optional<Path>> DATA =
      Setting.path(
              "cluster-data",
              "directory that keeps the objects of the simulated cluster (default: in memory)")
          .optional();

  private SimulatedClusterCommand() {}

  public static Command command() {
    List<Setting<?>> settings = new ArrayList<>(List.of(WorkerConfig.CLUSTER, HOST, PORT, DATA));
    settings.addAll(Logging.SETTINGS);
    return new Command(
        "simulated-cluster",
        "Runs only a simulated Kubernetes cluster, to try Sluice without one. It has no"
            + " authentication.",
        settings,
        values -> run(settings, values));
  }

  private static int run(List<Setting<?>> settings, SettingValues values)
      throws InterruptedException {
    Logging.configure(values);
    Ports.check(settings, values, List.of());
    try (Lifetime parts = Lifetime.ofProcess()) {
      SimulatedCluster cluster = parts.add(SimulatedCluster.start(options(values)));
      System.out.printf("the simulated cluster is up: its kubeconfig is%n%s", cluster.kubeconfig());
      parts.awaitStop();
    }
    return 0;
  }

  private static SimulatedClusterOptions options(SettingValues values) {
    return new SimulatedClusterOptions(
        values.get(WorkerConfig.CLUSTER).value(),
        values.get(HOST),
        values.get(PORT),
        values.get(DATA),
        Optional.of(PodRunnerOptions.quick()));
  }
}
