package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.fleet.FleetRepository;
import dev.sluice.contract.fleet.RepositoryPath;
import dev.sluice.contract.name.GitRef;
import dev.sluice.dispatcher.generate.GeneratorSource;
import java.util.Map;
import java.util.Optional;

/**
 * A valid {@code FleetInclude} document.
 *
 * @param name of the include
 * @param repository name of the Repository
 * @param source the ref that is followed
 * @param path of the directory in the repository; empty for its root
 * @param project that bounds the applications
 */
record IncludeDocument(
    String name,
    String repository,
    GeneratorSource source,
    String path,
    DeclaredProject project,
    SetPolicy policy) {

  /** Reads a document; empty if it has problems. */
  static Optional<IncludeDocument> read(
      DocumentHeader header, Map<String, FleetRepository> repositories, ProjectDocuments projects) {
    header.metadata().refuseUnknown();
    Fields spec = header.spec();
    Optional<FleetRepository> repository =
        spec.required(
            "repository",
            FleetRule.UNKNOWN_REFERENCE,
            text -> GeneratorDocument.known(repositories, text));
    Optional<GitRef> ref = RefField.single(spec);
    Optional<String> path = spec.text("path", RepositoryPath::of);
    Optional<DeclaredProject> project =
        spec.required("project", FleetRule.UNKNOWN_REFERENCE, projects::named);
    SetPolicy policy = spec.fields("policy").map(SetPolicy::read).orElse(SetPolicy.DEFAULT);
    spec.refuseUnknown();
    if (!header.document().isValid()) {
      return Optional.empty();
    }
    FleetRepository found = repository.orElseThrow();
    return Optional.of(
        new IncludeDocument(
            header.name().orElseThrow(),
            found.name(),
            GeneratorSource.of(found, ref.orElse(GitRef.branch("main"))),
            path.orElse(""),
            project.orElseThrow(),
            policy));
  }

  /** Returns the directory for messages, such as {@code team-a-deploy//fleet}. */
  String location() {
    return prefix() + path;
  }

  /** Returns the beginning of the names of files, before their paths in the repository. */
  String prefix() {
    return repository + "//";
  }
}
