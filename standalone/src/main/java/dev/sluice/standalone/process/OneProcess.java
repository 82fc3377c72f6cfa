package dev.sluice.standalone.process;

import dev.sluice.api.http.ApiConfig;
import dev.sluice.api.http.ApiServer;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.dispatcher.Dispatcher;
import dev.sluice.dispatcher.DispatcherConfig;
import dev.sluice.dispatcher.decide.DispatchListener;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.platform.config.Settings;
import dev.sluice.platform.kafka.EmbeddedBroker;
import dev.sluice.platform.kafka.HeartbeatWriter;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.platform.kafka.Topics;
import dev.sluice.platform.telemetry.Metrics;
import dev.sluice.platform.telemetry.ProcessMetrics;
import dev.sluice.platform.telemetry.Telemetry;
import dev.sluice.platform.telemetry.Tracing;
import dev.sluice.receiver.Receiver;
import dev.sluice.receiver.ReceiverConfig;
import dev.sluice.standalone.cli.Lifetime;
import dev.sluice.standalone.console.PushReport;
import dev.sluice.standalone.console.StartSteps;
import dev.sluice.worker.ClusterWorker;
import dev.sluice.worker.WorkerConfig;
import dev.sluice.worker.WorkerResources;
import dev.sluice.worker.render.RenderConfig;
import dev.sluice.worker.render.Renderers;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * All parts in one process. Only the wiring differs from separate processes: the parts communicate
 * over Kafka here too.
 */
public final class OneProcess implements AutoCloseable {

  private final Lifetime parts;
  private final KafkaConnection kafka;
  private final Receiver receiver;
  private final int apiPort;

  private OneProcess(Lifetime parts, KafkaConnection kafka, Receiver receiver, int apiPort) {
    this.parts = parts;
    this.kafka = kafka;
    this.receiver = receiver;
    this.apiPort = apiPort;
  }

  /**
   * Configuration of all parts.
   *
   * @param worker returns the configuration of a cluster's worker
   * @param joining connects to a cluster that joins the fleet later; empty if none gets a worker
   */
  public record Plan(
      ReceiverConfig receiver,
      DispatcherConfig dispatcher,
      ApiConfig api,
      Function<ClusterName, WorkerConfig> worker,
      RenderConfig rendering,
      Map<ClusterName, KubernetesClient> clusters,
      Optional<Function<ClusterName, KubernetesClient>> joining,
      Duration heartbeatInterval) {

    /** Settings that a plan is read from. */
    static final List<Setting<?>> SETTINGS =
        Stream.of(
                DispatcherConfig.SETTINGS,
                ApiConfig.SETTINGS,
                ReceiverConfig.SETTINGS,
                WorkerConfig.SHARED_SETTINGS,
                RenderConfig.SETTINGS,
                List.of(KafkaSettings.HEARTBEAT_INTERVAL))
            .<Setting<?>>flatMap(List::stream)
            .toList();

    static Plan from(SettingValues values, Map<ClusterName, KubernetesClient> clusters) {
      DispatcherConfig dispatcher = DispatcherConfig.from(values);
      // no other process can have these mirrors, and a restarted one has them again
      String identity = InstanceName.of(dispatcher.mirrors());
      return new Plan(
          ReceiverConfig.from(values),
          dispatcher.orInstance(identity),
          ApiConfig.from(values),
          cluster -> WorkerConfig.from(values, cluster, identity),
          RenderConfig.from(values),
          clusters,
          Optional.empty(),
          values.get(KafkaSettings.HEARTBEAT_INTERVAL));
    }

    /** Returns this plan with workers for clusters that join the fleet later. */
    public Plan following(Function<ClusterName, KubernetesClient> connect) {
      return new Plan(
          receiver,
          dispatcher,
          api,
          worker,
          rendering,
          clusters,
          Optional.of(connect),
          heartbeatInterval);
    }

    /** Returns a plan from settings with one value each. */
    public static Plan from(
        Map<String, String> given, Map<ClusterName, KubernetesClient> clusters) {
      return from(given, Map.of(), clusters);
    }

    /** Returns a plan from settings with one value each and settings with several. */
    public static Plan from(
        Map<String, String> given,
        Map<String, List<String>> lists,
        Map<ClusterName, KubernetesClient> clusters) {
      Map<String, List<String>> options = new HashMap<>(lists);
      given.forEach((name, value) -> options.put(name, List.of(value)));
      return from(
          new Settings(SETTINGS, List.of()).read(options, Map.of(), Optional.empty()), clusters);
    }
  }

