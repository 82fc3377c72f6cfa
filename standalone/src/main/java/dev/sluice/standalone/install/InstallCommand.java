package dev.sluice.standalone.install;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.dispatcher.fleet.FleetLoader;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.platform.kafka.PartPermissions;
import dev.sluice.platform.kafka.Topics;
import dev.sluice.standalone.cli.Command;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.install.Deployment.NeededSecret;
import dev.sluice.standalone.install.Installation.Parts;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AclBinding;

/** {@code sluice install}: the receiver, the dispatcher and the worker of a cluster. */
public final class InstallCommand {

  private static final int FAILED = 1;
  private static final String IN_GIT = "git+";

  /** Maximum size of a fleet in a ConfigMap in bytes; names and metadata need the rest of 1 MiB. */
  private static final int MAX_BYTES = 1_000_000;

  private static final Setting<ClusterName> CLUSTER =
      Setting.of("cluster", "NAME", "name of this cluster in the fleet", ClusterName::new)
          .or("this");
  private static final Setting<Boolean> WITHOUT_WORKER =
      Setting.flag("without-worker", "install no worker: the cluster only has the other parts");
  static final Setting<Optional<String>> FLEET =
      Setting.text(
              "fleet",
              "PATH|git+URL[//PATH][@REF]",
              "the fleet: a directory, whose files become a ConfigMap, or a Git repository"
                  + " (default: a fleet with this cluster only)")
          .optional();
  private static final Setting<List<String>> ENDPOINTS =
      Setting.list(
          "webhook-endpoint",
          "name=N,forge=F,...",
          "a webhook endpoint, with its secret as file:/etc/sluice/webhooks/KEY (default: github,"
              + " with the key github)",
          text -> text);
  static final Setting<String> WEBHOOK_SECRET =
      Setting.text(
              "webhook-secret", "NAME", "Secret with a key for the secret of each webhook endpoint")
          .or("sluice-webhooks");

  private final SettingValues values;
  private final PrintStream out;
  private final PrintStream err;

  private InstallCommand(SettingValues values, PrintStream out, PrintStream err) {
    this.values = values;
    this.out = out;
    this.err = err;
  }

  public static Command command(PrintStream out, PrintStream err) {
    return new Command(
        "install",
        "Installs Sluice in a Kubernetes cluster: receiver, dispatcher and a worker, the objects of"
            + " k8s/base. Applies them, or prints them for a Git repository.",
        InstallSettings.of(CLUSTER, WITHOUT_WORKER, FLEET, ENDPOINTS, WEBHOOK_SECRET),
        values -> new InstallCommand(values, out, err).run());
  }

  /** Returns the Kafka user of receiver, dispatcher and their cluster's worker. */
  static String user(Topics topics) {
    return topics.prefix() + "-hub";
  }

  private int run() throws IOException, InterruptedException {
    Topics topics = new Topics(values.get(KafkaSettings.TOPIC_PREFIX));
    String user = user(topics);
    KafkaSetup kafka = new KafkaSetup(values, user, permissions(topics, user), out);
    if (values.get(KafkaSetup.PRINT_ACLS)) {
      kafka.printCommands();
      return 0;
    }
    Deployment deployment = new Deployment(values, installation(), kafka, out, err);
    if (values.get(InstallSettings.PRINT)) {
      deployment.print();
      return 0;
    }
    deployment.apply(List.of(new NeededSecret(values.get(WEBHOOK_SECRET), "github")));
    if (!values.get(InstallSettings.DRY_RUN)) {
      sayWhatIsNext();
    }
    return 0;
  }

  private List<AclBinding> permissions(Topics topics, String user) {
    return Stream.of(
            PartPermissions.receiver(topics, user),
            PartPermissions.dispatcher(topics, user),
            values.get(WITHOUT_WORKER)
                ? List.<AclBinding>of()
                : PartPermissions.worker(topics, values.get(CLUSTER), user))
        .flatMap(List::stream)
        .distinct()
        .toList();
  }

  private Installation installation() throws IOException {
    Map<String, JsonNode> settings = InstallSettings.sluiceSettings(values);
    settings.put("cluster", TextNode.valueOf(values.get(CLUSTER).value()));
    Optional<String> fleet = values.get(FLEET);
    fleet
        .filter(text -> text.startsWith(IN_GIT))
        .ifPresent(url -> settings.put("fleet", TextNode.valueOf(url)));
    if (!values.get(ENDPOINTS).isEmpty()) {
      ArrayNode endpoints = JsonNodeFactory.instance.arrayNode();
      values.get(ENDPOINTS).forEach(endpoints::add);
      settings.put("webhook-endpoint", endpoints);
    }
    Optional<Path> directory = fleet.filter(text -> !text.startsWith(IN_GIT)).map(Path::of);
    return new Installation(
        values.get(WITHOUT_WORKER) ? Parts.HUB : Parts.ALL,
        new ObjectNames(
            InstallSettings.namespace(values),
            values.get(InstallSettings.INSTALLATION),
            KafkaSetup.secretName(values),
            Optional.of(values.get(WEBHOOK_SECRET))),
        values.get(InstallSettings.RIGHTS),
        values.get(InstallSettings.IMAGE),
        settings,
        directory.isPresent() ? files(directory.get()) : clusterOnly());
  }

  /** Returns a fleet with this cluster; empty if it is that of k8s/base. */
  private Map<String, String> clusterOnly() {
    ClusterName cluster = values.get(CLUSTER);
    return values.isGiven(CLUSTER)
        ? Map.of("clusters.yaml", FleetCluster.document(cluster, Map.of()))
        : Map.of();
  }

  /** Returns the files that the dispatcher would read in the directory. */
  private static Map<String, String> files(Path directory) throws IOException {
    Map<String, String> files = new TreeMap<>();
    long size = 0;
    for (String name : FleetLoader.files(directory)) {
      if (name.contains("/")) {
        throw new ExitException(
            FAILED,
            "%s in the fleet %s is in a subdirectory, which a ConfigMap cannot have: move it, or use a fleet in Git (--fleet git+URL)"
                .formatted(name, directory));
      }
      String text = Files.readString(directory.resolve(name));
      size += text.getBytes(UTF_8).length;
      files.put(name, text);
    }
    if (files.isEmpty()) {
      throw new ExitException(
          FAILED, "%s has no file of a fleet: *.yaml or *.yml".formatted(directory));
    }
    if (size > MAX_BYTES) {
      throw new ExitException(
          FAILED,
          "the fleet %s is larger than a ConfigMap may be (1 MiB): use a fleet in Git (--fleet git+URL)"
              .formatted(directory));
    }
    return files;
  }

  private void sayWhatIsNext() {
    String namespace = values.get(InstallSettings.NAMESPACE);
    String context = values.get(InstallSettings.CONTEXT).orElseThrow();
    out.printf(
        """

        Sluice is installed. Next:
          see it:          kubectl --context %1$s -n %2$s exec sluice-dispatcher-0 -c dispatcher -- sluice status
          webhooks:        expose the Service %2$s/sluice-receiver with TLS, path /webhooks/ (k8s/README.md)
          other clusters:  sluice cluster add NAME --context CONTEXT --kafka HOST:PORT
          from Git:        sluice install --print, with the same options, prints the objects for a repository
        """,
        context, namespace);
  }
}
