package dev.sluice.standalone.install;

import dev.sluice.contract.name.ClusterName;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.platform.kafka.Topics;
import dev.sluice.standalone.cli.Command;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.install.Installation.Parts;
import dev.sluice.standalone.process.ClusterAccess;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;

/** {@code sluice cluster remove} and {@code sluice uninstall}. */
public final class RemoveCommands {

  private static final int FAILED = 1;

  private static final Setting<Optional<String>> KAFKA =
      Setting.text("kafka", "HOST:PORT", "Kafka's address, with --kafka-properties").optional();
  private static final Setting<Optional<Map<String, String>>> ADMIN =
      Setting.of(
              "kafka-properties",
              "PATH",
              "a Java properties file with the client settings of an administrator of Kafka, who"
                  + " then deletes the user and its ACLs",
              path -> KafkaSettings.KAFKA_PROPERTIES.parser().apply(List.of(path)).orElseThrow())
          .optional();
  private static final Setting<List<Map.Entry<ClusterName, String>>> WORKERS =
      Setting.list(
          "worker",
          "CLUSTER=CONTEXT",
          "another cluster, whose worker is removed first",
          RemoveCommands::worker);

  private final SettingValues values;
  private final PrintStream out;

  private RemoveCommands(SettingValues values, PrintStream out) {
    this.values = values;
    this.out = out;
  }

  public static Command clusterRemove(PrintStream out) {
    return new Command(
        "cluster remove",
        "Removes a cluster: its Cluster document, its worker with all that the worker has written"
            + " for itself, and the worker's Kafka user. The objects of applications stay.",
        List.of(
            InstallSettings.CONTEXT,
            InstallSettings.KUBECONFIG,
            InstallSettings.NAMESPACE,
            InstallSettings.INSTALLATION,
            ClusterCommands.FLEET,
            KAFKA,
            KafkaSettings.TOPIC_PREFIX,
            ADMIN,
            InstallSettings.KAFKA_SECRET,
            InstallSettings.DRY_RUN,
            InstallSettings.WAIT),
        Optional.of(ClusterCommands.NAME),
        values -> new RemoveCommands(values, out).removeCluster());
  }

  public static Command uninstall(PrintStream out) {
    return new Command(
        "uninstall",
        "Removes what install and cluster add have made. The objects of applications stay, and so"
            + " do Kafka's topics.",
        List.of(
            InstallSettings.CONTEXT,
            InstallSettings.KUBECONFIG,
            InstallSettings.NAMESPACE,
            InstallSettings.INSTALLATION,
            WORKERS,
            KAFKA,
            KafkaSettings.TOPIC_PREFIX,
            ADMIN,
            InstallSettings.KAFKA_SECRET,
            InstallSettings.DRY_RUN,
            InstallSettings.WAIT),
        values -> new RemoveCommands(values, out).uninstall());
  }

  /** An installation in a cluster, found to be the one that the command names. */
  private record Found(String context, Parts parts, String user) {}

  private int removeCluster() throws IOException, InterruptedException {
    ClusterName cluster = values.get(ClusterCommands.NAME);
    Found worker = findWorker(cluster, InstallSettings.context(values));
    checkAdmin();
    boolean isDryRun = values.get(InstallSettings.DRY_RUN);
    if (values.get(ClusterCommands.FLEET).isPresent()) {
      // first, so that the dispatcher sends nothing more
      out.println(
          new FleetCluster(values.get(ClusterCommands.FLEET).get(), cluster).remove(isDryRun));
    } else {
      out.printf(
          "Remove the Cluster document %s from the fleet, but not its applications' manifests.%n",
          cluster);
    }
    remove(worker);
    out.printf("The topic %s stays, with the history of the cluster.%n", topics().sync(cluster));
    return 0;
  }

  private int uninstall() throws InterruptedException {
    List<Found> all = new ArrayList<>();
    for (Map.Entry<ClusterName, String> worker : values.get(WORKERS)) {
      all.add(findWorker(worker.getKey(), worker.getValue()));
    }
    all.add(findHub(InstallSettings.context(values)));
    checkAdmin();
    for (Found found : all) {
      remove(found);
    }
    sayWhatIsLeft(all);
    return 0;
  }

  private Found findWorker(ClusterName cluster, String context) {
    LiveInstallation live = find(context);
    if (live.hasHub()) {
      throw new ExitException(
          FAILED,
          "the namespace %s of the context %s has the dispatcher: its worker goes with 'sluice uninstall'"
              .formatted(live.namespace(), context));
    }
    live.require(
        context, cluster.value(), values.get(InstallSettings.INSTALLATION), topics().prefix());
    return new Found(context, Parts.WORKER, ClusterCommands.user(topics(), cluster));
  }

