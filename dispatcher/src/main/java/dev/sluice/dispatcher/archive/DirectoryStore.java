package dev.sluice.dispatcher.archive;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.sluice.platform.process.FileRights;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Objects as files of a directory. A file is written under a temporary name, flushed to the disk,
 * and then linked to its own name, which fails if another process was faster. So a file is either
 * absent or complete, whatever ends the process.
 */
final class DirectoryStore implements ObjectStore {

  private static final String TEMPORARY = "tmp";

  /** The age of a temporary file whose writer must have ended. */
  private static final Duration ABANDONED = Duration.ofDays(1);

  /** The age of a file whose directory entry any file system has written to the disk. */
  private static final Duration SETTLED = Duration.ofMinutes(5);

  private final Path root;
  private final Clock clock;
  private final Linking linking;

  /** Keys of files whose directory entries are on the disk. */
  private final KnownKeys durable = new KnownKeys();

  /** Gives a file a second name, and fails if that name is taken. */
  @FunctionalInterface
  interface Linking {
    void link(Path name, Path file) throws IOException;
  }

  /** Opens a directory, and creates it for this user alone if it does not exist. */
  DirectoryStore(Path directory, Clock clock) {
    this(directory, clock, Files::createLink);
  }

  DirectoryStore(Path directory, Clock clock, Linking linking) {
    this.root = directory.toAbsolutePath().normalize();
    this.clock = clock;
    this.linking = linking;
    try {
      createRoot();
      removeAbandoned();
    } catch (IOException e) {
      // the first write reports it
    }
  }

  @Override
  public boolean putIfAbsent(ObjectKey key, byte[] content) {
    try {
      return put(key, content);
    } catch (IOException e) {
      throw unavailable("written to", e);
    }
  }

  private boolean put(ObjectKey key, byte[] content) throws IOException {
    Path file = root.resolve(key.value());
    if (isDurable(key)) {
      return false;
    }
    createRoot();
    createDurably(file.getParent());
    Path temporary = createDurably(root.resolve(TEMPORARY)).resolve(UUID.randomUUID().toString());
    try {
      writeDurably(temporary, content);
      boolean stored = name(file, temporary);
      sync(file.getParent());
      durable.add(key);
      return stored;
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private boolean name(Path file, Path temporary) throws IOException {
    try {
      linking.link(file, temporary);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    } catch (UnsupportedOperationException | FileSystemException e) {
      // a file system without links: of two writers at the same moment, the last one wins
      if (Files.exists(file)) {
        return false;
      }
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      return true;
    }
  }

  @Override
  public Optional<byte[]> get(ObjectKey key) {
    Path file = root.resolve(key.value());
    try {
      if (Files.size(file) > MAX_OBJECT_BYTES) {
        throw new ArchiveException.Damaged(key, "is too large");
      }
      return Optional.of(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      requireRoot();
      return Optional.empty();
    } catch (IOException e) {
      throw unavailable("read from", e);
    }
  }

  @Override
  public boolean exists(ObjectKey key) {
    try {
      return isDurable(key);
    } catch (IOException e) {
      throw unavailable("read from", e);
    }
  }

  /** Returns whether a file exists; if it is new, its writer may have ended before flushing it. */
  private boolean isDurable(ObjectKey key) throws IOException {
    Path file = root.resolve(key.value());
    Instant modified;
    try {
      modified =
          Files.readAttributes(file, BasicFileAttributes.class).lastModifiedTime().toInstant();
    } catch (NoSuchFileException e) {
      return false;
    }
    if (!durable.has(key) && Duration.between(modified, clock.instant()).compareTo(SETTLED) < 0) {
      sync(file.getParent());
      durable.add(key);
    }
    return true;
  }

  /** Distinguishes an archive without the object from a file system that is not mounted. */
  private void requireRoot() {
    if (!Files.isDirectory(root)) {
      throw new ArchiveException.Unavailable(
          "%s cannot be read from: there is no such directory".formatted(this));
    }
  }

  private void createRoot() throws IOException {
    if (Files.isDirectory(root)) {
      return;
    }
    createDurably(root.getParent());
    try {
      Files.createDirectory(
          root, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      sync(root.getParent());
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(root)) {
        throw e;
      }
    }
  }

  private static Path createDurably(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      createDurably(directory.getParent());
      Files.createDirectories(directory);
      sync(directory.getParent());
    }
    return directory;
  }

  private static void writeDurably(Path file, byte[] content) throws IOException {
    try (FileChannel channel = FileChannel.open(file, CREATE_NEW, WRITE)) {
      ByteBuffer rest = ByteBuffer.wrap(content);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
      channel.force(true);
    }
  }

  private static void sync(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, READ)) {
      channel.force(true);
    }
  }

  private void removeAbandoned() throws IOException {
    Path temporary = root.resolve(TEMPORARY);
    if (!Files.isDirectory(temporary)) {
      return;
    }
    Instant before = clock.instant().minus(ABANDONED);
    try (Stream<Path> files = Files.list(temporary)) {
      for (Path file : files.toList()) {
        if (Files.getLastModifiedTime(file).toInstant().isBefore(before)) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  private ArchiveException.Unavailable unavailable(String what, IOException cause) {
    String reason =
        cause instanceof FileSystemException file && file.getReason() != null
            ? file.getReason()
            : cause instanceof FileSystemException
                ? cause.getClass().getSimpleName().replace("Exception", "")
                : cause.getMessage();
    String rights = cause instanceof AccessDeniedException ? "; " + FileRights.describe(root) : "";
    return new ArchiveException.Unavailable(
        "%s cannot be %s: %s%s".formatted(this, what, reason, rights), cause);
  }

  @Override
  public String toString() {
    return "the archive directory " + root;
  }

  @Override
  public void close() {
    // every write is complete when it returns
  }
}
