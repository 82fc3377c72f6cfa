package dev.sluice.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.Event;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import dev.sluice.platform.telemetry.Telemetry;
import dev.sluice.platform.telemetry.Tracing;
import dev.sluice.simulated.ClusterFixture;
import dev.sluice.standalone.cli.Lifetime;
import dev.sluice.standalone.demo.PushWebhook;
import dev.sluice.standalone.process.OneProcess;
import dev.sluice.standalone.verify.Checker;
import dev.sluice.standalone.verify.Received;
import dev.sluice.standalone.verify.TopicReader;
import dev.sluice.standalone.verify.Violation;
import dev.sluice.worker.ClusterWorker;
import dev.sluice.worker.WorkerListener;
import dev.sluice.worker.render.RenderConfig;
import dev.sluice.worker.render.Renderers;
import dev.sluice.worker.sandbox.RenderLimits;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
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
 * A repository, a fleet, a broker and clusters, for tests that play a story over them and end with
 * the checker. The cluster {@code staging} is the one that {@code sluice.kubeconfig} names, or
 * simulated; {@code production} is always simulated, so that the two never share an API server.
 */
final class Scenario implements AutoCloseable {

  static final ClusterName STAGING = new ClusterName("staging");
  static final ClusterName PRODUCTION = new ClusterName("production");

  private static final String SECRET = "scenario-secret";
  private static final String FULL_NAME = "scenario/apps";

  private final Lifetime parts = new Lifetime();
  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<ClusterName, ClusterFixture> clusters = new LinkedHashMap<>();
  private final Map<String, String> settings = new TreeMap<>();
  private final StringBuilder fleet = new StringBuilder();
  private List<String> endpoints = List.of();
  private final Path directory;
  private final KafkaConnection kafka;
  private final TestRepository repository;
  private String namespace = "";
  private final String installation =
      "s" + UUID.randomUUID().toString().replace("-", "").substring(0, 8);

  private Scenario(Path directory, KafkaConnection kafka, TestRepository repository) {
    this.directory = directory;
    this.kafka = kafka;
    this.repository = repository;
  }

  /** A scenario with these clusters, and nothing started. */
  static Scenario in(Path directory, ClusterName... names) throws Exception {
    return over(KafkaFixture.connect(), directory, names);
  }

