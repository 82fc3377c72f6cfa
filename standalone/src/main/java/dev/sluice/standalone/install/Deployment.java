package dev.sluice.standalone.install;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.install.Installation.Parts;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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

  /** Prints the objects; a Secret only if it is asked for. */
  void print() throws InterruptedException {
    List<ObjectNode> objects = new ArrayList<>(installation.objects());
    ObjectNames names = installation.names();
    if (kafka.makesUser() && values.get(KafkaSetup.PRINT_SECRET)) {
      objects.add(1, kafka.make(names, Optional.empty(), /* isDryRun= */ false));
      err.println(
          "sluice: the output has the password of a Kafka user: keep it out of Git, or encrypt it");
    } else {
      names
          .kafkaSecret()
          .ifPresent(secret -> err.println("sluice: not printed: " + missing(secret)));
    }
    out.print(Yaml.documents(objects));
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
      requireNoHub(client);
      cluster.apply(objects.subList(0, 1));
      applySecret(cluster);
      for (NeededSecret secret : needed) {
        require(cluster, secret);
      }
      cluster.apply(objects.subList(1, objects.size()));
      Duration patience = values.get(InstallSettings.WAIT);
      if (!isDryRun && patience.isPositive()) {
        new Rollout(client, patience, out).awaitReady(objects);
      }
    }
  }

  /** The settings of a worker alone would replace those of the dispatcher. */
  private void requireNoHub(KubernetesClient client) {
    String namespace = installation.names().namespace();
    if (installation.parts() == Parts.WORKER && Removal.isHub(client, namespace)) {
      throw new ExitException(
          FAILED,
          "the namespace %s there has the dispatcher: 'sluice install' gives that cluster its worker"
              .formatted(namespace));
    }
  }

  /**
   * A Secret that somebody else makes.
   *
   * @param key key that it has, such as {@code kafka.properties}
   */
  record NeededSecret(String name, String key) {}

  private void applySecret(ClusterObjects cluster) throws InterruptedException {
    ObjectNames names = installation.names();
    if (names.kafkaSecret().isEmpty()) {
      return;
    }
    String secret = names.kafkaSecret().get();
    if (!kafka.makesUser()) {
      require(cluster, new NeededSecret(secret, Installation.KAFKA_PROPERTIES));
      return;
    }
    cluster.apply(List.of(kafka.make(names, present(cluster, secret), cluster.isDryRun())));
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
