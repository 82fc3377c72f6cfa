package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.ChangeEvent.FleetEvent;
import dev.sluice.contract.event.OneLine;
import dev.sluice.contract.fleet.DefinitionChange;
import dev.sluice.contract.fleet.DocumentOrigin;
import dev.sluice.inputs.git.Checkout;
import dev.sluice.inputs.git.FileCommit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Descriptions of where files of the fleet come from, by Git or by the file system. */
final class DocumentOrigins {

  private static final Logger log = LoggerFactory.getLogger(DocumentOrigins.class);

  private final Path directory;

  DocumentOrigins(Path directory) {
    this.directory = directory;
  }

  /** Returns the events with descriptions of the files that they name. */
  List<FleetEvent> describe(List<FleetEvent> events) {
    Set<String> files =
        events.stream()
            .flatMap(DocumentOrigins::change)
            .flatMap(change -> change.documents().stream())
            .map(DocumentOrigin::file)
            .collect(Collectors.toSet());
    if (files.isEmpty()) {
      return events;
    }
    Map<String, DocumentOrigin> origins = of(files);
    UnaryOperator<DocumentOrigin> description =
        document -> origins.getOrDefault(document.file(), document);
    return events.stream().map(event -> described(event, description)).toList();
  }

  private Map<String, DocumentOrigin> of(Set<String> files) {
    Optional<Map<String, FileCommit>> commits = commits(files);
    return files.stream().collect(Collectors.toMap(file -> file, file -> of(file, commits)));
  }

  /** Returns the commits of the files; empty if the directory is no checkout. */
  private Optional<Map<String, FileCommit>> commits(Set<String> files) {
    try {
      Optional<Checkout> found = Checkout.of(directory);
      if (found.isEmpty()) {
        return Optional.empty();
      }
      try (Checkout checkout = found.get()) {
        return Optional.of(checkout.commits(files));
      }
    } catch (IOException | RuntimeException e) {
      // the definitions are as valid as without it
      log.atWarn()
          .addKeyValue("directory", directory)
          .setCause(e)
          .log("the commits of the fleet's files cannot be read, so its changes name no author");
      return Optional.empty();
    }
  }

  private DocumentOrigin of(String file, Optional<Map<String, FileCommit>> commits) {
    Optional<FileCommit> commit = commits.map(all -> all.get(file));
    if (commit.isPresent()) {
      return committed(file, commit.get());
    }
    Path path = directory.resolve(file);
    Optional<String> owner = read(() -> Files.getOwner(path).getName()).flatMap(OneLine::name);
    Optional<Instant> modifiedAt = read(() -> Files.getLastModifiedTime(path).toInstant());
    return commits.isPresent()
        ? new DocumentOrigin.Uncommitted(file, owner, modifiedAt)
        : new DocumentOrigin.Unversioned(file, owner, modifiedAt);
  }

  private static DocumentOrigin committed(String file, FileCommit found) {
    return new DocumentOrigin.Committed(
        file,
        found.commit(),
        Optional.of(found).filter(FileCommit::changed).flatMap(one -> OneLine.name(one.author())),
        Optional.of(found)
            .filter(FileCommit::changed)
            .flatMap(one -> OneLine.subject(one.message())),
        found.at());
  }

  private interface Reading<T> {
    T read() throws IOException;
  }

  /** Returns a property of a file; empty if the file or the property does not exist. */
  private static <T> Optional<T> read(Reading<T> reading) {
    try {
      return Optional.of(reading.read());
    } catch (IOException | UnsupportedOperationException e) {
      return Optional.empty();
    }
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