  /** The same over a broker of the test's own. */
  static Scenario over(KafkaConnection kafka, Path directory, ClusterName... names)
      throws Exception {
    Scenario scenario = new Scenario(directory, kafka, TestRepository.create(directory));
    scenario.parts.add(scenario.repository);
    for (ClusterName name : names) {
      scenario.clusters.put(
          name,
          scenario.parts.add(
              name.equals(STAGING) ? ClusterFixture.open() : ClusterFixture.simulated()));
    }
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
    scenario.namespace = scenario.clusters.values().iterator().next().namespace();
    scenario.startFleet();
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

  /** A namespace of this scenario's own in its first cluster; it is removed afterwards. */
  String namespace() {
    return namespace;
  }

  String systemNamespace() {
    return "sluice-" + installation;
  }

  /** Adds an application to the fleet. */
  void application(String name, String path, String namespace, ClusterName... into)
      throws IOException {
    fleet.append(
        """
        ---
        apiVersion: sluice.dev/v1
        kind: Application
        metadata: {name: %s}
        spec:
          source: {repository: apps, path: %s}
          clusters: {names: %s}
          namespace: %s
        """
            .formatted(name, path, List.of(into), namespace));
    writeFleet();
  }

  /** Gives an application of the fleet another name. */
  void rename(String from, String to) throws IOException {
    String all =
        fleet
            .toString()
            .replace("metadata: {name: %s}".formatted(from), "metadata: {name: %s}".formatted(to));
    fleet.setLength(0);
    fleet.append(all);
    writeFleet();
  }

  /** Adds a document to the fleet. */
  void document(String yaml) throws IOException {
    fleet.append("---\n").append(yaml);
    writeFleet();
  }

  /** Gives the parts another setting. */
  void setting(String name, String value) {
    settings.put(name, value);
  }

  /** Replaces the webhook endpoints. */
  void endpoints(String... all) {
    settings.remove("webhook-endpoint");
    endpoints = List.of(all);
  }

  /** Settings for a process of its own, beyond those that {@link #start} gives the parts. */
  Map<String, String> settings() {
    return Map.copyOf(settings);
  }

  /** Commits and pushes, without telling anyone; an empty text deletes a file. */
  CommitId commit(Map<String, String> files) throws GitAPIException, IOException {
    return repository.push(files);
  }

  /** All parts in this JVM. */
  OneProcess start() throws Exception {
    return start(Tracing.OFF);
  }

  /** The same with traces. */
  OneProcess start(Tracing tracing) throws Exception {
    Map<ClusterName, KubernetesClient> clients = new LinkedHashMap<>();
    clusters.forEach((name, fixture) -> clients.put(name, fixture.newClient()));
    return start(clients, tracing);
  }

  /** Receiver and dispatcher in this JVM. */
  OneProcess startWithoutWorkers() throws Exception {
    return start(Map.of(), Tracing.OFF);
  }

  /** Only the worker of a cluster in this JVM: no receiver, no dispatcher, no Git. */
  ClusterWorker startWorker(ClusterName cluster) throws Exception {
    return OneProcess.worker(
        OneProcess.Plan.from(settings, Map.of()).worker().apply(cluster),
        kafka,
        fixture(cluster).newClient(),
        Renderers.onThisMachine(RenderConfig.DEFAULT),
        WorkerListener.NONE,
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

  /** Sends the webhook of a push; returns the status. */
  int webhook(int port, CommitId after) throws Exception {
    return webhook(port, after, SECRET);
  }

  int webhook(int port, CommitId after, String secret)
      throws IOException, InterruptedException, GeneralSecurityException {
    byte[] body = PushWebhook.body("0".repeat(40), after.value(), "refs/heads/main", FULL_NAME);
    return http.send(
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:%d/webhooks/github".formatted(port)))
                .header("Content-Type", "application/json")
                .header("X-GitHub-Event", "push")
                .header("X-GitHub-Delivery", UUID.randomUUID().toString())
                .header("X-Hub-Signature-256", PushWebhook.signature(body, secret.getBytes(UTF_8)))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build(),
            HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  /** The options by which a process of its own reaches a cluster. */
  List<String> access(ClusterName cluster) throws IOException {
    Path kubeconfig = fixture(cluster).writeKubeconfig(directory);
    String context = client(cluster).getConfiguration().getCurrentContext().getName();
    return List.of("--kubeconfig", kubeconfig.toString(), "--context", cluster + "=" + context);
  }

  /** What a topic holds. */
  <E extends Event> List<E> read(String topic, Class<E> type) {
    return new TopicReader(kafka).read(topic, type).stream().map(Received::event).toList();
  }

  /** Empties a cluster: all of it where it is simulated, else what the scenario put there. */
  void wipe(ClusterName cluster, String... namespaces) {
    if (fixture(cluster).isSimulated()) {
      fixture(cluster).simulatedCluster().wipe();
      return;
    }
    List<String> all = new ArrayList<>(List.of(namespaces));
    all.add(systemNamespace());
    // a worker that runs makes them again at once: those of now must go
    Set<String> now = all.stream().flatMap(name -> uid(cluster, name)).collect(Collectors.toSet());
    all.forEach(name -> client(cluster).namespaces().withName(name).delete());
    patiently()
        .until(() -> all.stream().flatMap(name -> uid(cluster, name)).noneMatch(now::contains));
  }

  private Stream<String> uid(ClusterName cluster, String namespace) {
    return Stream.ofNullable(client(cluster).namespaces().withName(namespace).get())
        .map(found -> found.getMetadata().getUid());
  }

  /** The value of a key in a ConfigMap, if it is there. */
  Optional<String> value(ClusterName cluster, String namespace, String name, String key) {
    return Optional.ofNullable(
            client(cluster).configMaps().inNamespace(namespace).withName(name).get())
        .map(configMap -> configMap.getData().get(key));
  }

  /** Someone else writes a ConfigMap's key {@code value}. */
  void edit(ClusterName cluster, String namespace, String name, String value) {
    client(cluster)
        .configMaps()
        .inNamespace(namespace)
        .withName(name)
        .patch(
            PatchContext.of(PatchType.STRATEGIC_MERGE),
            "{\"data\": {\"value\": \"%s\"}}".formatted(value));
  }

  /** Awaits that all promises hold: what is under way may still end. */
  void verify() {
    Map<ClusterName, KubernetesClient> clients = new LinkedHashMap<>();
    clusters.forEach((name, fixture) -> clients.put(name, fixture.client()));
    Checker checker =
        new Checker(
            kafka,
            clients,
            new Checker.Installation(
                installation,
                systemNamespace(),
                directory.resolve("verify"),
                new RenderConfig(
                    Optional.empty(),
                    RenderLimits.DEFAULT,
                    Optional.ofNullable(settings.get("plugins")).map(Path::of))));
    patiently()
        .untilAsserted(
            () -> {
              List<Violation> violations = checker.check();
              assertThat(violations).isEmpty();
            });
  }

  /** How many ConfigMaps of the scenario's namespace hold this value. */
  long withValue(String value) {
    return client(STAGING).configMaps().inNamespace(namespace).list().getItems().stream()
        .filter(
            configMap ->
                configMap.getData() != null && value.equals(configMap.getData().get("value")))
        .count();
  }

  /** Files of so many applications {@code app-N}, each a ConfigMap with this value. */
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

  private void startFleet() throws IOException {
    fleet.append(
        """
        apiVersion: sluice.dev/v1
        kind: Repository
        metadata: {name: apps}
        spec: {url: "%s", identity: localhost/%s}
        """
            .formatted(repository.url(), FULL_NAME));
    for (ClusterName cluster : clusters.keySet()) {
      fleet.append(
          """
          ---
          apiVersion: sluice.dev/v1
          kind: Cluster
          metadata: {name: %s}
          """
              .formatted(cluster));
    }
    writeFleet();
  }

  private void writeFleet() throws IOException {
    Path file = directory.resolve("fleet").resolve("fleet.yaml");
    Files.createDirectories(file.getParent());
    Files.writeString(file, fleet);
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
