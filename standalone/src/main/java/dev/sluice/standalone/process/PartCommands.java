package dev.sluice.standalone.process;

import dev.sluice.api.http.ApiConfig;
import dev.sluice.api.http.ApiServer;
import dev.sluice.dispatcher.Dispatcher;
import dev.sluice.dispatcher.DispatcherConfig;
import dev.sluice.dispatcher.decide.DispatchListener;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.platform.kafka.BrokerWait;
import dev.sluice.platform.kafka.BrokerWait.Need;
import dev.sluice.platform.kafka.HeartbeatWriter;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.platform.telemetry.Metrics;
import dev.sluice.platform.telemetry.ProcessMetrics;
import dev.sluice.platform.telemetry.Telemetry;
import dev.sluice.platform.telemetry.Tracing;
import dev.sluice.receiver.Receiver;
import dev.sluice.receiver.ReceiverConfig;
import dev.sluice.standalone.cli.Command;
import dev.sluice.standalone.cli.Lifetime;
import dev.sluice.standalone.cli.Logging;
import dev.sluice.standalone.cli.TrustedCertificates;
import dev.sluice.worker.WorkerConfig;
import dev.sluice.worker.WorkerResources;
import dev.sluice.worker.render.RenderConfig;
import dev.sluice.worker.render.Renderers;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** Commands that run one part each, with an existing Kafka. */
public final class PartCommands {

  private PartCommands() {}

  public static Command receiver() {
    return part(
        "receiver",
        "Receives webhooks and writes change events to Kafka.",
        List.of(ReceiverConfig.SETTINGS, List.of(TrustedCertificates.SETTING)),
        Need.ADDRESS,
        List.of(ReceiverConfig.HEALTH_PORT, ReceiverConfig.PORT),
        (values, parts) -> {
          TrustedCertificates.configure(values);
          Surroundings process = Surroundings.of("sluice-receiver", values, parts);
          parts.add(
              Receiver.start(
                  ReceiverConfig.from(values),
                  process.kafka(),
                  Clock.systemUTC(),
                  process.telemetry()));
        });
  }

  public static Command dispatcher() {
    return part(
        "dispatcher",
        "Evaluates which applications a change affects and writes targets for clusters; serves the"
            + " API.",
        List.of(
            DispatcherConfig.SETTINGS, ApiConfig.SETTINGS, List.of(TrustedCertificates.SETTING)),
        Need.BROKER,
        List.of(DispatcherConfig.HEALTH_PORT),
        (values, parts) -> {
          TrustedCertificates.configure(values);
          ApiConfig api = ApiConfig.from(values);
          Surroundings process = Surroundings.of("sluice-dispatcher", values, parts);
          parts.add(
              Dispatcher.start(
                  DispatcherConfig.from(values),
                  process.kafka(),
                  Clock.systemUTC(),
                  DispatchListener.NONE,
                  process.telemetry()));
          parts.add(ApiServer.start(api, process.kafka(), Clock.systemUTC(), process.telemetry()));
        });
  }

  public static Command api() {
    return part(
        "api",
        "Serves the API only, from its own read model.",
        List.of(ApiConfig.SETTINGS),
        Need.TOPICS,
        List.of(ApiConfig.PORT),
        (values, parts) -> {
          Surroundings process = Surroundings.of(Tracing.OFF, values, parts);
          parts.add(
              ApiServer.start(
                  ApiConfig.from(values), process.kafka(), Clock.systemUTC(), process.telemetry()));
        });
  }

  public static Command worker() {
    return part(
        "worker",
        "Applies the targets of one cluster. A second worker for the same cluster is a standby.",
        List.of(WorkerConfig.SETTINGS, RenderConfig.SETTINGS, ClusterAccess.SETTINGS),
        Need.BROKER,
        List.of(WorkerConfig.HEALTH_PORT),
        (values, parts) -> {
          WorkerConfig config = WorkerConfig.from(values, InstanceName.random());
          Surroundings process = Surroundings.of("sluice-worker", values, parts);
          parts.add(
              OneProcess.worker(
                  config,
                  process.kafka(),
                  parts.add(ClusterAccess.from(values).connectSingle(config.cluster())),
                  parts.add(Renderers.onThisMachine(RenderConfig.from(values))),
                  WorkerResources.Listener.NONE,
                  process.telemetry()));
        });
  }

  /**
   * Returns the command of a part.
   *
   * @param need state of Kafka that the part needs to start
   * @param healthPorts settings of the port that answers until then; the first that is set counts
   */
  private static Command part(
      String name,
      String description,
      List<List<Setting<?>>> settings,
      Need need,
      List<Setting<?>> healthPorts,
      Starter starter) {
    List<Setting<?>> all = new ArrayList<>(KafkaSettings.ALL);
    all.add(KafkaSettings.HEARTBEAT_INTERVAL);
    settings.forEach(all::addAll);
    all.addAll(Logging.SETTINGS);
    return new Command(
        name,
        description,
        all,
        values -> {
          Logging.configure(values);
          Ports.check(all, values, List.of());
          try (Lifetime parts = Lifetime.ofProcess()) {
            BrokerWait.await(
                KafkaSettings.connection(values), need, Ports.address(healthPorts, all, values));
            starter.start(values, parts);
            parts.awaitStop();
          }
          return 0;
        });
  }

  /** The broker, metrics, traces and heartbeats that the parts of a process share. */
  private record Surroundings(KafkaConnection kafka, Telemetry telemetry) {

    static Surroundings of(String service, SettingValues values, Lifetime parts) {
      return of(OpenTelemetryTracing.ofProcess(service, parts), values, parts);
    }

    static Surroundings of(Tracing tracing, SettingValues values, Lifetime parts) {
      Metrics metrics = new Metrics();
      parts.add(ProcessMetrics.bind(metrics));
      KafkaConnection kafka = KafkaSettings.connection(values).reportingTo(metrics);
      HeartbeatWriter heartbeats =
          parts.add(
              HeartbeatWriter.start(
                  kafka, values.get(KafkaSettings.HEARTBEAT_INTERVAL), Clock.systemUTC()));
      return new Surroundings(kafka, new Telemetry(metrics, tracing, heartbeats));
    }
  }

  private interface Starter {
    void start(SettingValues values, Lifetime parts) throws Exception;
  }
}
