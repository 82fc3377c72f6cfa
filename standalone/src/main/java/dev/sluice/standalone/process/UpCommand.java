package dev.sluice.standalone.process;

import dev.sluice.api.http.ApiConfig;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.dispatcher.DispatcherConfig;
import dev.sluice.dispatcher.fleet.FleetConfig;
import dev.sluice.dispatcher.fleet.FleetLoader;
import dev.sluice.dispatcher.fleet.FleetLocation;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.platform.kafka.BrokerWait;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.platform.kafka.Topics;
import dev.sluice.platform.telemetry.Tracing;
import dev.sluice.standalone.cli.Command;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.cli.Lifetime;
import dev.sluice.standalone.cli.Logging;
import dev.sluice.standalone.cli.TrustedCertificates;
import dev.sluice.standalone.console.PushReport;
import dev.sluice.standalone.console.StartSteps;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code sluice up}: all parts in one process. */
public final class UpCommand {

  private static final Setting<Optional<String>> KAFKA =
      Setting.text("kafka", "HOST:PORT", "Kafka to use instead of the embedded broker").optional();

  private UpCommand() {}

  public static Command command() {
    List<Setting<?>> settings = settings();
    return new Command(
        "up",
        "Runs all parts in one process: broker, receiver, dispatcher, and a worker for each"
            + " cluster of the fleet.",
        settings,
        UpCommand::run);
  }

  private static List<Setting<?>> settings() {
    List<Setting<?>> settings =
        new ArrayList<>(List.of(BrokerCommand.DATA, KAFKA, BrokerCommand.KAFKA_PORT));
    settings.add(KafkaSettings.TOPIC_PREFIX);
    settings.add(KafkaSettings.KAFKA_PROPERTIES);
    settings.addAll(OneProcess.Plan.SETTINGS);
    settings.addAll(ClusterAccess.SETTINGS);
    settings.add(TrustedCertificates.SETTING);
    settings.addAll(Logging.SETTINGS);
    return settings;
  }

  private static int run(SettingValues values) throws Exception {
    Logging.configure(values);
    TrustedCertificates.configure(values);
    ClusterAccess access = ClusterAccess.from(values);
    try (Lifetime parts = Lifetime.ofProcess()) {
      List<Setting<?>> used = settings();
      if (values.get(KAFKA).isEmpty()) {
        parts.add(DataDirectory.lock(values.get(BrokerCommand.DATA)));
      } else {
        used.remove(BrokerCommand.KAFKA_PORT);
      }
      Ports.check(used, values, List.of(BrokerCommand.KAFKA_PORT));
      Tracing tracing = OpenTelemetryTracing.ofProcess("sluice", parts);
      Map<ClusterName, KubernetesClient> clusters = new LinkedHashMap<>();
      for (ClusterName cluster : clusters(values.get(FleetConfig.FLEET))) {
        clusters.put(cluster, parts.add(access.connect(cluster)));
      }
      StartSteps steps = parts.add(new StartSteps(System.out));
      KafkaConnection kafka = kafka(values, parts, steps);
      OneProcess process =
          parts.add(
              OneProcess.start(
                  OneProcess.Plan.from(values, clusters).following(access::connect),
                  kafka,
                  OneProcess.Listeners.printing(new PushReport(System.out), steps),
                  tracing));
      System.out.printf(
          "sluice is up: webhooks at port %d (POST /webhooks/NAME), API at port %d, Kafka at %s,"
              + " clusters %s%npage: http://%s:%d/%n",
          process.webhookPort(),
          process.apiPort(),
          kafka.bootstrapServers(),
          values.get(FleetConfig.FLEET) instanceof FleetLocation.InGit git
              ? "as in " + git
              : clusters.keySet(),
          values.get(ApiConfig.HOST),
          process.apiPort());
      parts.awaitStop();
    }
    return 0;
  }

  /**
   * Returns the clusters that get a worker before the dispatcher has read the fleet; those of a
   * fleet in a Git repository get theirs afterwards. A directory that is missing later is waited
   * for; at the start the option is wrong.
   */
  private static Set<ClusterName> clusters(FleetLocation fleet) {
    return switch (fleet) {
      case FleetLocation.InGit _ -> Set.of();
      case FleetLocation.Directory(Path directory) when Files.isReadable(directory) ->
          FleetLoader.read(directory).clusters();
      case FleetLocation.Directory(Path directory) ->
          throw new ExitException(
              2,
              "%s %s: there is no such directory, or it cannot be read"
                  .formatted(FleetConfig.FLEET.option(), directory));
    };
  }

  private static KafkaConnection kafka(SettingValues values, Lifetime parts, StartSteps steps)
      throws Exception {
    Topics topics = new Topics(values.get(KafkaSettings.TOPIC_PREFIX));
    Optional<String> servers = values.get(KAFKA);
    if (servers.isPresent()) {
      KafkaConnection kafka =
          new KafkaConnection(
              servers.get(), topics, values.get(KafkaSettings.KAFKA_PROPERTIES).orElse(Map.of()));
      BrokerWait.await(
          kafka,
          BrokerWait.Need.BROKER,
          Ports.address(List.of(DispatcherConfig.HEALTH_PORT, ApiConfig.PORT), settings(), values));
      return kafka;
    }
    return parts
        .add(
            steps.run(
                "broker",
                () ->
                    OneProcess.broker(
                        values.get(BrokerCommand.DATA), values.get(BrokerCommand.KAFKA_PORT))))
        .connection(topics);
  }
}
