package dev.sluice.inputs.git;

import dev.sluice.contract.name.RepositoryId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.UUID;
import java.util.stream.Stream;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.StoredConfig;

/** The mirrors' location on disk. A mirror is complete when its directory has its final name. */
final class MirrorDirectory {

  private static final int READABLE_PART = 60;

  private final Path directory;
  private final long limit;

  /**
   * Creates the location; the directory itself is created with the first mirror.
   *
   * @param limit the size of one mirror in bytes
   */
  MirrorDirectory(Path directory, long limit) {
    this.directory = directory.toAbsolutePath();
    this.limit = limit;
  }

  /** Returns the size of one mirror in bytes. */
  long limit() {
    return limit;
  }

  Path path() {
    return directory;
  }

  /**
   * Returns the mirror's directory; its name is readable, unique by a name-based UUID, and safe as
   * a file name.
   */
  Path of(RepositoryId repository) {
    String id = repository.value();
    String readable = id.replaceAll("[^A-Za-z0-9.-]", "_");
    readable = readable.substring(Math.max(0, readable.length() - READABLE_PART));
    UUID unique = UUID.nameUUIDFromBytes(id.getBytes(StandardCharsets.UTF_8));
    return directory.resolve(readable + "-" + unique + ".git");
  }

  boolean has(RepositoryId repository) {
    return Files.isDirectory(of(repository));
  }

  /** Opens the mirror; creates an empty one if it does not exist. */
  Mirror open(RepositoryId id, Logins logins, Artifacts artifacts, Clock clock) {
    Path path = of(id);
    try {
      if (!Files.isDirectory(path)) {
        create(path);
      }
      BoundedRepository repository = new BoundedRepository(path, limit);
      return new Mirror(id, repository, packs(path), logins, artifacts, clock);
    } catch (IOException e) {
      throw new MirrorException(
          "cannot open the mirror of %s at %s: check rights and space, or delete that directory and it is fetched again"
              .formatted(id, path),
          e);
    }
  }

  private void create(Path path) throws IOException {
    Files.createDirectories(directory);
    Path fresh = Files.createTempDirectory(directory, LeftOvers.NEW);
    try {
      try (Repository repository = new FileRepository(fresh.toFile())) {
        repository.create(/* bare= */ true);
        StoredConfig config = repository.getConfig();
        config.setBoolean("core", null, "logAllRefUpdates", false);
        config.setString("gc", null, "prunePackExpire", "now");
        config.save();
      }
      Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      FileTree.delete(fresh);
    }
  }

  private static long packs(Path mirror) throws IOException {
    Path packs = mirror.resolve("objects").resolve("pack");
    try (Stream<Path> files = Files.list(packs)) {
      return files.filter(file -> file.toString().endsWith(".pack")).count();
    }
  }
}
