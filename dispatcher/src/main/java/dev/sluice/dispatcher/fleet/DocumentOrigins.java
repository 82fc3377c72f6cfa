package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.ChangeEvent.FleetEvent;
import dev.sluice.contract.event.OneLine;
import dev.sluice.contract.fleet.DefinitionChange;
import dev.sluice.contract.fleet.DocumentOrigin;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.inputs.git.FileCommit;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Descriptions of where the documents that events are about come from. */
final class DocumentOrigins {

  private DocumentOrigins() {}

  /** Reader of the newest commits that changed files or directories of a repository. */
  interface Histories {
    Map<String, FileCommit> commits(RepositoryId repository, CommitId commit, Set<String> paths);
  }

  /**
   * Returns the events with descriptions of the files that they name.
   *
   * @param histories of the repositories that generators and includes read
   */
  static List<FleetEvent> describe(List<FleetEvent> events, FleetInput input, Histories histories) {
    return generated(ofFleet(events, input), histories);
  }

  private static List<FleetEvent> generated(List<FleetEvent> events, Histories histories) {
    Map<RepositoryId, Map<CommitId, Set<String>>> paths = new HashMap<>();
    events.stream()
        .flatMap(DocumentOrigins::change)
        .flatMap(change -> change.documents().stream())
        .filter(DocumentOrigin.Committed.class::isInstance)
        .map(DocumentOrigin.Committed.class::cast)
        .forEach(
            one ->
                one.repository()
                    .ifPresent(
                        repository ->
                            paths
                                .computeIfAbsent(repository, _ -> new HashMap<>())
                                .computeIfAbsent(one.commit(), _ -> new HashSet<>())
                                .add(one.file())));
    if (paths.isEmpty()) {
      return events;
    }
    Map<DocumentOrigin, DocumentOrigin> described = new HashMap<>();
    paths.forEach(
        (repository, commits) ->
            commits.forEach(
                (commit, files) ->
                    histories
                        .commits(repository, commit, files)
                        .forEach(
                            (file, found) ->
                                described.put(
                                    unread(file, commit, repository),
                                    committed(file, found, Optional.of(repository))))));
    UnaryOperator<DocumentOrigin> description = one -> described.getOrDefault(one, one);
    return events.stream().map(event -> described(event, description)).toList();
  }

  private static List<FleetEvent> ofFleet(List<FleetEvent> events, FleetInput input) {
    Set<String> files =
        events.stream()
            .flatMap(DocumentOrigins::change)
            .flatMap(change -> change.documents().stream())
            .filter(DocumentOrigin.Unversioned.class::isInstance)
            .map(DocumentOrigin::file)
            .collect(Collectors.toSet());
    if (files.isEmpty()) {
      return events;
    }
    Map<String, DocumentOrigin> origins = input.origins(files);
    UnaryOperator<DocumentOrigin> description =
        document ->
            document instanceof DocumentOrigin.Unversioned
                ? origins.getOrDefault(document.file(), document)
                : document;
    return events.stream().map(event -> described(event, description)).toList();
  }

  /**
   * Returns a file or directory of another repository than the fleet's, without the author and the
   * subject, which are not read yet.
   */
  static DocumentOrigin unread(String file, CommitId commit, RepositoryId repository) {
    return new DocumentOrigin.Committed(
        file, commit, Optional.empty(), Optional.empty(), Instant.EPOCH, Optional.of(repository));
  }

  /** Returns the description of a file that a commit has. */
  static DocumentOrigin committed(String file, FileCommit found) {
    return committed(file, found, Optional.empty());
  }

  private static DocumentOrigin committed(
      String file, FileCommit found, Optional<RepositoryId> repository) {
    return new DocumentOrigin.Committed(
        file,
        found.commit(),
        Optional.of(found).filter(FileCommit::changed).flatMap(one -> OneLine.name(one.author())),
        Optional.of(found)
            .filter(FileCommit::changed)
            .flatMap(one -> OneLine.subject(one.message())),
        found.at(),
        repository);
  }

  private static Stream<DefinitionChange> change(FleetEvent event) {
    return switch (event) {
      case ChangeEvent.DefinitionAccepted accepted -> accepted.change().stream();
      case ChangeEvent.DefinitionRemoved removed -> removed.change().stream();
      case ChangeEvent.ReadersAccepted _ -> Stream.empty();
    };
  }

  private static FleetEvent described(FleetEvent event, UnaryOperator<DocumentOrigin> description) {
    return switch (event) {
      case ChangeEvent.DefinitionAccepted accepted ->
          accepted.withChange(accepted.change().map(change -> change.withDocuments(description)));
      case ChangeEvent.DefinitionRemoved removed ->
          removed.withChange(removed.change().map(change -> change.withDocuments(description)));
      case ChangeEvent.ReadersAccepted readers -> readers;
    };
  }
}
