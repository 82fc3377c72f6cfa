package dev.sluice.standalone.install;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.platform.kafka.PartPermissions;
import dev.sluice.platform.kafka.Topics;
import dev.sluice.standalone.cli.Command;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.install.Installation.Parts;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** {@code sluice cluster add}: the worker of a cluster, with a Kafka user of its own. */
public final class ClusterCommands {

  static final Setting<ClusterName> NAME =
      Setting.of("cluster", "NAME", "name of the cluster in the fleet", ClusterName::new);
  static final Setting<Optional<Path>> FLEET =
      Setting.path("fleet", "directory with the fleet, in which the Cluster document is")
          .optional();
  private static final Setting<List<Map.Entry<String, String>>> LABELS =
      Setting.list(
          "label", "NAME=VALUE", "a label of the cluster in the fleet", ClusterCommands::label);

  private final SettingValues values;
  private final PrintStream out;
  private final PrintStream err;

  private ClusterCommands(SettingValues values, PrintStream out, PrintStream err) {
    this.values = values;
    this.out = out;
    this.err = err;
  }

  /** Returns the command whose subcommands are the others. */
  public static Command group() {
    return new Command(
        "cluster",
        "Adds clusters to the fleet and removes them: see its subcommands add and remove.",
        List.of(),
        _ -> {
          throw new ExitException(
              InstallSettings.WRONG_USAGE,
              "a subcommand is missing: sluice cluster add NAME, or sluice cluster remove NAME");
        });
  }

  public static Command add(PrintStream out, PrintStream err) {
    return new Command(
        "cluster add",
        "Adds a cluster: makes a Kafka user for its worker, applies the worker's objects there, or"
            + " prints them for a Git repository, and writes or prints the Cluster document of the"
            + " fleet.",
        InstallSettings.of(FLEET, LABELS),
        Optional.of(NAME),
        values -> new ClusterCommands(values, out, err).add());
  }

  /** Returns the Kafka user of a cluster's worker. */
  static String user(Topics topics, ClusterName cluster) {
    return "%s-worker-%s".formatted(topics.prefix(), cluster);
  }

  private int add() throws IOException, InterruptedException {
    ClusterName cluster = values.get(NAME);
    Topics topics = new Topics(values.get(KafkaSettings.TOPIC_PREFIX));
    String user = user(topics, cluster);
    KafkaSetup kafka =
        new KafkaSetup(values, user, PartPermissions.worker(topics, cluster, user), out);
    if (values.get(KafkaSetup.PRINT_ACLS)) {
      kafka.printCommands();
      return 0;
    }
    Deployment deployment = new Deployment(values, installation(cluster), kafka, out, err);
    if (values.get(InstallSettings.PRINT)) {
      deployment.print();
      addToFleet(cluster, err);
      return 0;
    }
    deployment.apply(List.of());
    addToFleet(cluster, out);
    return 0;
  }

  private Installation installation(ClusterName cluster) {
    Map<String, JsonNode> settings = InstallSettings.sluiceSettings(values);
    settings.put("cluster", TextNode.valueOf(cluster.value()));
    return new Installation(
        Parts.WORKER,
        new ObjectNames(
            InstallSettings.namespace(values),
            values.get(InstallSettings.INSTALLATION),
            KafkaSetup.secretName(values),
            Optional.empty()),
        values.get(InstallSettings.RIGHTS),
        values.get(InstallSettings.IMAGE),
        settings,
        Map.of());
  }

  private void addToFleet(ClusterName cluster, PrintStream to) throws IOException {
    Map<String, String> labels = new TreeMap<>();
    values.get(LABELS).forEach(label -> labels.put(label.getKey(), label.getValue()));
    Optional<Path> fleet = values.get(FLEET);
    if (fleet.isPresent()) {
      to.println(
          new FleetCluster(fleet.get(), cluster)
              .add(
                  labels,
                  values.get(InstallSettings.DRY_RUN) || values.get(InstallSettings.PRINT)));
      return;
    }
    to.println();
    to.println("Add this document to the fleet; the worker waits for it:");
    to.print("---\n" + FleetCluster.document(cluster, labels));
  }

  private static Map.Entry<String, String> label(String text) {
    int equals = text.indexOf('=');
    if (equals < 1) {
      throw new IllegalArgumentException("expected NAME=VALUE");
    }
    return Map.entry(text.substring(0, equals), text.substring(equals + 1));
  }
}
