package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.Topics;
import dev.sluice.platform.process.FreePort;
import dev.sluice.simulated.fault.Fault;
import dev.sluice.simulated.fault.FaultInjector;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code sluice up} while something outside does not work: its output names each trouble once, has
 * no stack trace, and says when the trouble ends.
 */
class ExpectedTroubleIT {

  private static final Pattern ATTEMPTS =
      Pattern.compile("sluice_failed_attempts_total\\{work=\"([^\"]+)\"} ([0-9.]+)");

  @TempDir private Path directory;
  private final HttpClient http = HttpClient.newHttpClient();
  private int apiPort;
  private int kafkaPort;

  @BeforeEach
  void choosePorts() throws IOException {
    apiPort = FreePort.find();
    kafkaPort = FreePort.find();
  }

  @Test
  void aClusterAndARepositoryThatDoNotAnswerAreNamedOnce() throws Exception {
    try (Scenario scenario = scenario();
        TcpProxy cluster =
            TcpProxy.before(
                URI.create(scenario.client(STAGING).getConfiguration().getMasterUrl()).getPort())) {
      Path repository = directory.resolve("apps.git");
      Path elsewhere = directory.resolve("elsewhere.git");
      Files.move(repository, elsewhere);
      cluster.cut();
      try (SluiceProcess up = up(scenario, through(scenario, cluster), List.of())) {
        awaitAttempts(4, "election");
        awaitAttempts(2, "evaluation");

        assertNothingIsRepeated(up);
        assertThat(up.output())
            .contains("the election for ", "the Kubernetes API does not answer")
            .contains("the evaluation of refs/heads/main of localhost/scenario/apps failed: ");

        cluster.restore();
        Files.move(elsewhere, repository);
        patiently().until(() -> scenario.configMaps().countWithValue("one") == 1);
        assertThat(up.output()).containsPattern("the election for .* succeeds again after");
        assertNothingIsRepeated(up);
      }
    }
  }

  @Test
  void missingRightsAreNamedOnce() throws Exception {
    try (Scenario scenario = scenario()) {
      assumeTrue(scenario.fixture(STAGING).isSimulated(), "needs faults");
      FaultInjector.Registration forbidden =
          scenario
              .fixture(STAGING)
              .simulatedCluster()
              .faults()
              .inject(_ -> true, new Fault.Fail(403, "Forbidden", "not for this user"));
      try (SluiceProcess up = up(scenario, scenario.access(STAGING), List.of())) {
        awaitAttempts(4, "election");

        assertNothingIsRepeated(up);
        assertThat(up.output()).contains("the election for ", "403 Forbidden");

        forbidden.close();
        patiently().until(() -> scenario.configMaps().countWithValue("one") == 1);
        assertThat(up.output()).containsPattern("the election for .* succeeds again after");
        assertNothingIsRepeated(up);
      }
    }
  }

  @Test
  void aBrokerThatDiesIsNamedOnceByEachPart() throws Exception {
    SluiceProcess broker = broker();
    try (Scenario scenario = scenario();
        SluiceProcess up =
            up(scenario, scenario.access(STAGING), List.of("--kafka", "127.0.0.1:" + kafkaPort))) {
      patiently().until(() -> scenario.configMaps().countWithValue("one") == 1);
      broker.kill();
      patiently()
          .until(
              () ->
                  up.output()
                      .contains("the broker 127.0.0.1:%d does not answer".formatted(kafkaPort)));
      awaitAttempts(3, "heartbeats");
      assertNothingIsRepeated(up);

      broker = broker();
      scenario.commit(Map.of("web/configmap.yaml", Scenario.configMap("web", "two")));
      patiently().until(() -> scenario.configMaps().countWithValue("two") == 1);
      assertNothingIsRepeated(up);
    } finally {
      broker.kill();
    }
  }

  private Scenario scenario() throws Exception {
    KafkaConnection kafka = new KafkaConnection("127.0.0.1:" + kafkaPort, Topics.DEFAULT, Map.of());
    Scenario scenario = Scenario.over(kafka, directory, STAGING);
    scenario.fleet().application("web", "web", scenario.namespace(), STAGING);
    scenario.commit(Map.of("web/configmap.yaml", Scenario.configMap("web", "one")));
    return scenario;
  }

  private SluiceProcess broker() throws IOException {
    SluiceProcess broker =
        SluiceProcess.start(
            directory.resolve("broker.log"),
            Map.of(),
            "broker",
            "--data",
            directory.resolve("broker").toString(),
            "--kafka-port",
            Integer.toString(kafkaPort));
    patiently().until(() -> isListening(kafkaPort));
    return broker;
  }

  private static boolean isListening(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private SluiceProcess up(Scenario scenario, List<String> access, List<String> more)
      throws IOException {
    List<String> arguments = new ArrayList<>(List.of("up", "--sweep", "2s"));
    scenario.settings().forEach((name, value) -> arguments.addAll(List.of("--" + name, value)));
    arguments.addAll(List.of("--api-port", Integer.toString(apiPort)));
    arguments.addAll(List.of("--data", directory.resolve("data").toString()));
    arguments.addAll(access);
    arguments.addAll(more);
    if (more.isEmpty()) {
      arguments.addAll(List.of("--kafka-port", Integer.toString(kafkaPort)));
    }
    return SluiceProcess.start(
        directory.resolve("up.log"), Map.of(), arguments.toArray(String[]::new));
  }

  private List<String> through(Scenario scenario, TcpProxy proxy) throws IOException {
    List<String> access = new ArrayList<>(scenario.access(STAGING));
    Path kubeconfig = Path.of(access.get(1));
    int port = URI.create(scenario.client(STAGING).getConfiguration().getMasterUrl()).getPort();
    Path changed = directory.resolve("kubeconfig-through-proxy");
    Files.writeString(
        changed, Files.readString(kubeconfig).replace(":" + port, ":" + proxy.port()));
    access.set(1, changed.toString());
    return access;
  }

  /** Waits until the process has counted this many failed attempts of a kind of work. */
  private void awaitAttempts(int count, String work) {
    patiently()
        .ignoreExceptions()
        .until(
            () -> {
              String metrics =
                  http.send(
                          HttpRequest.newBuilder(
                                  URI.create("http://127.0.0.1:%d/metrics".formatted(apiPort)))
                              .build(),
                          HttpResponse.BodyHandlers.ofString())
                      .body();
              Matcher matcher = ATTEMPTS.matcher(metrics);
              while (matcher.find()) {
                if (matcher.group(1).equals(work)
                    && Double.parseDouble(matcher.group(2)) >= count) {
                  return true;
                }
              }
              return false;
            });
  }

  private static void assertNothingIsRepeated(SluiceProcess process) throws IOException {
    Set<String> lines = new HashSet<>();
    assertThat(process.output()).doesNotContain("\tat ", " at dev.sluice", " at org.apache");
    // without the time, and without what differs from partition to partition
    Stream<String> troubles =
        process
            .output()
            .lines()
            .filter(line -> line.contains(" WARN ") || line.contains(" ERROR "))
            .map(line -> line.substring(line.indexOf(' ')));
    assertThat(troubles.filter(line -> !lines.add(line))).isEmpty();
  }
}
