package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.Project;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.RepositoryId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Valid documents of a reading of the fleet.
 *
 * @param applications those of generated ones are the documents of their sets
 * @param sets by name, with the commits that they read
 */
record FleetDocuments(
    Map<ApplicationName, Document> applications,
    Map<RepositoryId, Document> repositories,
    Map<ClusterName, Document> clusters,
    Map<String, Document> projects,
    Map<String, SetDocument> sets) {

  static final FleetDocuments NONE =
      new FleetDocuments(Map.of(), Map.of(), Map.of(), Map.of(), Map.of());

  /** Files that a change names at most. */
  private static final int MOST_FILES = 10;

  FleetDocuments {
    applications = Map.copyOf(applications);
    repositories = Map.copyOf(repositories);
    clusters = Map.copyOf(clusters);
    projects = Map.copyOf(projects);
    sets = Map.copyOf(sets);
  }

  /**
   * The document of an ApplicationSet.
   *
   * @param read by repository, the commit that generators read
   */
  record SetDocument(Document document, Map<RepositoryId, CommitId> read) {
    SetDocument {
      read = Map.copyOf(read);
    }
  }

  /**
   * Place and content of a document.
   *
   * @param file relative to the fleet's directory
   * @param digest of the content, whatever its layout
   * @param selects whether it selects clusters by labels
   * @param element of a generated application: the path in a repository that it is generated for
   */
  record Document(String file, String digest, boolean selects, Optional<String> element) {

    /** Returns it as that of an application that is generated for a path. */
    Document generatedFor(Optional<String> path) {
      return new Document(file, digest, selects, path);
    }
  }

  /**
   * Returns the files whose documents about an application differ from those of an earlier reading:
   * its own document, and those of its repositories, clusters and project. A removed document
   * counts, too.
   */
  List<String> changedSince(FleetDocuments before, Optional<Definition> old, Definition now) {
    List<Definition> both = Stream.concat(Stream.of(now), old.stream()).toList();
    Set<String> files = new LinkedHashSet<>();
    addChanged(files, Stream.of(now.application()), before.applications, applications);
    addChanged(files, all(both, FleetDocuments::repositories), before.repositories, repositories);
    addChanged(files, all(both, FleetDocuments::clusters), before.clusters, clusters);
    addChanged(files, all(both, FleetDocuments::project), before.projects, projects);
    return files.stream().limit(MOST_FILES).toList();
  }

  private static <K> void addChanged(
      Set<String> files, Stream<K> keys, Map<K, Document> before, Map<K, Document> now) {
    keys.distinct()
        .forEach(
            key -> {
              Optional<Document> old = Optional.ofNullable(before.get(key));
              Optional<Document> current = Optional.ofNullable(now.get(key));
              boolean isSame = old.map(Document::digest).equals(current.map(Document::digest));
              if (!isSame) {
                current.or(() -> old).map(Document::file).ifPresent(files::add);
              }
            });
  }

  private static <K> Stream<K> all(
      List<Definition> definitions, Function<Definition, Stream<K>> keys) {
    return definitions.stream().flatMap(keys);
  }

  private static Stream<RepositoryId> repositories(Definition definition) {
    return Stream.concat(
        definition.sources().stream().map(SourceSpec::repository),
        definition.remote().stream()
            .flatMap(remote -> remote.bases().stream())
            .map(RemotePolicy.Base::repository));
  }

  private static Stream<ClusterName> clusters(Definition definition) {
    return definition.clusters().stream().map(ClusterTarget::name);
  }

  private static Stream<String> project(Definition definition) {
    return Stream.of(definition.spec().project().map(Project::name).orElse(Project.DEFAULT));
  }
}
