package dev.sluice.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.platform.kafka.Topics;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Faults that were seen, or could be, each in its smallest form. */
final class Faults {

  private Faults() {}

  static List<Fault> all() {
    return List.of(
        new Command(),
        pushed("alias-bomb", _ -> Map.of("bomb.yaml", aliasBomb())),
        pushed(
            "large-scalar",
            _ -> Map.of("large.yaml", manifest("a: \"" + "x".repeat(5_000_000) + "\""))),
        pushed("many-documents", _ -> Map.of("many.yaml", "a: 1\n---\n".repeat(100_000))),
        pushed("unknown-field", rig -> Map.of("unknown.yaml", unknownField(rig))),
        new LargeDiff(),
        new LabelledObject(),
        new UnreadableLedger(),
        new MovedObject(),
        new OwnLease(),
        pushed("everything-gone", _ -> Map.of("readme.txt", "no manifests\n")),
        new Webhooks("unknown-commit", Installation.REPOSITORY, "f".repeat(64)),
        new Webhooks("unreachable-repository", BlastRadiusRig.AWAY, "a".repeat(40)),
        new Webhooks("unfollowed-repository", "nobody/follows", "b".repeat(40)),
        new PoisonRecord(
            "poison-change", topics -> topics.changes(), "localhost/" + Installation.REPOSITORY),
        new PoisonRecord(
            "poison-target", topics -> topics.sync(Installation.CLUSTER), BlastRadiusRig.FAULTY),
        new PoisonRecord(
            "poison-result",
            topics -> topics.results(),
            Installation.CLUSTER + "/" + BlastRadiusRig.FAULTY));
  }

  private static Fault pushed(String name, Function<BlastRadiusRig, Map<String, String>> files) {
    return new Pushed(name, files);
  }

  private record Pushed(String name, Function<BlastRadiusRig, Map<String, String>> files)
      implements Fault {

    @Override
    public void inject(BlastRadiusRig rig) throws Exception {
      rig.push(Map.of(BlastRadiusRig.FAULTY, files.apply(rig)));
    }
  }

  private static String manifest(String data) {
    return """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: large}
    data:
      %s
    """
        .formatted(data);
  }

  private static String unknownField(BlastRadiusRig rig) {
    return """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: unknown, namespace: %s}
    %s: 1
    """
        .formatted(rig.namespace(), "f".repeat(3_000_000));
  }

  /** Nine levels of lists, each with nine aliases of the one before. */
  private static String aliasBomb() {
    StringBuilder yaml = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for (int level = 1; level < 9; level++) {
      String alias = "*a" + (level - 1);
      yaml.append(
          "a%d: &a%d [%s]\n"
              .formatted(level, level, String.join(", ", java.util.Collections.nCopies(9, alias))));
    }
    return """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: bomb}
    """
        + yaml;
  }

  /** A chart's release name that is an option of helm. */
  private record Command() implements Fault {

    @Override
    public String name() {
      return "command-line";
    }

    @Override
    public void inject(BlastRadiusRig rig) throws Exception {
      Map<String, String> files = new HashMap<>();
      files.put(
          "kustomization.yaml",
          """
          helmCharts:
          - name: web
            releaseName: --post-renderer=/bin/sh
            nameTemplate: web
          """);
      files.put("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n");
      files.put("charts/web/templates/run.yaml", "touch " + marker(rig) + "\n");
      rig.push(Map.of(BlastRadiusRig.FAULTY, files));
    }

    @Override
    public Optional<String> damage(BlastRadiusRig rig) {
      return Files.exists(marker(rig)) ? Optional.of("a chart ran a program") : Optional.empty();
    }

    private static Path marker(BlastRadiusRig rig) {
      return rig.directory().resolve("ran");
    }
  }

  /** A diff of 10 MB that anyone who may read can ask for. */
  private record LargeDiff() implements Fault {

    @Override
    public String name() {
      return "large-diff";
    }

    @Override
    public void inject(BlastRadiusRig rig) throws Exception {
      Map<String, String> files = new HashMap<>();
      for (int i = 0; i < 10; i++) {
        files.put(
            "large-%d.yaml".formatted(i),
            BlastRadiusRig.configMap("large-" + i, rig.namespace(), "x".repeat(1_000_000)));
      }
      rig.push(Map.of(BlastRadiusRig.FAULTY, files));
      HttpRequest request =
          HttpRequest.newBuilder(
                  URI.create("http://127.0.0.1:%d/api/v1/diffs".formatted(rig.apiPort())))
              .header("Content-Type", "application/json")
              .timeout(Duration.ofSeconds(30))
              .POST(
                  HttpRequest.BodyPublishers.ofString(
                      "{\"application\":\"%s\",\"cluster\":\"%s\",\"patienceSeconds\":20}"
                          .formatted(BlastRadiusRig.FAULTY, Installation.CLUSTER)))
              .build();
      var unused =
          HttpClient.newHttpClient().sendAsync(request, HttpResponse.BodyHandlers.discarding());
    }
  }

  /** An object with our labels whose application is no valid name. */
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

  /** The faulty application's ledger, overwritten. */
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

  /** An object that moves to an application that cannot be rendered. */
  private static final class MovedObject implements Fault {

    private String uid = "";

    @Override
    public String name() {
      return "moved-object";
    }

    @Override
    public void inject(BlastRadiusRig rig) throws Exception {
      uid = uid(rig);
      rig.push(
          Map.of(
              BlastRadiusRig.GIVER,
              Map.of(
                  "configmap.yaml",
                  BlastRadiusRig.configMap("remaining", rig.namespace(), "given")),
              BlastRadiusRig.FAULTY,
              Map.of(
                  "configmap.yaml",
                  BlastRadiusRig.configMap(BlastRadiusRig.MOVING, rig.namespace(), "taken"),
                  "broken.yaml",
                  "apiVersion: [\n")));
    }

    @Override
    public Optional<String> damage(BlastRadiusRig rig) {
      return uid(rig).equals(uid) ? Optional.empty() : Optional.of("the moving object was deleted");
    }

    private static String uid(BlastRadiusRig rig) {
      ConfigMap found =
          rig.cluster()
              .configMaps()
              .inNamespace(rig.namespace())
              .withName(BlastRadiusRig.MOVING)
              .get();
      return found == null ? "" : found.getMetadata().getUid();
    }
  }

  /** A manifest of the Lease that makes the worker the leader. */
  private record OwnLease() implements Fault {

    private static final String THIEF = "thief";

    @Override
    public String name() {
      return "own-lease";
    }

    @Override
    public void inject(BlastRadiusRig rig) throws Exception {
      rig.push(
          Map.of(
              BlastRadiusRig.FAULTY,
              Map.of(
                  "lease.yaml",
                  """
                  apiVersion: coordination.k8s.io/v1
                  kind: Lease
                  metadata: {name: sluice-worker-%s, namespace: %s}
                  spec: {holderIdentity: %s}
                  """
                      .formatted(rig.namespace(), rig.systemNamespace(), THIEF))));
    }

    @Override
    public Optional<String> damage(BlastRadiusRig rig) {
      boolean stolen =
          rig.cluster().leases().inNamespace(rig.systemNamespace()).list().getItems().stream()
              .anyMatch(lease -> THIEF.equals(lease.getSpec().getHolderIdentity()));
      return stolen ? Optional.of("the Lease has another holder") : Optional.empty();
    }
  }

  /** Webhooks of a commit that is not there. */
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
