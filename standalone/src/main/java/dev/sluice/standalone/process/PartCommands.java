package dev.sluice.standalone.process;

import dev.sluice.api.http.ApiConfig;
import dev.sluice.api.http.ApiServer;
import dev.sluice.dispatcher.Dispatcher;
import dev.sluice.dispatcher.DispatcherConfig;
import dev.sluice.dispatcher.decide.DispatchListener;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.platform.telemetry.Metrics;
import dev.sluice.platform.telemetry.Telemetry;
import dev.sluice.receiver.Receiver;
import dev.sluice.receiver.ReceiverConfig;
import dev.sluice.standalone.cli.Command;
import dev.sluice.standalone.cli.Lifetime;
import dev.sluice.standalone.cli.Logging;
import dev.sluice.worker.WorkerConfig;
import dev.sluice.worker.WorkerListener;
import dev.sluice.worker.render.RenderConfig;
import dev.sluice.worker.render.Renderers;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The parts by themselves, against a Kafka that is there. */
public final class PartCommands {

  private PartCommands() {}

  public static Command receiver() {
    return part(
        "receiver",
        "Receives webhooks and writes change events to Kafka.",
        List.of(ReceiverConfig.SETTINGS),
        (values, parts) ->
            parts.add(
                Receiver.start(
                    ReceiverConfig.from(values),
                    KafkaSettings.connection(values),
                    Clock.systemUTC(),
                    OpenTelemetryTracing.ofProcess("sluice-receiver", parts))));
  }

  public static Command dispatcher() {
    return part(
        "dispatcher",
        "Works out what a change affects and writes each cluster's targets; serves the API.",
        List.of(DispatcherConfig.SETTINGS, ApiConfig.SETTINGS),
        (values, parts) -> {
          ApiConfig api = ApiConfig.from(values);
          KafkaConnection kafka = KafkaSettings.connection(values);
          Telemetry telemetry = telemetry("sluice-dispatcher", parts);
          parts.add(
              Dispatcher.start(
                  DispatcherConfig.from(values),
                  kafka,
                  Clock.systemUTC(),
                  DispatchListener.NONE,
                  telemetry));
          parts.add(ApiServer.start(api, kafka, Clock.systemUTC(), telemetry.metrics()));
        });
  }

  public static Command api() {
    return part(
        "api",
        "Serves the API alone, from a read model of its own.",
        List.of(ApiConfig.SETTINGS),
        (values, parts) ->
            parts.add(
                ApiServer.start(
                    ApiConfig.from(values), KafkaSettings.connection(values), Clock.systemUTC())));
  }

  public static Command worker() {
    return part(
        "worker",
        "Applies one cluster's targets to it. A second one for the same cluster stands by.",
        List.of(WorkerConfig.SETTINGS, RenderConfig.SETTINGS, ClusterAccess.SETTINGS),
        (values, parts) -> {
          WorkerConfig config = WorkerConfig.from(values, hostIdentity());
          parts.add(
              OneProcess.worker(
                  config,
                  KafkaSettings.connection(values),
                  parts.add(ClusterAccess.from(values).connectSingle(config.cluster())),
                  parts.add(Renderers.onThisMachine(RenderConfig.from(values))),
                  WorkerListener.NONE,
                  telemetry("sluice-worker", parts)));
        });
  }

  private static Command part(
      String name, String description, List<List<Setting<?>>> settings, Starter starter) {
    List<Setting<?>> all = new ArrayList<>(KafkaSettings.ALL);
    settings.forEach(all::addAll);
    all.addAll(Logging.SETTINGS);
    return new Command(
        name,
        description,
        all,
        values -> {
          Logging.configure(values);
          try (Lifetime parts = new Lifetime()) {
            starter.start(values, parts);
            parts.awaitStop();
          }
          return 0;
        });
  }

  private static Telemetry telemetry(String service, Lifetime parts) {
    return new Telemetry(new Metrics(), OpenTelemetryTracing.ofProcess(service, parts));
  }

  /** Unlike any other worker's, and telling where it runs. */
  private static String hostIdentity() {
    String host = System.getenv().getOrDefault("HOSTNAME", "worker");
    return host + "-" + UUID.randomUUID().toString().substring(0, 8);
  }

  private interface Starter {
    void start(SettingValues values, Lifetime parts) throws Exception;
  }
}
