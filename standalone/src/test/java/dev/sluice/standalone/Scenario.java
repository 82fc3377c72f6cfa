package dev.sluice.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.platform.kafka.ChainedProducer;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import dev.sluice.platform.kafka.TopicReader;
import dev.sluice.platform.telemetry.Telemetry;
import dev.sluice.platform.telemetry.Tracing;
import dev.sluice.simulated.ClusterFixture;
import dev.sluice.standalone.cli.Lifetime;
import dev.sluice.standalone.demo.PushWebhook;
import dev.sluice.standalone.process.OneProcess;
import dev.sluice.standalone.proof.LogProof;
import dev.sluice.standalone.verify.Checker;
import dev.sluice.standalone.verify.Findings;
import dev.sluice.standalone.verify.Violation;
import dev.sluice.worker.ClusterWorker;
import dev.sluice.worker.WorkerResources;
import dev.sluice.worker.render.RenderConfig;
import dev.sluice.worker.render.Renderers;
import dev.sluice.worker.sandbox.RenderLimits;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.eclipse.jgit.api.errors.GitAPIException;

/**
 * A repository, a fleet, a broker and clusters, for tests that run all parts and end with a check
 * of the guarantees. The cluster {@code staging} is the one that {@code sluice.kubeconfig} names,
 * or simulated; {@code production} is always simulated, so that they never share an API server.
 */
final class Scenario implements AutoCloseable {

  static final ClusterName STAGING = new ClusterName("staging");
  static final ClusterName PRODUCTION = new ClusterName("production");

  private static final List<String> WORKER_SETTINGS =
      List.of(
          "installation",
          "system-namespace",
          "lease-duration",
          "lease-renew-deadline",
          "lease-retry-period");
  private static final String SECRET = "scenario-secret";
  private static final String FULL_NAME = "scenario/apps";

  private final Lifetime parts = new Lifetime();
  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<ClusterName, ClusterFixture> clusters = new LinkedHashMap<>();
  private final Map<String, String> settings = new TreeMap<>();
  private List<String> endpoints = List.of();
  private final Path directory;
  private final KafkaConnection kafka;
  private final TestRepository repository;
  private final FleetFile fleet;
  private final String namespace;
  private final String installation =
      "s" + UUID.randomUUID().toString().replace("-", "").substring(0, 8);

  private Scenario(Path directory, KafkaConnection kafka, ClusterName... names) throws Exception {
    this.directory = directory;
    this.kafka = kafka;
    this.repository = parts.add(TestRepository.create(directory));
    for (ClusterName name : names) {
      clusters.put(
          name,
          parts.add(name.equals(STAGING) ? ClusterFixture.open() : ClusterFixture.simulated()));
    }
    this.namespace = fixture(names[0]).namespace();
    this.fleet =
        FleetFile.create(
            directory.resolve("fleet"),
            repository.url(),
            "localhost/" + FULL_NAME,
            clusters.keySet());
  }

  /** Creates a scenario with these clusters, in which no part is started yet. */
  static Scenario in(Path directory, ClusterName... names) throws Exception {
    return over(KafkaFixture.connect(), directory, names);
  }

  /** Creates a scenario with a broker of the test's own. */
  static Scenario over(KafkaConnection kafka, Path directory, ClusterName... names)
      throws Exception {
    Scenario scenario = new Scenario(directory, kafka, names);
    Path secret = Files.writeString(directory.resolve("secret"), SECRET);
    scenario.settings.put("webhook-health-port", "0");
    scenario.settings.putAll(
        Map.of(
            "fleet",
            directory.resolve("fleet").toString(),
            "mirrors",
            directory.resolve("mirrors").toString(),
            "webhook-host",
            "127.0.0.1",
            "webhook-port",
            "0",
            "webhook-endpoint",
            "name=github,forge=github,host=localhost,secret=file:" + secret,
            "installation",
            scenario.installation,
            "system-namespace",
            scenario.systemNamespace(),
            "lease-duration",
            "3s",
            "lease-renew-deadline",
            "2s",
            "lease-retry-period",
            "500ms"));
    scenario.settings.put("api-port", "0");
    scenario.settings.put("read-model", directory.resolve("read-model").toString());
    return scenario;
  }

