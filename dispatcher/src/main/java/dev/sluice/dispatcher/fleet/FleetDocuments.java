package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.DocumentOrigin;
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
 * @param includes by name
 */
record FleetDocuments(
    Map<ApplicationName, Document> applications,
    Map<RepositoryId, Document> repositories,
    Map<ClusterName, Document> clusters,
    Map<String, Document> projects,
    Map<String, SetDocument> sets,
    Map<String, Include> includes) {

  static final FleetDocuments NONE =
      new FleetDocuments(Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), Map.of());

  /** Files that a change names at most. */
  private static final int MOST_FILES = 10;

  FleetDocuments {
    applications = Map.copyOf(applications);
    repositories = Map.copyOf(repositories);
    clusters = Map.copyOf(clusters);
    projects = Map.copyOf(projects);
    sets = Map.copyOf(sets);
    includes = Map.copyOf(includes);
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

  /** A commit of a repository that a FleetInclude reads. */
  record InRepository(RepositoryId repository, CommitId commit) {}

  /**
   * The document of a FleetInclude.
   *
   * @param file relative to the fleet's directory
   * @param read empty if its repository could not be read
   */
  record Include(String file, Optional<InRepository> read) {}

  /**
   * Place and content of a document.
   *
   * @param file relative to the fleet's directory, or to the root of another repository
   * @param digest of the content, whatever its layout
   * @param selects whether it selects clusters by labels
   * @param element of a generated application: the path in a repository that it is generated for
   * @param in the other repository; empty for the fleet's own documents
   */
  record Document(
      String file,
      String digest,
      boolean selects,
      Optional<String> element,
      Optional<InRepository> in) {

    /** Returns it as that of an application that is generated for a path. */
    Document generatedFor(Optional<String> path) {
      return new Document(file, digest, selects, path, in);
    }

    /**
     * Returns it as a document of another repository.
     *
     * @param path in the repository
     */
    Document in(String path, InRepository repository) {
      return new Document(path, digest, selects, element, Optional.of(repository));
    }

    /** Returns its file, without what only the repository has. */
    DocumentOrigin origin() {
      return in.map(other -> DocumentOrigins.unread(file, other.commit(), other.repository()))
          .orElseGet(
              () -> new DocumentOrigin.Unversioned(file, Optional.empty(), Optional.empty()));
    }
  }

  /**
   * Returns where a document of an application was removed: in the repository of its FleetInclude
   * at the commit that was read last, or in the document of the include if that is removed.
   *
   * @param before the documents of the reading that had it
   */
  Optional<DocumentOrigin> removal(Definition old, FleetDocuments before) {
    Optional<Document> document = Optional.ofNullable(before.applications.get(old.application()));
    Optional<Include> include = old.includedBy().map(includes::get);
    if (old.includedBy().isEmpty()) {
      return document.map(Document::origin);
    }
    if (include.isEmpty()) {
      return old.includedBy()
          .map(before.includes::get)
          .map(
              one ->
                  new DocumentOrigin.Unversioned(one.file(), Optional.empty(), Optional.empty()));
    }
    return document.map(
        one -> include.get().read().map(at -> one.in(one.file(), at)).orElse(one).origin());
  }

  /**
   * Returns the files, without what only repositories have, whose documents about an application
   * differ from those of an earlier reading: its own document, and those of its repositories,
   * clusters and project. A removed document counts, too.
   */
  List<DocumentOrigin> changedSince(
      FleetDocuments before, Optional<Definition> old, Definition now) {
    List<Definition> both = Stream.concat(Stream.of(now), old.stream()).toList();
    Set<DocumentOrigin> files = new LinkedHashSet<>();
    addChanged(files, Stream.of(now.application()), before.applications, applications);
    addChanged(files, all(both, FleetDocuments::repositories), before.repositories, repositories);
    addChanged(files, all(both, FleetDocuments::clusters), before.clusters, clusters);
    addChanged(files, all(both, FleetDocuments::project), before.projects, projects);
    return files.stream().limit(MOST_FILES).toList();
  }

  private static <K> void addChanged(
      Set<DocumentOrigin> files, Stream<K> keys, Map<K, Document> before, Map<K, Document> now) {
    keys.distinct()
        .forEach(
            key -> {
              Optional<Document> old = Optional.ofNullable(before.get(key));
              Optional<Document> current = Optional.ofNullable(now.get(key));
              boolean isSame = old.map(Document::digest).equals(current.map(Document::digest));
              if (!isSame) {
                current.or(() -> old).map(Document::origin).ifPresent(files::add);
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