  /**
   * Listeners to what the parts do, for the terminal, benchmarks and tests.
   *
   * @param steps shows the steps of the start
   */
  public record Listeners(
      DispatchListener dispatcher, WorkerResources.Listener worker, StartSteps steps) {
    public static final Listeners NONE =
        new Listeners(DispatchListener.NONE, WorkerResources.Listener.NONE);

    /** Creates listeners without the steps of the start. */
    public Listeners(DispatchListener dispatcher, WorkerResources.Listener worker) {
      this(dispatcher, worker, StartSteps.HIDDEN);
    }

    /** Creates listeners that print everything for people. */
    public static Listeners printing(PushReport report, StartSteps steps) {
      return new Listeners(report.dispatchListener(), report.workerListener(), steps);
    }
  }

  /** Starts a cluster's worker. */
  public static ClusterWorker worker(
      WorkerConfig config,
      KafkaConnection kafka,
      KubernetesClient client,
      Renderers renderers,
      WorkerResources.Listener listener,
      Telemetry telemetry) {
    return ClusterWorker.start(
        config,
        new WorkerResources(kafka, client, renderers, listener, telemetry, Clock.systemUTC()));
  }

  /** Starts a broker in this process, with its data under {@code data}. */
  public static EmbeddedBroker broker(Path data, int port) {
    return EmbeddedBroker.start(data.resolve("kafka"), port);
  }

  public static KafkaConnection connection(EmbeddedBroker broker) {
    return broker.connection(Topics.DEFAULT);
  }

  /** Starts the parts without tracing. */
  public static OneProcess start(Plan plan, KafkaConnection kafka, Listeners listeners)
      throws Exception {
    return start(plan, kafka, listeners, Tracing.OFF);
  }

  /**
   * Starts the parts. The receiver is last, so that it accepts no webhook before the topics exist.
   */
  public static OneProcess start(
      Plan plan, KafkaConnection kafka, Listeners listeners, Tracing tracing) throws Exception {
    Lifetime parts = new Lifetime();
    Metrics metrics = new Metrics();
    KafkaConnection measured = kafka.reportingTo(metrics);
    HeartbeatWriter heartbeats =
        parts.add(HeartbeatWriter.start(measured, plan.heartbeatInterval(), Clock.systemUTC()));
    Telemetry telemetry = new Telemetry(metrics, tracing, heartbeats);
    Telemetry receiverTelemetry = new Telemetry(new Metrics(), tracing, heartbeats);
    try {
      parts.add(ProcessMetrics.bind(telemetry.metrics()));
      StartSteps steps = listeners.steps();
      Dispatcher dispatcher =
          steps.run(
              "dispatcher",
              () ->
                  Dispatcher.start(
                      plan.dispatcher(),
                      measured,
                      Clock.systemUTC(),
                      listeners.dispatcher(),
                      telemetry));
      parts.add(dispatcher);
      ApiServer api =
          steps.run(
              "API", () -> ApiServer.start(plan.api(), measured, Clock.systemUTC(), telemetry));
      parts.add(api);
      Renderers renderers = steps.run("renderers", () -> Renderers.onThisMachine(plan.rendering()));
      parts.add(renderers);
      for (Map.Entry<ClusterName, KubernetesClient> cluster : plan.clusters().entrySet()) {
        parts.add(
            steps.run(
                "worker of cluster " + cluster.getKey(),
                () ->
                    worker(
                        plan.worker().apply(cluster.getKey()),
                        measured,
                        cluster.getValue(),
                        renderers,
                        listeners.worker(),
                        telemetry)));
      }
      Receiver receiver =
          steps.run(
              "receiver",
              () ->
                  Receiver.start(
                      plan.receiver(),
                      kafka.reportingTo(receiverTelemetry.metrics()),
                      Clock.systemUTC(),
                      receiverTelemetry));
      parts.add(receiver);
      plan.joining()
          .ifPresent(
              connect -> {
                ClusterWorkers joined =
                    new ClusterWorkers(
                        plan.clusters().keySet(),
                        connect,
                        (cluster, client) ->
                            worker(
                                plan.worker().apply(cluster),
                                measured,
                                client,
                                renderers,
                                listeners.worker(),
                                telemetry));
                dispatcher.followClusters(parts.add(joined)::follow);
              });
      return new OneProcess(parts, kafka, receiver, api.port());
    } catch (Exception e) {
      parts.close();
      throw e;
    }
  }

  public KafkaConnection kafka() {
    return kafka;
  }

  /** Returns the port that receives webhooks. */
  public int webhookPort() {
    return receiver.port();
  }

  /** Returns the port of the receiver's metrics, if it serves them. */
  public Optional<Integer> webhookHealthPort() {
    return receiver.healthPort();
  }

  /** Returns the port of the API. */
  public int apiPort() {
    return apiPort;
  }

  @Override
  public void close() {
    parts.close();
  }
}
