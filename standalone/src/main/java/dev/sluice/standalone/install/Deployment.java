package dev.sluice.standalone.install;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.install.Installation.Parts;
import dev.sluice.standalone.install.KafkaSetup.Password;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The objects of an installation on their way to a cluster, or to a Git repository. */
final class Deployment {

  private static final int FAILED = 1;

  private final SettingValues values;
  private final Installation installation;
  private final KafkaSetup kafka;
  private final PrintStream out;
  private final PrintStream err;

  Deployment(
      SettingValues values,
      Installation installation,
      KafkaSetup kafka,
      PrintStream out,
      PrintStream err) {
    this.values = values;
    this.installation = installation;
    this.kafka = kafka;
    this.out = out;
    this.err = err;
  }

  /** Prints the objects, without Secrets. */
  void print() {
    installation
        .names()
        .kafkaSecret()
        .ifPresent(secret -> err.println("sluice: not printed: " + missing(secret)));
    out.print(Yaml.documents(installation.objects()));
  }

  /**
   * Applies the objects, and waits until their pods are ready.
   *
   * @param needed Secrets that must exist, with the option that creates each in kubectl
   */
  void apply(List<NeededSecret> needed) throws InterruptedException {
    boolean isDryRun = values.get(InstallSettings.DRY_RUN);
    try (KubernetesClient client = InstallSettings.connect(values)) {
      ClusterObjects cluster =
          new ClusterObjects(client, isDryRun, values.get(InstallSettings.FORCE), out);
      List<ObjectNode> objects = installation.objects();
      LiveInstallation live = LiveInstallation.read(client, installation.names().namespace());
      check(live);
      Optional<Password> password =
          kafka.makesUser() ? Optional.of(password(cluster)) : Optional.empty();
      cluster.apply(objects.subList(0, 1));
      for (NeededSecret secret : needed) {
        require(cluster, secret);
      }
      if (password.isPresent()) {
        applySecret(cluster, password.get(), objects);
      } else if (installation.names().kafkaSecret().isPresent()) {
        String secret = installation.names().kafkaSecret().get();
        require(cluster, new NeededSecret(secret, Installation.KAFKA_PROPERTIES));
      }
      cluster.apply(objects.subList(1, objects.size()));
      if (live.isPresent()) {
        cluster.delete(unwanted(live, objects));
      }
      Duration patience = values.get(InstallSettings.WAIT);
      if (!isDryRun && patience.isPositive()) {
        new Rollout(client, patience, out).awaitReady(objects);
      }
    }
  }

  /** Checks what the namespace has, before anything is written. */
  private void check(LiveInstallation live) {
    ObjectNames names = installation.names();
    String context = InstallSettings.context(values);
    if (installation.parts() == Parts.WORKER && live.hasHub()) {
      throw new ExitException(
          FAILED,
          "the namespace %s there has the dispatcher: 'sluice install' gives that cluster its worker"
              .formatted(names.namespace()));
    }
    if (installation.parts() != Parts.WORKER && live.worker().isPresent() && !live.hasHub()) {
      throw new ExitException(
          FAILED,
          "the namespace %s there has the worker of the cluster %s: install in another with --namespace, or remove the worker before"
              .formatted(names.namespace(), live.setting("cluster", "this")));
    }
    live.require(
        context,
        installation.settings().get("cluster").asText(),
        names.installation(),
        values.get(KafkaSettings.TOPIC_PREFIX));
    boolean isBound = installation.objects().stream().anyMatch(Installation::isClusterRight);
    if (isBound && live.isBoundElsewhere()) {
      throw new ExitException(
          FAILED,
          "the cluster-wide rights %s there are those of the worker in the namespace %s: a cluster has one worker with such rights (--rights none needs none)"
              .formatted(ObjectNames.WORKER, live.boundTo().orElseThrow()));
    }
    new Omissions(values, live, installation).check();
  }

  /** Returns the objects of this program that the options do not want, or no longer. */
  private List<ObjectNode> unwanted(LiveInstallation live, List<ObjectNode> wanted) {
    Set<String> kept = wanted.stream().map(Deployment::id).collect(Collectors.toSet());
    return new Installation(
            Parts.ALL, installation.names(), Rights.ALL, Optional.empty(), Map.of(), Map.of())
        .objects().stream()
            .filter(object -> !kept.contains(id(object)))
            .filter(object -> !live.isBoundElsewhere() || !Installation.isClusterRight(object))
            .toList();
  }

  private static String id(JsonNode object) {
    return object.path(ObjectNames.KIND).asText() + "/" + object.at("/metadata/name").asText();
  }

  /**
   * A Secret that somebody else makes.
   *
   * @param key key that it has, such as {@code kafka.properties}
   */
  record NeededSecret(String name, String key) {}

  private Password password(ClusterObjects cluster) throws InterruptedException {
    ObjectNames names = installation.names();
    return kafka.password(names, present(cluster, names.kafkaSecret().orElseThrow()));
  }

  /** Writes the Secret before Kafka has the password, so that a failure loses none. */
  private void applySecret(ClusterObjects cluster, Password password, List<ObjectNode> objects)
      throws InterruptedException {
    ObjectNode secret = kafka.secret(installation.names(), password);
    cluster.apply(List.of(secret));
    kafka.make(password, cluster.isDryRun());
    String checksum =
        Installation.sha256(secret.at("/data/" + Installation.KAFKA_PROPERTIES).asText());
    objects.stream()
        .filter(Installation::isWorkload)
        .forEach(
            object ->
                object
                    .withObject("/spec/template/metadata/annotations")
                    .put("checksum/kafka", checksum)); // another password restarts the pods
  }

  private Optional<Secret> present(ClusterObjects cluster, String name) {
    return Optional.ofNullable(
        cluster
            .client()
            .secrets()
            .inNamespace(installation.names().namespace())
            .withName(name)
            .get());
  }

  private void require(ClusterObjects cluster, NeededSecret secret) {
    if (present(cluster, secret.name()).isPresent()) {
      return;
    }
    String problem =
        "%s, such as by 'kubectl -n %s create secret generic %s --from-file=%s=FILE', and repeat this command"
            .formatted(
                missing(secret.name()),
                installation.names().namespace(),
                secret.name(),
                secret.key());
    if (!cluster.isDryRun()) {
      throw new ExitException(FAILED, problem);
    }
    out.println("missing   " + problem);
  }

  private String missing(String secret) {
    return "the Secret %s/%s, which the objects refer to: create it"
        .formatted(installation.names().namespace(), secret);
  }
}