  private Found findHub(String context) {
    LiveInstallation live = find(context);
    if (!live.hasHub()) {
      throw new ExitException(
          FAILED,
          "the namespace %s of the context %s has a worker only: 'sluice cluster remove %s' removes it"
              .formatted(live.namespace(), context, live.setting("cluster", "this")));
    }
    live.require(context, values.get(InstallSettings.INSTALLATION), topics().prefix());
    return new Found(context, Parts.ALL, InstallCommand.user(topics()));
  }

  private LiveInstallation find(String context) {
    String namespace = values.get(InstallSettings.NAMESPACE);
    try (KubernetesClient client = connect(context)) {
      LiveInstallation live = LiveInstallation.read(client, namespace);
      if (live.settings().isEmpty()) {
        throw new ExitException(
            FAILED,
            "the namespace %s of the context %s has no ConfigMap with Sluice's settings, so nothing is removed: correct --context or --namespace"
                .formatted(namespace, context));
      }
      return live;
    }
  }

  private KubernetesClient connect(String context) {
    return ClusterAccess.connectTo(values.get(InstallSettings.KUBECONFIG), context);
  }

  private void remove(Found found) throws InterruptedException {
    out.printf("In the context %s:%n", found.context());
    try (KubernetesClient client = connect(found.context())) {
      ClusterObjects cluster =
          new ClusterObjects(client, values.get(InstallSettings.DRY_RUN), /* force= */ false, out);
      ObjectNames names =
          new ObjectNames(
              values.get(InstallSettings.NAMESPACE),
              values.get(InstallSettings.INSTALLATION),
              madeSecret(),
              Optional.empty());
      Removal removal = new Removal(cluster, names, found.parts(), out);
      removal.stop(values.get(InstallSettings.WAIT));
      deleteUser(found.user());
      removal.deleteRest(LiveInstallation.read(client, names.namespace()));
    }
  }

  /** Checks the access to Kafka before anything is removed. */
  private void checkAdmin() throws InterruptedException {
    if (values.get(ADMIN).isEmpty()) {
      return;
    }
    if (values.get(KAFKA).isEmpty()) {
      throw new ExitException(
          InstallSettings.WRONG_USAGE, "--kafka-properties needs the address: --kafka HOST:PORT");
    }
    try (Admin admin = Admin.create(connection())) {
      KafkaAccount.users(admin);
    }
  }

  private void sayWhatIsLeft(List<Found> removed) throws InterruptedException {
    Topics topics = topics();
    if (values.get(ADMIN).isPresent()) {
      String workers = topics.prefix() + "-worker-";
      try (Admin admin = Admin.create(connection())) {
        KafkaAccount.users(admin).stream()
            .filter(user -> user.startsWith(workers))
            .filter(user -> removed.stream().noneMatch(found -> found.user().equals(user)))
            .forEach(
                user ->
                    out.printf(
                        "left      Kafka user %s: its worker may still run; 'sluice cluster remove"
                            + " %s' removes both%n",
                        user, user.substring(workers.length())));
      }
    } else {
      out.println(
          "left      workers of clusters that no --worker names, if there are any, and the Kafka"
              + " users");
    }
    out.printf(
        "The topics %s.* stay, with the history: kafka-topics.sh --delete --topic '%s\\..*' deletes"
            + " them.%n",
        topics.prefix(), topics.prefix());
  }

  /** Returns the Secret that {@code cluster add} has made; empty if somebody else has made it. */
  private Optional<String> madeSecret() {
    return values.get(ADMIN).flatMap(_ -> KafkaSetup.secretName(values));
  }

  private void deleteUser(String user) throws InterruptedException {
    if (values.get(ADMIN).isEmpty()) {
      return;
    }
    try (Admin admin = Admin.create(connection())) {
      KafkaAccount account = new KafkaAccount(admin, user);
      if (values.get(InstallSettings.DRY_RUN)) {
        out.printf("would be deleted Kafka user %s with its ACLs%n", user);
      } else if (account.delete()) {
        out.printf("deleted   Kafka user %s with its ACLs%n", user);
      }
    }
  }

  private Map<String, Object> connection() {
    return new KafkaConnection(
            values.get(KAFKA).orElseThrow(), topics(), values.get(ADMIN).orElseThrow())
        .admin();
  }

  private Topics topics() {
    return new Topics(values.get(KafkaSettings.TOPIC_PREFIX));
  }

  private static Map.Entry<ClusterName, String> worker(String text) {
    int equals = text.indexOf('=');
    if (equals < 1 || equals == text.length() - 1) {
      throw new IllegalArgumentException("expected CLUSTER=CONTEXT");
    }
    return Map.entry(new ClusterName(text.substring(0, equals)), text.substring(equals + 1));
  }
}
