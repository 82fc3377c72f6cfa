package dev.sluice.standalone.install;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.dispatcher.fleet.FleetLoader;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.worker.manifest.ManifestException;
import dev.sluice.worker.manifest.YamlDocument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
   * Writes the document, unless the fleet has the cluster. Changes no file that exists.
   *
   * @return what was done, for a person
   */
  String add(Map<String, String> labels, boolean isDryRun) throws IOException {
    if (!Files.isDirectory(directory)) {
      throw new ExitException(FAILED, "%s is no directory with a fleet".formatted(directory));
    }
    String text = document(name, labels);
    if (Files.exists(file()) && Files.readString(file()).equals(text)) {
      return "unchanged " + file();
    }
    if (Files.exists(file()) || isInFleet()) {
      return labels.isEmpty()
          ? "unchanged the fleet in %s, which has the cluster %s or its file"
              .formatted(directory, name)
          : "left      the fleet in %s, which has the cluster %s or its file: set the labels there"
              .formatted(directory, name);
    }
    if (isDryRun) {
      return "would be written " + file();
    }
    Files.writeString(file(), text);
    return "written   " + file();
  }

  /** Deletes the file if it has this document only; returns what was done, for a person. */
  String remove(boolean isDryRun) throws IOException {
    if (!Files.exists(file())) {
      return isInFleet()
          ? "left      the Cluster document %s in another file of %s: remove it there"
              .formatted(name, directory)
          : "absent    the cluster %s in %s".formatted(name, directory);
    }
    if (!hasOnlyThisDocument()) {
      return "left      %s, which has other documents too: remove the Cluster document %s there"
          .formatted(file(), name);
    }
    if (isDryRun) {
      return "would be deleted " + file();
    }
    Files.delete(file());
    return "deleted   " + file();
  }

  private boolean hasOnlyThisDocument() throws IOException {
    try {
      List<YamlDocument> documents =
          YamlDocument.readAll(Files.readString(file()), file().toString());
      return documents.size() == 1
          && documents.getFirst().content().path(ObjectNames.KIND).asText().equals("Cluster")
          && documents.getFirst().content().at("/metadata/name").asText().equals(name.value());
    } catch (ManifestException e) {
      return false;
    }
  }

  private boolean isInFleet() {
    return FleetLoader.read(directory).clusters().contains(name);
  }

  private Path file() {
    return directory.resolve("cluster-" + name + ".yaml");
  }
}
