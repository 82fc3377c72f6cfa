package dev.sluice.standalone.install;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.dispatcher.fleet.FleetLoader;
import dev.sluice.standalone.cli.ExitException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The document of a cluster in a directory with a fleet, in a file of its own. */
record FleetCluster(Path directory, ClusterName name) {

  private static final int FAILED = 1;

  /** Returns the document. */
  static String document(ClusterName name, Map<String, String> labels) {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document.put("apiVersion", "sluice.dev/v1").put(ObjectNames.KIND, "Cluster");
    ObjectNode metadata = document.putObject("metadata").put("name", name.value());
    if (!labels.isEmpty()) {
      ObjectNode all = metadata.putObject("labels");
      labels.forEach(all::put);
    }
    return Yaml.document(document);
  }

  /**
   * Writes the document, unless another file of the fleet has the cluster.
   *
   * @return what was done, for a person
   */
  String add(Map<String, String> labels, boolean isDryRun) throws IOException {
    if (!Files.isDirectory(directory)) {
      throw new ExitException(FAILED, "%s is no directory with a fleet".formatted(directory));
    }
    if (!Files.exists(file()) && isInFleet()) {
      return "unchanged the fleet in %s, which has the cluster %s".formatted(directory, name);
    }
    String text = document(name, labels);
    if (Files.exists(file()) && Files.readString(file()).equals(text)) {
      return "unchanged " + file();
    }
    if (isDryRun) {
      return "would be written " + file();
    }
    Files.writeString(file(), text);
    return "written   " + file();
  }

  /** Deletes the file of the document; returns what was done, for a person. */
  String remove(boolean isDryRun) throws IOException {
    if (Files.exists(file()) && isDryRun) {
      return "would be deleted " + file();
    }
    if (Files.deleteIfExists(file())) {
      return "deleted   " + file();
    }
    return isInFleet()
        ? "left      the Cluster document %s in another file of %s: remove it there"
            .formatted(name, directory)
        : "absent    the cluster %s in %s".formatted(name, directory);
  }

  private boolean isInFleet() {
    return FleetLoader.read(directory).clusters().contains(name);
  }

  private Path file() {
    return directory.resolve("cluster-" + name + ".yaml");
  }
}