  KafkaConnection kafka() {
    return kafka;
  }

  KubernetesClient client(ClusterName cluster) {
    return fixture(cluster).client();
  }

  ClusterFixture fixture(ClusterName cluster) {
    return Objects.requireNonNull(clusters.get(cluster));
  }

  /** Returns a namespace of this scenario in its first cluster, which is deleted afterwards. */
  String namespace() {
    return namespace;
  }

  String systemNamespace() {
    return "sluice-" + installation;
  }

  FleetFile fleet() {
    return fleet;
  }

  /** Has the fleet read from a directory of the repository, instead of the one on the disk. */
  void fleetInGit(String path) {
    settings.put("fleet", "git+%s//%s@main".formatted(repository.url(), path));
    settings.put("fleet-identity", "localhost/" + FULL_NAME);
  }

  /** Returns the ConfigMaps of the scenario's namespace in the cluster {@code staging}. */
  ConfigMaps configMaps() {
    return configMaps(STAGING, namespace);
  }

  ConfigMaps configMaps(ClusterName cluster, String inNamespace) {
    return new ConfigMaps(client(cluster), inNamespace);
  }

  /** Sets a setting of the parts. */
  void setting(String name, String value) {
    settings.put(name, value);
  }

  /** Replaces the webhook endpoints. */
  void endpoints(String... all) {
    settings.remove("webhook-endpoint");
    endpoints = List.of(all);
  }

  /** Returns the settings of the parts, for a separate process. */
  Map<String, String> settings() {
    return Map.copyOf(settings);
  }

  /** Commits and pushes without a webhook; an empty text deletes a file. */
  CommitId commit(Map<String, String> files) throws GitAPIException, IOException {
    return repository.push(files);
  }

  /** Starts all parts in this JVM. */
  OneProcess start() throws Exception {
    return start(Tracing.OFF);
  }

  /** Starts all parts in this JVM with tracing. */
  OneProcess start(Tracing tracing) throws Exception {
    Map<ClusterName, KubernetesClient> clients = new LinkedHashMap<>();
    clusters.forEach((name, fixture) -> clients.put(name, fixture.newClient()));
    return start(clients, tracing);
  }

  /** Starts all parts but the workers in this JVM. */
  OneProcess startWithoutWorkers() throws Exception {
    return start(Map.of(), Tracing.OFF);
  }

  /**
   * Starts all parts in this JVM, with a client of the worker's own for the cluster {@code
   * staging}.
   */
  OneProcess start(KubernetesClient client) throws Exception {
    return start(Map.of(STAGING, client), Tracing.OFF);
  }

  /** Starts all parts in this JVM, with a worker for each cluster once it joins the fleet. */
  OneProcess startFollowing() throws Exception {
    return OneProcess.start(
        OneProcess.Plan.from(settings, Map.of("webhook-endpoint", endpoints), Map.of())
            .following(
                name ->
                    Optional.ofNullable(clusters.get(name))
                        .map(ClusterFixture::newClient)
                        .orElseThrow(
                            () -> new IllegalArgumentException("there is no context " + name))),
        kafka,
        OneProcess.Listeners.NONE,
        Tracing.OFF);
  }

  /** Starts only the worker of a cluster in this JVM: no receiver, no dispatcher, no Git. */
  ClusterWorker startWorker(ClusterName cluster) throws Exception {
    return startWorker(cluster, fixture(cluster).newClient());
  }

  /** Starts only the worker of a cluster in this JVM, with a client of its own. */
  ClusterWorker startWorker(ClusterName cluster, KubernetesClient client) throws Exception {
    return OneProcess.worker(
        OneProcess.Plan.from(settings, Map.of()).worker().apply(cluster),
        kafka,
        client,
        Renderers.onThisMachine(RenderConfig.DEFAULT),
        WorkerResources.Listener.NONE,
        Telemetry.untraced());
  }

  private OneProcess start(Map<ClusterName, KubernetesClient> clients, Tracing tracing)
      throws Exception {
    return OneProcess.start(
        OneProcess.Plan.from(settings, Map.of("webhook-endpoint", endpoints), clients),
        kafka,
        OneProcess.Listeners.NONE,
        tracing);
  }

