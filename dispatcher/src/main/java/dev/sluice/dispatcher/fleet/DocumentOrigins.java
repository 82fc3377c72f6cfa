package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.ChangeEvent.FleetEvent;
import dev.sluice.contract.event.OneLine;
import dev.sluice.contract.fleet.DefinitionChange;
import dev.sluice.contract.fleet.DocumentOrigin;
import dev.sluice.inputs.git.FileCommit;
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

  /** Returns the events with descriptions of the files that they name. */
  static List<FleetEvent> describe(List<FleetEvent> events, FleetInput input) {
    Set<String> files =
        events.stream()
            .flatMap(DocumentOrigins::change)
            .flatMap(change -> change.documents().stream())
            .map(DocumentOrigin::file)
            .collect(Collectors.toSet());
    if (files.isEmpty()) {
      return events;
    }
    Map<String, DocumentOrigin> origins = input.origins(files);
    UnaryOperator<DocumentOrigin> description =
        document -> origins.getOrDefault(document.file(), document);
    return events.stream().map(event -> described(event, description)).toList();
  }

  /** Returns the description of a file that a commit has. */
  static DocumentOrigin committed(String file, FileCommit found) {
    return new DocumentOrigin.Committed(
        file,
        found.commit(),
        Optional.of(found).filter(FileCommit::changed).flatMap(one -> OneLine.name(one.author())),
        Optional.of(found)
            .filter(FileCommit::changed)
            .flatMap(one -> OneLine.subject(one.message())),
        found.at());
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
