package dev.sluice.worker;

import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import dev.sluice.platform.telemetry.Telemetry;
import dev.sluice.simulated.ClusterFixture;
import dev.sluice.worker.leadership.LeaseTimes;
import dev.sluice.worker.ledger.LedgerNames;
import dev.sluice.worker.protect.ProtectionConfig;
import dev.sluice.worker.render.RenderConfig;
import dev.sluice.worker.render.Renderers;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;

/** A cluster, a broker, and workers that connect them. */
final class Bench implements AutoCloseable {

  /** The application that may write into the system namespace. */
  static final String DEPLOYER = "sluice";

  static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final WorkerConfig.Patience SHORT =
      new WorkerConfig.Patience(
          Duration.ofMillis(50),
          Duration.ofSeconds(1),
          Duration.ofMinutes(10),
          Duration.ofSeconds(1),
          Duration.ofSeconds(1),
          Duration.ofHours(1),
          Duration.ofSeconds(20));

  /** Shared, since the machine's programs do not change and finding them starts processes. */
  private static final Renderers RENDERERS = renderersOfThisMachine();

  final ClusterName cluster = new ClusterName("test");
  final ClusterFixture fixture;
  final String namespace;
  final String systemNamespace;
  final KafkaConnection kafka = KafkaFixture.provisioned(2);
  final Targets targets;
  final Results results = new Results(kafka);

  /** The telemetry of workers that are started from now on. */
  Telemetry telemetry = Telemetry.untraced();

  /** Receives the results of workers that are started from now on. */
  WorkerResources.Listener listener = WorkerResources.Listener.NONE;

  /** The intervals of workers that are started from now on. */
  WorkerConfig.Patience patience = SHORT;

  /** The Lease of workers that are started from now on. */
  LeaseTimes lease =
      new LeaseTimes(Duration.ofSeconds(3), Duration.ofSeconds(2), Duration.ofMillis(200));

  /** Whether workers that are started from now on refuse applications without a service account. */
  boolean requireServiceAccount;

  /** The protection by workers that are started from now on. */
  ProtectionConfig protection = ProtectionConfig.OFF;

  /** The clock of workers that are started from now on. */
  Clock clock = Clock.systemUTC();

  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  Bench() {
    this(ClusterFixture.open());
  }

  Bench(ClusterFixture fixture) {
    this.fixture = fixture;
    this.namespace = fixture.namespace();
    this.systemNamespace = fixture.namespace();
    this.targets = new Targets(kafka, cluster, namespace);
    targets.createTopic();
  }

  ClusterWorker worker(String identity) {
    return worker(identity, client(null), kafka);
  }

  ClusterWorker worker(String identity, @Nullable Interceptor interceptor) {
    return worker(identity, client(interceptor), kafka);
  }

  /** Returns a worker with credentials of its own. */
  ClusterWorker worker(String identity, KubernetesClient client) {
    return worker(identity, client, kafka);
  }

  /** Returns a worker that reads another log than the others. */
  ClusterWorker worker(String identity, KafkaConnection log) {
    return worker(identity, client(null), log);
  }

  private ClusterWorker worker(String identity, KubernetesClient client, KafkaConnection log) {
    return worker(config(identity, ledgerNames()), client, log);
  }

  /** Returns a worker of another installation, which reads its own log. */
  ClusterWorker workerOf(LedgerNames names, KafkaConnection log) {
    return worker(config("another", names), client(null), log);
  }

  private ClusterWorker worker(WorkerConfig config, KubernetesClient client, KafkaConnection log) {
    open.push(client);
    ClusterWorker worker =
        ClusterWorker.start(
            config,
            new WorkerResources(
                log, client, RENDERERS.withEmptyCache(), listener, telemetry, clock));
    open.push(worker);
    return worker;
  }

  /** Returns an installation id, so that tests that share a real cluster do not see each other. */
  String installation() {
    return systemNamespace;
  }

  LedgerNames ledgerNames() {
    return new LedgerNames(systemNamespace, installation());
  }

