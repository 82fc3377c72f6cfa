package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.patiently;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.Topics;
import dev.sluice.platform.process.FreePort;
import dev.sluice.simulated.fault.Fault;
import dev.sluice.simulated.fault.FaultInjector;
import dev.sluice.standalone.demo.PushWebhook;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * An operator reads status, doctor and the probes while each part in turn is taken away: within
 * half a minute they name what is wrong, and nothing reports that all is well. Once the part is
 * back, everything recovers without a restart of another part.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OperatorsViewIT {

  private static final Duration SOON = Duration.ofSeconds(30);
  private static final int SHOWN_LINES = 800;

  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();
  private final Map<String, SluiceProcess> processes = new LinkedHashMap<>();
  private final Map<String, Integer> probes = new LinkedHashMap<>();
  private Path directory;
  private Scenario scenario;
  private TcpProxy cluster;
  private int kafkaPort;
  private int apiPort;
  private int webhookPort;

  @BeforeAll
  void start(@TempDir Path temporary) throws Exception {
    directory = temporary;
    kafkaPort = FreePort.find();
    apiPort = FreePort.find();
    webhookPort = FreePort.find();
    for (String part : List.of("dispatcher", "receiver", "worker")) {
      probes.put(part, FreePort.find());
    }
    startBroker();
    KafkaConnection kafka = new KafkaConnection("127.0.0.1:" + kafkaPort, Topics.DEFAULT, Map.of());
    scenario = Scenario.over(kafka, directory, STAGING);
    cluster =
        TcpProxy.before(
            URI.create(scenario.client(STAGING).getConfiguration().getMasterUrl()).getPort());
    scenario.fleet().application("web", "web", scenario.namespace(), STAGING);
    scenario.commit(Map.of("web/configmap.yaml", Scenario.configMap("web", "one")));
    startDispatcher();
    startApi();
    startReceiver();
    startWorker();
    patiently().until(() -> scenario.configMaps().countWithValue("one") == 1);
    awaitWell();
  }

  @AfterAll
  void end() throws Exception {
    processes.values().forEach(SluiceProcess::kill);
    cluster.close();
    scenario.close();
  }

  @Test
  void aPartThatIsTakenAwayIsNamedUntilItIsBack() throws Exception {
    process("worker").freeze();
    awaitNamed("worker", "no worker of staging", "WorkerSilent");
    process("worker").thaw();
    awaitWell();

    process("worker").kill();
    awaitNamed("worker", "no worker of staging", "WorkerSilent");
    startWorker();
    awaitWell();

    process("dispatcher").freeze();
    awaitNamed("dispatcher", "no dispatcher", "DispatcherSilent");
    process("dispatcher").thaw();
    awaitWell();

    process("receiver").freeze();
    awaitNamed("receiver", "no receiver", "silent");
    process("receiver").thaw();
    awaitWell();

    process("receiver").stop();
    awaitNamed("receiver", "is stopped, last seen", "stopped");
    startReceiver();
    awaitWell();
  }

  @Test
  void aClusterThatDoesNotAnswerIsNamedUntilItDoes() throws Exception {
    cluster.cut();
    awaitNamed("worker", "cannot read or renew the Lease", "ClusterUnreachable");
    cluster.restore();
    awaitWell();

    cluster.stall();
    awaitNamed("worker", "cannot read or renew the Lease", "ClusterUnreachable");
    cluster.restore();
    awaitWell();
  }

  @Test
  void rightsThatAreTakenAwayAreNamedUntilTheyAreGivenBack() throws Exception {
    assumeTrue(scenario.fixture(STAGING).isSimulated(), "needs faults");
    FaultInjector faults = scenario.fixture(STAGING).simulatedCluster().faults();
    Fault forbidden = new Fault.Fail(403, "Forbidden", "the worker may not do this");

    FaultInjector.Registration all = faults.inject(_ -> true, forbidden);
    awaitNamed("worker", "403", "ClusterUnreachable");
    all.close();
    awaitWell();

    FaultInjector.Registration lists =
        faults.inject(request -> request.path().equals("/api/v1/configmaps"), forbidden);
    cluster.restore(); // cuts the watches, which then need the rights
    awaitDoctor("the worker may not list and watch ConfigMap in v1");
    awaitStatus("KindsUnobserved");
    lists.close();
    awaitWell();
  }

  @Test
  void aForgeThatDoesNotAnswerIsNamedUntilItDoes() throws Exception {
    Path repository = directory.resolve("apps.git");
    Path elsewhere = directory.resolve("elsewhere.git");
    Files.move(repository, elsewhere);
    awaitDoctor("localhost/scenario/apps", "RepositoryNotFound", "check the URL");
    awaitStatus("1 Unknown");
    awaitStatus("fault RepositoryNotFound: localhost/scenario/apps");
    Files.move(elsewhere, repository);
    awaitWell();
  }

  @Test
  void aFleetThatCannotBeReadOrIsInvalidIsNamedUntilItIsCorrected() throws Exception {
    Path fleet = directory.resolve("fleet");
    Path elsewhere = directory.resolve("elsewhere");
    Files.move(fleet, elsewhere);
    awaitNamed("dispatcher", "check --fleet", "FleetUnreadable");
    Files.move(elsewhere, fleet);
    awaitWell();

    Path wrong = Files.writeString(fleet.resolve("wrong.yaml"), "kind: Nonsense\n");
    awaitDoctor("wrong.yaml", "stays as it was");
    awaitStatus("FleetInvalid");
    Files.delete(wrong);
    awaitWell();
  }

  @Test
  void aRefusedDeliveryIsNamedUntilItIsAccepted() throws Exception {
    assertThat(deliver("wrong-secret", "1234")).isEqualTo(401);
    awaitStatus("unauthenticated at");
    assertThat(run("doctor").words())
        .contains("receiver", "warning", "from 127.0.0.1, delivery 1234");

    assertThat(deliver(Files.readString(directory.resolve("secret")), "1234")).isEqualTo(202);
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(run("status").words()).doesNotContain("DeliveriesRefused"));
  }

  private int deliver(String secret, String delivery) throws Exception {
    byte[] body =
        PushWebhook.body(
            "0".repeat(40), "1".repeat(40), "refs/heads/main", "scenario/apps", Optional.empty());
    return http.send(
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:%d/webhooks/github".formatted(webhookPort)))
                .header("Content-Type", "application/json")
                .header("X-GitHub-Event", "push")
                .header("X-GitHub-Delivery", delivery)
                .header("X-Hub-Signature-256", PushWebhook.signature(body, secret.getBytes(UTF_8)))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build(),
            HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  @Test
  void aBrokerThatDoesNotAnswerIsNamedByEachPartUntilItDoes() throws Exception {
    process("broker").freeze();
    awaitDoctor("the broker has not answered since", "no worker of staging");
    awaitStatus("1 Unknown");
    awaitUnready("api", "dispatcher", "receiver", "worker");
    process("broker").thaw();
    awaitWell();

    process("broker").kill();
    awaitDoctor("the broker has not answered since", "no worker of staging");
    awaitStatus("1 Unknown");
    awaitUnready("api", "dispatcher", "receiver", "worker");
    startBroker();
    awaitWell();
  }

  /** Waits until doctor, status and the part's probe report the problem. */
  private void awaitNamed(String part, String inDoctor, String inStatus) {
    awaitDoctor(inDoctor);
    awaitStatus(inStatus);
    awaitUnready(part);
  }

  private void awaitDoctor(String... texts) {
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              CommandRun doctor = run("doctor");
              assertThat(doctor.words()).contains(texts);
              assertThat(doctor.code()).isEqualTo(1);
            });
  }

  private void awaitStatus(String text) {
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(run("status").words() + run("get", "apps", "-o", "wide").words())
                    .contains(text));
  }

  private void awaitUnready(String... parts) {
    for (String part : parts) {
      await().atMost(SOON).untilAsserted(() -> assertThat(probe(part)).isNotEqualTo(200));
    }
  }

  private void awaitWell() throws Exception {
    try {
      patiently()
          .untilAsserted(
              () -> {
                CommandRun doctor = run("doctor");
                assertThat(doctor.out()).doesNotContain(" wrong ", " unknown ");
                assertThat(doctor.code()).isZero();
                assertThat(run("status").out())
                    .contains("1 Synced", "leading")
                    .doesNotContain("silent", "stopped", "fault");
                for (String part : List.of("api", "dispatcher", "receiver", "worker")) {
                  assertThat(probe(part)).as(part).isEqualTo(200);
                }
              });
    } catch (ConditionTimeoutException e) {
      throw new AssertionError(states(), e);
    }
  }

  /** Returns the end of the output of each process, with the stacks of its threads. */
  private String states() throws Exception {
    for (SluiceProcess process : processes.values()) {
      if (process.isAlive()) {
        process.dumpThreads();
      }
    }
    Thread.sleep(1_000);
    StringBuilder states = new StringBuilder();
    for (Map.Entry<String, SluiceProcess> process : processes.entrySet()) {
      List<String> lines = process.getValue().output().lines().toList();
      states.append("---- ").append(process.getKey()).append('\n');
      lines
          .subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size())
          .forEach(line -> states.append(line).append('\n'));
    }
    return states.toString();
  }

  /** Returns the status of a readiness probe; 0 if there is no answer. */
  private int probe(String part) throws InterruptedException {
    int port = part.equals("api") ? apiPort : probes.getOrDefault(part, 0);
    try {
      return http.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/readyz".formatted(port)))
                  .timeout(Duration.ofSeconds(2))
                  .build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    } catch (IOException e) {
      return 0;
    }
  }

  private CommandRun run(String... arguments) {
    return CommandRun.of(
        Stream.concat(Stream.of(arguments), Stream.of("--server", "http://127.0.0.1:" + apiPort))
            .toArray(String[]::new));
  }

  private SluiceProcess process(String name) {
    return processes.get(name);
  }

  private void startBroker() throws IOException {
    processes.put(
        "broker",
        SluiceProcess.start(
            log("broker"),
            Map.of(),
            "broker",
            "--data",
            directory.resolve("data").toString(),
            "--kafka-port",
            Integer.toString(kafkaPort)));
    patiently().until(() -> isListening(kafkaPort));
  }

  private static boolean isListening(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private void startDispatcher() throws IOException {
    start(
        "dispatcher",
        "--fleet",
        directory.resolve("fleet").toString(),
        "--mirrors",
        directory.resolve("mirrors").toString(),
        "--sweep",
        "2s",
        "--homes",
        "2",
        "--dispatcher-instance",
        "only",
        "--dispatcher-health-port",
        Integer.toString(probes.get("dispatcher")),
        "--api-port",
        "0",
        "--read-model",
        directory.resolve("read-model").toString());
  }

  private void startApi() throws IOException {
    start(
        "api",
        "--api-port",
        Integer.toString(apiPort),
        "--read-model",
        directory.resolve("read-model-alone").toString());
  }

  private void startReceiver() throws IOException {
    start(
        "receiver",
        "--webhook-host",
        "127.0.0.1",
        "--webhook-port",
        Integer.toString(webhookPort),
        "--webhook-endpoint",
        scenario.settings().get("webhook-endpoint"),
        "--webhook-health-port",
        Integer.toString(probes.get("receiver")));
  }

  private void startWorker() throws IOException {
    Path kubeconfig = directory.resolve("kubeconfig-through-proxy");
    String master = scenario.client(STAGING).getConfiguration().getMasterUrl();
    Files.writeString(
        kubeconfig,
        scenario
            .fixture(STAGING)
            .kubeconfig()
            .replace(":" + URI.create(master).getPort(), ":" + cluster.port()));
    List<String> options = new ArrayList<>();
    for (String setting :
        List.of(
            "installation",
            "system-namespace",
            "lease-duration",
            "lease-renew-deadline",
            "lease-retry-period")) {
      options.addAll(List.of("--" + setting, scenario.settings().get(setting)));
    }
    options.addAll(List.of("--cluster", STAGING.value(), "--kubeconfig", kubeconfig.toString()));
    options.addAll(
        List.of(
            "--context",
            STAGING
                + "="
                + scenario.client(STAGING).getConfiguration().getCurrentContext().getName()));
    options.addAll(List.of("--health-port", Integer.toString(probes.get("worker"))));
    start("worker", options.toArray(String[]::new));
  }

  private void start(String part, String... options) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(part));
    arguments.addAll(List.of("--kafka", "127.0.0.1:" + kafkaPort, "--heartbeat-interval", "2s"));
    arguments.addAll(List.of(options));
    processes.put(
        part,
        SluiceProcess.start(
            log(part), Map.of(), List.of("-Xmx192m"), arguments.toArray(String[]::new)));
  }

  private Path log(String name) {
    try {
      return Files.createDirectories(directory.resolve("logs")).resolve(name + ".log");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
