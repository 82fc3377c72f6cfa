package dev.sluice.standalone;

import dev.sluice.contract.name.ClusterName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The fleet of a test in one file, which is written at every change. */
final class FleetFile {

  private final Path file;
  private final StringBuilder documents = new StringBuilder();

  private FleetFile(Path file) {
    this.file = file;
  }

  /** Creates a fleet with these clusters and a repository {@code apps}. */
  static FleetFile create(
      Path directory, String repositoryUrl, String identity, Collection<ClusterName> clusters)
      throws IOException {
    FleetFile fleet = new FleetFile(Files.createDirectories(directory).resolve("fleet.yaml"));
    fleet.document(
        """
        apiVersion: sluice.dev/v1
        kind: Repository
        metadata: {name: apps}
        spec: {url: "%s", identity: %s}
        """
            .formatted(repositoryUrl, identity));
    for (ClusterName cluster : clusters) {
      fleet.document(
          """
          apiVersion: sluice.dev/v1
          kind: Cluster
          metadata: {name: %s}
          """
              .formatted(cluster));
    }
    return fleet;
  }

  /** Adds an application with a path of the repository as its source. */
  void application(String name, String path, String namespace, ClusterName... clusters)
      throws IOException {
    document(
        """
        apiVersion: sluice.dev/v1
        kind: Application
        metadata: {name: %s}
        spec:
          source: {repository: apps, path: %s}
          clusters: {names: %s}
          namespace: %s
        """
            .formatted(name, path, List.of(clusters), namespace));
  }

  /** Renames an application. */
  void rename(String from, String to) throws IOException {
    replace("metadata: {name: %s}".formatted(from), "metadata: {name: %s}".formatted(to));
  }

  /** Replaces text in all documents. */
  void replace(String from, String to) throws IOException {
    String changed = documents.toString().replace(from, to);
    documents.setLength(0);
    documents.append(changed);
    Files.writeString(file, documents);
  }

  /** Removes applications, all at once. */
  void remove(String... names) throws IOException {
    String left =
        Stream.of(documents.toString().split("---\n"))
            .filter(
                document ->
                    Stream.of(names)
                        .noneMatch(
                            name -> document.contains("metadata: {name: %s}".formatted(name))))
            .collect(Collectors.joining("---\n"));
    documents.setLength(0);
    documents.append(left);
    Files.writeString(file, documents);
  }

  /** Adds a document. */
  void document(String yaml) throws IOException {
    documents.append("---\n").append(yaml);
    Files.writeString(file, documents);
  }
}