  /** Commits, pushes and sends the webhook; an empty text deletes a file. */
  CommitId push(OneProcess sluice, Map<String, String> files) throws Exception {
    CommitId commit = commit(files);
    assertThat(webhook(sluice.webhookPort(), commit)).isEqualTo(202);
    return commit;
  }

  /** Tags the last commit and sends the webhook. */
  void tag(OneProcess sluice, String name, CommitId commit) throws Exception {
    repository.tag(name);
    tagWebhook(sluice, name, "0".repeat(40), commit.value());
  }

  /** Deletes a tag and sends the webhook. */
  void deleteTag(OneProcess sluice, String name, CommitId commit) throws Exception {
    repository.deleteTag(name);
    tagWebhook(sluice, name, commit.value(), "0".repeat(40));
  }

  private void tagWebhook(OneProcess sluice, String name, String before, String after)
      throws Exception {
    byte[] body = PushWebhook.body(before, after, "refs/tags/" + name, FULL_NAME, Optional.empty());
    assertThat(deliver(sluice.webhookPort(), "push", body, SECRET)).isEqualTo(202);
  }

  /** Sends the webhook of a push; returns the status. */
  int webhook(int port, CommitId after) throws Exception {
    return webhook(port, after, SECRET);
  }

  int webhook(int port, CommitId after, String secret)
      throws IOException, InterruptedException, GeneralSecurityException {
    byte[] body =
        PushWebhook.body(
            "0".repeat(40),
            after.value(),
            "refs/heads/main",
            FULL_NAME,
            Optional.of(new PushWebhook.Commit("Sample Author", "Change the files\n\nDetails")));
    return deliver(port, "push", body, secret);
  }

  /** Sends a webhook of another kind than a push; returns the status. */
  int deliver(int port, String event, String body)
      throws IOException, InterruptedException, GeneralSecurityException {
    return deliver(port, event, body.getBytes(UTF_8), SECRET);
  }

