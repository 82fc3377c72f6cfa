package dev.sluice.receiver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.platform.kafka.EmbeddedBroker;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.TopicProvisioner;
import dev.sluice.platform.kafka.Topics;
import dev.sluice.platform.process.ChildProcess;
import dev.sluice.platform.process.FreePort;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Outages of the broker or the receiver under load. Afterwards the topic has every event that was
 * answered with 202, and none that was answered with 4xx.
 */
class FaultIT {

  private static final Duration OUTAGE =
      Duration.ofSeconds(Integer.getInteger("sluice.outage-seconds", 4));
  private static final int SENDERS = 8;
  private static final Duration BEFORE_SENDING_AGAIN = Duration.ofMillis(20);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Map<String, Integer> answers = new ConcurrentHashMap<>();
  private final AtomicInteger slowestMillis = new AtomicInteger();
  @TempDir private Path directory;

  @Test
  void losesNothingWhileTheBrokerIsDown() throws Exception {
    int port = FreePort.find();
    KafkaConnection kafka = new KafkaConnection("127.0.0.1:" + port, Topics.DEFAULT, Map.of());
    EmbeddedBroker first = EmbeddedBroker.start(directory.resolve("kafka"), port);
    provision(kafka);
    Map<String, String> settings = Map.of("webhook-publish-timeout", "2500ms");
    try (Running running = Running.start(directory, kafka, settings)) {
      AtomicInteger target = new AtomicInteger(running.port());
      AtomicBoolean enough = new AtomicBoolean();
      List<Thread> senders = senders(target, enough);
      await().until(() -> answered(202).size() > 50);

      first.close();
      await().atMost(OUTAGE.plusSeconds(60)).until(() -> answered(503).size() > SENDERS);
      await().pollDelay(OUTAGE).atMost(OUTAGE.plusSeconds(60)).until(() -> true);
      try (EmbeddedBroker _ = EmbeddedBroker.start(directory.resolve("kafka"), port)) {
        int before = answered(202).size();
        await().atMost(Duration.ofSeconds(60)).until(() -> answered(202).size() > before + 50);
        enough.set(true);
        for (Thread sender : senders) {
          sender.join();
        }
        assertThat(answers.values()).containsOnly(202, 401, 503);
        assertThat(slowestMillis.get()).as("slowest answer, ms").isLessThan(5_000);
        assertTopicHoldsWhatWasAnswered(kafka);
      }
    }
  }

  @Test
  void losesNothingWhenTheReceiverIsKilled() throws Exception {
    int port = FreePort.find();
    try (EmbeddedBroker broker = EmbeddedBroker.start(directory.resolve("kafka"), port)) {
      KafkaConnection kafka =
          new KafkaConnection(broker.bootstrapServers(), Topics.DEFAULT, Map.of());
      provision(kafka);
      AtomicInteger target = new AtomicInteger();
      AtomicBoolean enough = new AtomicBoolean();
      Process receiver = receiver(kafka, target);
      List<Thread> senders = senders(target, enough);
      for (int killed = 0; killed < 3; killed++) {
        int before = answered(202).size();
        await().atMost(Duration.ofSeconds(60)).until(() -> answered(202).size() > before + 50);
        receiver.destroyForcibly().waitFor();
        receiver = receiver(kafka, target);
      }
      enough.set(true);
      for (Thread sender : senders) {
        sender.join();
      }
      receiver.destroyForcibly().waitFor();

      assertThat(answers.values()).contains(202, 401);
      assertTopicHoldsWhatWasAnswered(kafka);
    }
  }

  /**
   * Checks the topic. It may also contain events that were never answered; their senders would send
   * them again.
   */
  private void assertTopicHoldsWhatWasAnswered(KafkaConnection kafka) {
    Set<String> inTopic =
        Running.ids(kafka).stream().map(id -> id.split("/", -1)[1]).collect(Collectors.toSet());
    assertThat(inTopic).containsAll(answered(202)).doesNotContainAnyElementsOf(answered(401));
  }

  private Set<String> answered(int status) {
    return answers.entrySet().stream()
        .filter(answer -> answer.getValue() == status)
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  /**
   * Starts senders of which each sends one delivery after the other, every tenth with a wrong
   * signature.
   */
  private List<Thread> senders(AtomicInteger port, AtomicBoolean enough) {
    List<Thread> senders = new ArrayList<>();
    for (int i = 0; i < SENDERS; i++) {
      String name = "sender-" + i;
      senders.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    for (int n = 0; !enough.get(); n++) {
                      send(port.get(), name + "-" + n, n % 10 == 9 ? "a guess" : Running.SECRET);
                    }
                  }));
    }
    return senders;
  }

  private void send(int port, String delivery, String secret) {
    byte[] body = Running.body("Shop/Frontend", "refs/heads/main");
    long startedAt = System.nanoTime();
    try {
      HttpResponse<Void> answer =
          http.send(
              HttpRequest.newBuilder(
                      URI.create("http://127.0.0.1:%d/webhooks/github".formatted(port)))
                  .header("X-GitHub-Event", "push")
                  .header("X-GitHub-Delivery", delivery)
                  .header("X-Hub-Signature-256", Signed.github(secret, body))
                  .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                  .build(),
              HttpResponse.BodyHandlers.discarding());
      answers.put(delivery, answer.statusCode());
    } catch (IOException e) {
      // the receiver was killed without an answer; leave it the CPU to restart
      LockSupport.parkNanos(BEFORE_SENDING_AGAIN.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    int millis = (int) Duration.ofNanos(System.nanoTime() - startedAt).toMillis();
    slowestMillis.accumulateAndGet(millis, Math::max);
  }

  /** Starts a receiver in its own process and returns once its port is known. */
  private Process receiver(KafkaConnection kafka, AtomicInteger port) throws IOException {
    Process process =
        ChildProcess.start(
            new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Program.class.getName(),
                    directory.toString(),
                    kafka.bootstrapServers())
                .redirectError(ProcessBuilder.Redirect.DISCARD));
    BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.startsWith(Program.PORT)) {
        port.set(Integer.parseInt(line.substring(Program.PORT.length())));
        Thread.ofVirtual().start(() -> drain(out));
        return process;
      }
    }
    throw new IOException("the receiver's process did not start");
  }

  private static void drain(BufferedReader out) {
    try {
      while (out.readLine() != null) {
        // discard its log
      }
    } catch (IOException e) {
      // killed
    }
  }

  private static void provision(KafkaConnection kafka) {
    try (Admin admin = Admin.create(kafka.admin())) {
      new TopicProvisioner(admin, kafka.topics()).provision(Running.PARTITIONS);
    }
  }

  /**
   * Main class of the receiver's process; the arguments are the directory of its secret and the
   * broker.
   */
  static final class Program {

    static final String PORT = "port: ";

    private Program() {}

    public static void main(String[] arguments) throws Exception {
      Path directory = Path.of(arguments[0]);
      Files.createDirectories(directory);
      KafkaConnection kafka = new KafkaConnection(arguments[1], Topics.DEFAULT, Map.of());
      Running running =
          Running.start(directory, kafka, Map.of("webhook-publish-timeout", "2500ms"));
      System.out.println(PORT + running.port());
      Thread.currentThread().join();
    }
  }
}
