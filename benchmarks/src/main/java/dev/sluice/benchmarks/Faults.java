package dev.sluice.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.platform.kafka.Topics;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Observed and possible faults: those in Git, and those in the cluster, webhooks and Kafka. */
final class Faults {

  private Faults() {}

  static List<Fault> all() {
    return Stream.concat(
            PushedFaults.all().stream(),
            Stream.of(
                new LabelledObject(),
                new UnreadableLedger(),
                new Webhooks("unknown-commit", Installation.REPOSITORY, "f".repeat(64)),
                new Webhooks("unreachable-repository", BlastRadiusRig.UNREACHABLE, "a".repeat(40)),
                new Webhooks("unfollowed-repository", "nobody/follows", "b".repeat(40)),
                new PoisonRecord(
                    "poison-change",
                    topics -> topics.changes(),
                    "localhost/" + Installation.REPOSITORY),
                new PoisonRecord(
                    "poison-target",
                    topics -> topics.sync(Installation.CLUSTER),
                    BlastRadiusRig.FAULTY),
                new PoisonRecord(
                    "poison-result",
                    topics -> topics.results(),
                    Installation.CLUSTER + "/" + BlastRadiusRig.FAULTY)))
        .toList();
  }

  /** An object with our labels that names an invalid application. */
  private record LabelledObject() implements Fault {

    @Override
    public String name() {
      return "labelled-object";
    }

    @Override
    public void inject(BlastRadiusRig rig) throws Exception {
      rig.pushHarmless();
      rig.cluster().resource(object(rig)).create();
    }

    @Override
    public void undo(BlastRadiusRig rig) {
      rig.cluster().resource(object(rig)).delete();
    }

    private static ConfigMap object(BlastRadiusRig rig) {
      return new ConfigMapBuilder()
          .withNewMetadata()
          .withName("labelled")
          .withNamespace(rig.namespace())
          .addToLabels("sluice.dev/application", "Foo_Bar")
          .addToLabels("sluice.dev/installation", rig.namespace())
          .addToAnnotations("sluice.dev/generation", "1")
          .endMetadata()
          .build();
    }
  }

  /** An overwritten ledger of the faulty application. */
  private record UnreadableLedger() implements Fault {

    @Override
    public String name() {
      return "unreadable-ledger";
    }

    @Override
    public void inject(BlastRadiusRig rig) throws Exception {
      for (ConfigMap ledger : ledgers(rig)) {
        ledger.setData(Map.of("ledger", "{"));
        rig.cluster().resource(ledger).update();
      }
      rig.pushHarmless();
    }

    @Override
    public void undo(BlastRadiusRig rig) {
      ledgers(rig).forEach(ledger -> rig.cluster().resource(ledger).delete());
    }

    private static List<ConfigMap> ledgers(BlastRadiusRig rig) {
      return rig.cluster()
          .configMaps()
          .inNamespace(rig.systemNamespace())
          .withLabel("sluice.dev/ledger", "true")
          .withLabel("sluice.dev/application", BlastRadiusRig.FAULTY)
          .list()
          .getItems();
    }
  }

  /** Webhooks about a commit that does not exist. */
  private record Webhooks(String name, String repository, String after) implements Fault {

    private static final int COUNT = 20;

    @Override
    public void inject(BlastRadiusRig rig) throws Exception {
      rig.pushHarmless();
      for (int i = 0; i < COUNT; i++) {
        rig.webhook().send(repository, "c".repeat(after.length()), after);
      }
    }
  }

  /** A record that cannot be decoded. */
  private record PoisonRecord(String name, Function<Topics, String> topic, String key)
      implements Fault {

    @Override
    public void inject(BlastRadiusRig rig) throws Exception {
      rig.pushHarmless();
      try (KafkaProducer<String, byte[]> producer =
          new KafkaProducer<>(rig.kafka().producer("poison-" + UUID.randomUUID()))) {
        producer
            .send(
                new ProducerRecord<>(
                    topic.apply(rig.kafka().topics()), key, "{\"a\":".getBytes(UTF_8)))
            .get();
      }
    }
  }
}
