package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.event.OneLine;
import dev.sluice.contract.fleet.DocumentOrigin;
import dev.sluice.contract.name.CommitId;
import dev.sluice.dispatcher.generate.GeneratorSource;
import dev.sluice.inputs.git.Checkout;
import dev.sluice.inputs.git.FileCommit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files of a fleet in a directory, or a fleet of a single file. Links to files are followed, since
 * Kubernetes mounts configuration through links.
 */
record DirectoryInput(Path directory) implements FleetInput {

  private static final Logger log = LoggerFactory.getLogger(DirectoryInput.class);
  private static final int MAX_DEPTH = 16;

  private record Document(Path path, String name) implements File {
    @Override
    public byte[] read(int maxBytes) throws IOException {
      if (Files.size(path) > maxBytes) {
        throw RefusedFileException.tooLarge(maxBytes);
      }
      return Files.readAllBytes(path);
    }
  }

  @Override
  public String name() {
    return directory.toString();
  }

  @Override
  public Optional<CommitId> commit() {
    return Optional.empty();
  }

  @Override
  public Optional<CommitId> commitOf(GeneratorSource source) {
    return Optional.empty();
  }

  @Override
  public List<File> files() throws IOException {
    Path real = directory.toRealPath(); // the directory itself may be a link
    if (Files.isRegularFile(real)) {
      return List.of(new Document(directory, directory.getFileName().toString()));
    }
    try (Stream<Path> paths = Files.walk(real, MAX_DEPTH)) {
      return paths
          .map(real::relativize)
          .filter(path -> FleetInput.isDocument(name(path)))
          .filter(path -> !Files.isDirectory(directory.resolve(path)))
          .sorted()
          .<File>map(path -> new Document(directory.resolve(path), name(path)))
          .toList();
    } catch (UncheckedIOException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** Returns the directory that has the files: that of the file if it is a single one. */
  private Path root() {
    return Files.isRegularFile(directory) ? directory.toAbsolutePath().getParent() : directory;
  }

  private static String name(Path relative) {
    return relative.toString().replace(relative.getFileSystem().getSeparator(), "/");
  }

  @Override
  public Map<String, DocumentOrigin> origins(Set<String> files) {
    Optional<Map<String, FileCommit>> commits = commits(files);
    return files.stream().collect(Collectors.toMap(file -> file, file -> origin(file, commits)));
  }

  /** Returns the commits of the files; empty if the directory is no checkout. */
  private Optional<Map<String, FileCommit>> commits(Set<String> files) {
    try {
      Optional<Checkout> found = Checkout.of(root());
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

  private DocumentOrigin origin(String file, Optional<Map<String, FileCommit>> commits) {
    Optional<FileCommit> commit = commits.map(all -> all.get(file));
    if (commit.isPresent()) {
      return DocumentOrigins.committed(file, commit.get());
    }
    Path path = root().resolve(file);
    Optional<String> owner = read(() -> Files.getOwner(path).getName()).flatMap(OneLine::name);
    Optional<Instant> modifiedAt = read(() -> Files.getLastModifiedTime(path).toInstant());
    return commits.isPresent()
        ? new DocumentOrigin.Uncommitted(file, owner, modifiedAt)
        : new DocumentOrigin.Unversioned(file, owner, modifiedAt);
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
}