  private int deliver(int port, String event, byte[] body, String secret)
      throws IOException, InterruptedException, GeneralSecurityException {
    return http.send(
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:%d/webhooks/github".formatted(port)))
                .header("Content-Type", "application/json")
                .header("X-GitHub-Event", event)
                .header("X-GitHub-Delivery", UUID.randomUUID().toString())
                .header("X-Hub-Signature-256", PushWebhook.signature(body, secret.getBytes(UTF_8)))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build(),
            HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  /** Returns the options with which a separate process reaches a cluster. */
  List<String> access(ClusterName cluster) throws IOException {
    Path kubeconfig = fixture(cluster).writeKubeconfig(directory);
    String context = client(cluster).getConfiguration().getCurrentContext().getName();
    return List.of("--kubeconfig", kubeconfig.toString(), "--context", cluster + "=" + context);
  }

  /** Returns a client that reaches the cluster {@code staging} through a proxy. */
  KubernetesClient through(TcpProxy proxy) {
    return new KubernetesClientBuilder().withConfig(by(proxy)).build();
  }

  /** Returns a client that does so as another user, who has the rights that a test gives it. */
  KubernetesClient through(TcpProxy proxy, String user) {
    Config config = new ConfigBuilder(by(proxy)).withImpersonateUsername(user).build();
    return new KubernetesClientBuilder().withConfig(config).build();
  }

  private Config by(TcpProxy proxy) {
    int port = client(STAGING).getMasterUrl().getPort();
    return WorkerResources.tuned(
        Config.fromKubeconfig(
            fixture(STAGING).kubeconfig().replace(":" + port, ":" + proxy.port())));
  }

  /** Starts a worker of the cluster {@code staging} as a process, which logs to NAME.log. */
  SluiceProcess startWorkerProcess(String name, List<String> jvmOptions, String... more)
      throws IOException {
    List<String> command = new ArrayList<>(List.of("worker", "--cluster", STAGING.value()));
    command.addAll(
        List.of("--kafka", kafka.bootstrapServers(), "--topic-prefix", kafka.topics().prefix()));
    for (String setting : WORKER_SETTINGS) {
      command.addAll(List.of("--" + setting, settings.get(setting)));
    }
    command.addAll(access(STAGING));
    command.addAll(List.of(more));
    return SluiceProcess.start(
        directory.resolve(name + ".log"), Map.of(), jvmOptions, command.toArray(String[]::new));
  }

  /** Returns the dead-letter events so far. */
  List<DeadLetterEvent> deadLetters() {
    return read(kafka.topics().deadLetters(), DeadLetterEvent.class);
  }

  /** Returns the events of a type in a topic so far. */
  <E extends Event> List<E> read(String topic, Class<E> type) {
    return new TopicReader(kafka).events(topic, type).stream().map(Envelope::event).toList();
  }

  /** Writes an event, as a part of another process would. */
  void write(String topic, Event event) throws Exception {
    try (ChainedProducer producer = new ChainedProducer(kafka.producer("scenario"))) {
      producer
          .send(
              EventCodec.encode(
                  topic,
                  new Envelope<>(
                      EventId.of("scenario"),
                      "scenario",
                      Instant.now(),
                      TraceParent.start(),
                      event)))
          .get();
    }
  }

  /** Deletes everything in a simulated cluster, or the scenario's namespaces in a real one. */
  void wipe(ClusterName cluster, String... namespaces) {
    if (fixture(cluster).isSimulated()) {
      fixture(cluster).simulatedCluster().wipe();
      return;
    }
    List<String> all = new ArrayList<>(List.of(namespaces));
    all.add(systemNamespace());
    // a running worker creates namespaces again at once: wait until the old ones are gone
    Set<String> now = all.stream().flatMap(name -> uid(cluster, name)).collect(Collectors.toSet());
    all.forEach(name -> client(cluster).namespaces().withName(name).delete());
    patiently()
        .until(() -> all.stream().flatMap(name -> uid(cluster, name)).noneMatch(now::contains));
  }

  private Stream<String> uid(ClusterName cluster, String namespace) {
    return Stream.ofNullable(client(cluster).namespaces().withName(namespace).get())
        .map(found -> found.getMetadata().getUid());
  }

  /**
   * Waits until all guarantees hold; all records are as the AsyncAPI document says, and in chains.
   */
  void verify() {
    patiently()
        .untilAsserted(
            () ->
                assertThat(findings(clusters.keySet()))
                    .isEqualTo(new Findings(List.of(), List.of())));
    assertThat(PublishedContract.violations(kafka, clusters.keySet())).isEmpty();
    assertThat(new LogProof(kafka, Map.of(), Clock.systemUTC()).check().findings()).isEmpty();
  }

  /** Returns the violations of guarantees that a check of these clusters finds. */
  List<Violation> violations(Collection<ClusterName> checked) throws InterruptedException {
    return findings(checked).violations();
  }

  /** Returns what a check of these clusters finds. */
  Findings findings(Collection<ClusterName> checked) throws InterruptedException {
    Map<ClusterName, KubernetesClient> clients = new LinkedHashMap<>();
    checked.forEach(name -> clients.put(name, client(name)));
    return new Checker(
            kafka,
            clients,
            new Checker.Installation(
                installation,
                systemNamespace(),
                directory.resolve("verify"),
                new RenderConfig(
                    Optional.empty(),
                    RenderLimits.DEFAULT,
                    Optional.ofNullable(settings.get("plugins")).map(Path::of))))
        .check();
  }

  /** Returns the files of applications {@code app-N}, each with a ConfigMap of this value. */
  static Map<String, String> applications(int count, String value) {
    Map<String, String> files = new HashMap<>();
    for (int i = 0; i < count; i++) {
      files.put("app-%d/configmap.yaml".formatted(i), configMap("app-" + i, value));
    }
    return files;
  }

  static ConditionFactory patiently() {
    return await().atMost(Duration.ofSeconds(90)).pollInterval(Duration.ofMillis(50));
  }

  static String configMap(String name, String value) {
    return """
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: %s
    data:
      value: "%s"
    """
        .formatted(name, value);
  }

  @Override
  public void close() {
    fixture(clusters.keySet().iterator().next())
        .client()
        .namespaces()
        .withName(systemNamespace())
        .delete();
    parts.close();
  }
}
