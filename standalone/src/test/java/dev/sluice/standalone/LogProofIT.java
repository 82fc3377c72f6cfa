package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.PRODUCTION;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.Checkpoint;
import dev.sluice.contract.proof.SigningKeys;
import dev.sluice.platform.kafka.ChainedProducer;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.TopicReader;
import dev.sluice.standalone.process.OneProcess;
import dev.sluice.standalone.proof.LogFinding;
import dev.sluice.standalone.proof.LogFinding.Kind;
import dev.sluice.standalone.proof.LogProof;
import dev.sluice.standalone.proof.ProofReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sluice verify --log} against the topics of all parts. */
class LogProofIT {

  private static final String BEGIN = "-----BEGIN %s-----\n";
  private static final String END = "\n-----END %s-----\n";

  private final Map<String, PublicKey> keys = new HashMap<>();

  @Test
  void theLogOfAllPartsIsProvenOverRestartsAndKeys(@TempDir Path directory) throws Exception {
    try (Scenario scenario = Scenario.in(directory, PRODUCTION)) {
      scenario.fleet().application("web", "web", scenario.namespace(), PRODUCTION);
      scenario.commit(Map.of("web/configmap.yaml", configMap("web", "one")));
      scenario.setting("checkpoint-interval", "100ms");
      sign(scenario, directory, "2026");
      try (OneProcess sluice = scenario.start()) {
        scenario.push(sluice, Map.of("web/configmap.yaml", configMap("web", "two")));
        scenario.push(sluice, Map.of("web/configmap.yaml", "broken: ["));
        patiently().until(() -> !scenario.deadLetters().isEmpty());
        awaitCheckpoints(scenario.kafka());
      }
      sign(scenario, directory, "2027");
      try (OneProcess sluice = scenario.start()) {
        scenario.push(sluice, Map.of("web/configmap.yaml", configMap("web", "three")));
        scenario.configMaps(PRODUCTION, scenario.namespace()).awaitValue("web", "three");
        awaitCheckpoints(scenario.kafka());
      }
      ProofReport report = check(scenario.kafka());
      assertThat(report.findings()).isEmpty();
      assertThat(report.isComplete()).isTrue();
      assertThat(report.summary()).last().asString().contains("of the keys 2026, 2027");

      assertThat(exitCode(directory, scenario.kafka(), "2026")).isEqualTo(6);
      assertThat(exitCode(directory, scenario.kafka(), "2026", "2027")).isZero();

      forge(scenario.kafka(), scenario.kafka().topics().results());
      assertThat(check(scenario.kafka()).findings())
          .singleElement()
          .extracting(LogFinding::kind)
          .isEqualTo(Kind.INSERTED);
      assertThat(exitCode(directory, scenario.kafka(), "2026", "2027")).isEqualTo(1);
    }
  }

  @Test
  void eachChangeOfATopicIsFoundThere(@TempDir Path directory) throws Exception {
    try (Scenario scenario = Scenario.in(directory, PRODUCTION)) {
      scenario.fleet().application("web", "web", scenario.namespace(), PRODUCTION);
      scenario.commit(Map.of("web/configmap.yaml", configMap("web", "one")));
      scenario.setting("checkpoint-interval", "100ms");
      sign(scenario, directory, "2026");
      KafkaConnection kafka = scenario.kafka();
      String topic = kafka.topics().deadLetters();
      try (OneProcess _ = scenario.start();
          ChainedProducer producer = new ChainedProducer(kafka.producer("test"))) {
        // without transactions, so that a copy of the topic has the same offsets; together, so that
        // they are in one checkpoint
        for (int i = 0; i < 12; i++) {
          var unused =
              producer.send(
                  new ProducerRecord<>(topic, "key", ("{\"number\": " + i + "}").getBytes(UTF_8)));
        }
        producer.flush();
        awaitCheckpoints(kafka);
      }
      List<ConsumerRecord<String, byte[]>> original = new TopicReader(kafka).records(topic);
      assertThat(check(kafka).findings()).isEmpty();

      replace(kafka, topic, original);
      assertThat(check(kafka).findings()).isEmpty();

      List<ConsumerRecord<String, byte[]>> altered = new ArrayList<>(original);
      altered.set(3, altered(original.get(3)));
      replace(kafka, topic, altered);
      assertThat(found(kafka)).containsExactly("ALTERED 3");

      List<ConsumerRecord<String, byte[]>> reordered = new ArrayList<>(original);
      reordered.set(4, original.get(5));
      reordered.set(5, original.get(4));
      replace(kafka, topic, reordered);
      assertThat(found(kafka)).contains("REORDERED 4", "REORDERED 5").hasSize(2);
    }
  }

