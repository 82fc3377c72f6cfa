package dev.sluice.standalone.process;

import dev.sluice.contract.name.ClusterName;
import dev.sluice.dispatcher.DispatcherConfig;
import dev.sluice.dispatcher.fleet.FleetLoader;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.platform.kafka.Topics;
import dev.sluice.platform.telemetry.Tracing;
import dev.sluice.standalone.cli.Command;
import dev.sluice.standalone.cli.Lifetime;
import dev.sluice.standalone.cli.Logging;
import dev.sluice.standalone.cli.TrustedCertificates;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code sluice up}: all parts in one process. */
public final class UpCommand {

  private static final Setting<Path> DATA =
      Setting.path("data", "data directory of the embedded broker").or(".sluice/data");
  private static final Setting<Optional<String>> KAFKA =
      Setting.text("kafka", "HOST:PORT", "Kafka to use instead of the embedded broker").optional();
  private static final Setting<Integer> KAFKA_PORT =
      Setting.integer("kafka-port", "port of the embedded broker; 0 for any free port", 0, 65535)
          .or("9092");

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
    List<Setting<?>> settings = new ArrayList<>(List.of(DATA, KAFKA, KAFKA_PORT));
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
    try (Lifetime parts = new Lifetime()) {
      List<Setting<?>> used = settings();
      if (values.get(KAFKA).isEmpty()) {
        parts.add(DataDirectory.lock(values.get(DATA)));
      } else {
        used.remove(KAFKA_PORT);
      }
      Ports.check(used, values, List.of(KAFKA_PORT));
      Tracing tracing = OpenTelemetryTracing.ofProcess("sluice", parts);
      Map<ClusterName, KubernetesClient> clusters = new LinkedHashMap<>();
      for (ClusterName cluster : FleetLoader.read(values.get(DispatcherConfig.FLEET)).clusters()) {
        clusters.put(cluster, parts.add(access.connect(cluster)));
      }
      KafkaConnection kafka = kafka(values, parts);
      OneProcess process =
          parts.add(
              OneProcess.start(
                  OneProcess.Plan.from(values, clusters),
                  kafka,
                  OneProcess.Listeners.NONE,
                  tracing));
      System.out.printf(
          "sluice is up: webhooks at port %d (POST /webhooks/NAME), API at port %d, Kafka at %s,"
              + " clusters %s%n",
          process.webhookPort(), process.apiPort(), kafka.bootstrapServers(), clusters.keySet());
      parts.awaitStop();
    }
    return 0;
  }

  private static KafkaConnection kafka(SettingValues values, Lifetime parts) {
    String servers =
        values
            .get(KAFKA)
            .orElseGet(
                () ->
                    parts
                        .add(OneProcess.broker(values.get(DATA), values.get(KAFKA_PORT)))
                        .bootstrapServers());
    return new KafkaConnection(
        servers,
        new Topics(values.get(KafkaSettings.TOPIC_PREFIX)),
        values.get(KafkaSettings.KAFKA_PROPERTIES).orElse(Map.of()));
  }
}