  /** Has later workers list all live objects at this interval, and look for no orphans. */
  void resyncEach(Duration interval) {
    patience =
        new WorkerConfig.Patience(
            SHORT.retryLeast(),
            SHORT.retryMost(),
            SHORT.stuckAfter(),
            SHORT.slowTimer(),
            Duration.ofHours(1),
            interval,
            SHORT.callTimeout());
  }

  private WorkerConfig config(String identity, LedgerNames names) {
    return new WorkerConfig(
        cluster,
        names.installation(),
        names.namespace(),
        identity,
        lease,
        4,
        patience,
        Optional.of(0),
        Set.of(new ApplicationName(DEPLOYER)),
        requireServiceAccount,
        protection);
  }

  KubernetesClient client(@Nullable Interceptor interceptor) {
    Config config = WorkerResources.tuned(Config.fromKubeconfig(fixture.kubeconfig()));
    KubernetesClientBuilder builder = new KubernetesClientBuilder().withConfig(config);
    if (interceptor != null) {
      builder.withHttpClientBuilderConsumer(
          http -> http.addOrReplaceInterceptor("test", interceptor));
    }
    return builder.build();
  }

  private static Renderers renderersOfThisMachine() {
    try {
      return Renderers.onThisMachine(RenderConfig.DEFAULT);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Returns the value in a ConfigMap created by {@link Targets#configMap}; empty if it does not
   * exist.
   */
  Optional<String> value(String configMap) {
    return object(configMap).map(found -> found.getData().get("key"));
  }

  Optional<ConfigMap> object(String configMap) {
    return Optional.ofNullable(
        fixture.client().configMaps().inNamespace(namespace).withName(configMap).get());
  }

  /** Returns the names of the ConfigMaps in the system namespace. */
  List<String> ledgers() {
    return fixture.client().configMaps().inNamespace(systemNamespace).list().getItems().stream()
        .map(map -> map.getMetadata().getName())
        .filter(name -> name.startsWith(LedgerNames.PREFIX))
        .toList();
  }

  /** Returns the name of an application's ledger. */
  String ledgerName(String application) {
    return ledgerNames().ledger(new ApplicationName(application));
  }

  /** Adds a namespaced kind to the cluster whose specification may be anything. */
  void defineKind(String group, String kind) {
    defineKind(group, kind, "spec: {type: object, x-kubernetes-preserve-unknown-fields: true}");
  }

  /**
   * Adds a namespaced kind to the cluster, or changes it.
   *
   * @param properties of its schema
   */
  void defineKind(String group, String kind, String properties) {
    // some builds of Kubernetes 1.20 end when they read a definition that was stored as JSON
    fixture.assumeJsonOfBuiltInKinds();
    String plural = kind.toLowerCase(Locale.ROOT) + "s";
    fixture
        .client()
        .resource(
            """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: %1$s.%2$s}
            spec:
              group: %2$s
              scope: Namespaced
              names: {kind: %3$s, plural: %1$s}
              versions:
              - name: v1
                served: true
                storage: true
                schema:
                  openAPIV3Schema:
                    type: object
                    properties:
                      %4$s
            """
                .formatted(plural, group, kind, properties))
        .serverSideApply();
  }

  /** Waits until a ConfigMap has this value. */
  void awaitValue(String configMap, String value) {
    patiently().until(() -> value(configMap), found -> found.equals(Optional.of(value)));
  }

  /** Waits for the result of a generation that changed something. */
  ResultEvent.Applied awaitApplied(String application, long generation) {
    return patiently()
        .until(
            () ->
                results.all(ResultEvent.Applied.class).stream()
                    .filter(
                        applied ->
                            applied.subject().application().value().equals(application)
                                && applied.subject().generation().value() == generation)
                    .findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  /** Waits until an application is parked; returns why it was parked first. */
  Failure awaitParked(String application) {
    return patiently()
        .until(
            () ->
                results.all(ResultEvent.Parked.class).stream()
                    .filter(parked -> parked.subject().application().value().equals(application))
                    .findFirst(),
            Optional::isPresent)
        .orElseThrow()
        .failure();
  }

  private static ConditionFactory patiently() {
    return await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20));
  }

  @Override
  public void close() {
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (Exception e) {
        throw new IllegalStateException("a part failed to close", e);
      }
    }
    results.close();
    targets.close();
    fixture.close();
  }
}