  private List<String> found(KafkaConnection kafka) {
    return check(kafka).findings().stream()
        .map(finding -> finding.kind() + " " + finding.offset())
        .toList();
  }

  private ProofReport check(KafkaConnection kafka) {
    return new LogProof(kafka, keys, Clock.systemUTC()).check();
  }

  /** Waits until all records are in checkpoints. */
  private void awaitCheckpoints(KafkaConnection kafka) {
    patiently()
        .untilAsserted(
            () -> {
              Map<String, Long> ends = new HashMap<>();
              new TopicReader(kafka)
                  .events(kafka.topics().checkpoints(), Checkpoint.class)
                  .forEach(each -> ends.put(each.event().key(), each.event().until()));
              for (String topic :
                  List.of(
                      kafka.topics().changes(),
                      kafka.topics().results(),
                      kafka.topics().deadLetters(),
                      kafka.topics().sync(PRODUCTION))) {
                for (ConsumerRecord<String, byte[]> record :
                    new TopicReader(kafka).records(topic)) {
                  assertThat(record.offset())
                      .isLessThan(
                          ends.getOrDefault(record.topic() + "/" + record.partition(), -1L));
                }
              }
            });
  }

  /** Deletes a topic, and creates it again with these records at offsets from 0. */
  private static void replace(
      KafkaConnection kafka, String topic, List<ConsumerRecord<String, byte[]>> records)
      throws Exception {
    try (Admin admin = Admin.create(kafka.admin())) {
      admin.deleteTopics(Set.of(topic)).all().get();
      patiently().until(() -> !admin.listTopics().names().get().contains(topic));
      patiently()
          .ignoreExceptions()
          .until(
              () ->
                  admin.createTopics(Set.of(new NewTopic(topic, 1, (short) 1))).all().get()
                      == null);
    }
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(kafka.producer("copy"))) {
      for (ConsumerRecord<String, byte[]> record : records) {
        producer
            .send(new ProducerRecord<>(topic, 0, record.key(), record.value(), record.headers()))
            .get();
      }
    }
  }

  private static ConsumerRecord<String, byte[]> altered(ConsumerRecord<String, byte[]> record) {
    String value = new String(record.value(), UTF_8);
    ConsumerRecord<String, byte[]> changed =
        new ConsumerRecord<>(
            record.topic(),
            record.partition(),
            record.offset(),
            record.key(),
            (value + " ").getBytes(UTF_8));
    record.headers().forEach(changed.headers()::add);
    return changed;
  }

  private static void forge(KafkaConnection kafka, String topic) throws Exception {
    ConsumerRecord<String, byte[]> last = new TopicReader(kafka).records(topic).getLast();
    ProducerRecord<String, byte[]> forged =
        new ProducerRecord<>(topic, last.partition(), last.key(), last.value());
    last.headers()
        .forEach(
            header -> {
              if (!header.key().equals("chain")) {
                forged.headers().add(header);
              }
            });
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(kafka.producer("forger"))) {
      producer.send(forged).get();
    }
  }

  private void sign(Scenario scenario, Path directory, String name) throws Exception {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    Path key = directory.resolve(name + ".pem");
    Files.writeString(key, pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
    String shown = pem("PUBLIC KEY", pair.getPublic().getEncoded());
    Files.writeString(directory.resolve(name + ".pub"), shown);
    keys.put(name, SigningKeys.publicKey(shown));
    scenario.setting("checkpoint-key", "name=%s,secret=file:%s".formatted(name, key));
  }

  private static String pem(String kind, byte[] content) {
    return BEGIN.formatted(kind)
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content)
        + END.formatted(kind);
  }

  /** Runs the command with public keys, and returns its exit code. */
  private static int exitCode(Path directory, KafkaConnection kafka, String... names)
      throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                "verify",
                "--log",
                "--kafka",
                kafka.bootstrapServers(),
                "--topic-prefix",
                kafka.topics().prefix()));
    for (String name : names) {
      command.add("--verify-key");
      command.add("name=%s,public=file:%s".formatted(name, directory.resolve(name + ".pub")));
    }
    try (SluiceProcess verify =
        SluiceProcess.start(
            directory.resolve("verify.log"), Map.of(), command.toArray(String[]::new))) {
      return verify.awaitEnd();
    }
  }
}
