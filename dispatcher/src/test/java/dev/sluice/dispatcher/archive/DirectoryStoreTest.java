package dev.sluice.dispatcher.archive;

import static dev.sluice.dispatcher.archive.SampleTarget.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archive in a directory. */
class DirectoryStoreTest extends ObjectStoreContract {

  private static final ObjectKey KEY = new ObjectKey("blobs/00/some.gz");

  @TempDir private Path folder;

  @Override
  ObjectStore open() {
    return new DirectoryStore(root(), Clock.systemUTC());
  }

  private Path root() {
    return folder.resolve("new").resolve("archive");
  }

  @Test
  void theDirectoryIsCreatedForItsOwnerAlone() throws IOException {
    open().putIfAbsent(KEY, utf8("x"));

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root())))
        .isEqualTo("rwx------");
  }

  @Test
  void aWriteLeavesOnlyItsFile() throws IOException {
    open().putIfAbsent(KEY, utf8("x"));
    open().putIfAbsent(KEY, utf8("y"));

    assertThat(files()).containsExactly(root().resolve("blobs/00/some.gz"));
  }

  @Test
  void aFileWhereTheDirectoryShouldBeIsReportedAndLeftAlone() throws IOException {
    Files.createDirectories(root().getParent());
    Files.writeString(root(), "a note");
    ObjectStore store = open();

    assertThatThrownBy(() -> store.putIfAbsent(KEY, utf8("x")))
        .isInstanceOf(ArchiveException.Unavailable.class)
        .hasMessageContaining("the archive directory " + root() + " cannot be");
    assertThat(root()).hasContent("a note");
  }

  @Test
  void aDirectoryThatIsGoneIsNoEmptyArchive() throws IOException {
    ObjectStore store = open();
    Files.delete(root());

    assertThatThrownBy(() -> store.get(KEY))
        .isInstanceOf(ArchiveException.Unavailable.class)
        .hasMessageContaining("there is no such directory");
  }

  @Test
  void aWriteThatFailsLeavesNothingAndCanBeRepeated() throws IOException {
    ObjectStore full =
        new DirectoryStore(
            root(),
            Clock.systemUTC(),
            (name, file) -> {
              Files.delete(file); // so that renaming it fails too
              throw new FileSystemException(name.toString(), null, "No space left on device");
            });

    assertThatThrownBy(() -> full.putIfAbsent(KEY, utf8("x")))
        .isInstanceOf(ArchiveException.Unavailable.class);
    assertThat(files()).isEmpty();
    assertThat(open().putIfAbsent(KEY, utf8("x"))).isTrue();
  }

  @Test
  void aFileSystemWithoutLinksIsUsedByRenaming() throws IOException {
    ObjectStore store =
        new DirectoryStore(
            root(),
            Clock.systemUTC(),
            (name, file) -> {
              throw new UnsupportedOperationException();
            });

    assertThat(store.putIfAbsent(KEY, utf8("x"))).isTrue();
    assertThat(store.putIfAbsent(KEY, utf8("y"))).isFalse();
    assertThat(store.get(KEY)).hasValue(utf8("x"));
    assertThat(files()).hasSize(1);
  }

  @Test
  void temporaryFilesOfKilledProcessesAreRemovedAfterADay() throws IOException {
    Path temporary = Files.createDirectories(root().resolve("tmp"));
    Path old = Files.writeString(temporary.resolve("old"), "");
    Path recent = Files.writeString(temporary.resolve("recent"), "");
    Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(2))));

    open();

    assertThat(old).doesNotExist();
    assertThat(recent).exists();
  }

  @Test
  void anOldObjectIsFoundToo() throws IOException {
    open().putIfAbsent(KEY, utf8("x"));
    Files.setLastModifiedTime(
        root().resolve(KEY.value()), FileTime.from(Instant.now().minus(Duration.ofDays(2))));

    assertThat(open().exists(KEY)).isTrue();
    assertThat(open().putIfAbsent(KEY, utf8("y"))).isFalse();
  }

  @Test
  void aFileThatIsTooLargeIsNotRead() throws IOException {
    ObjectStore store = open();
    store.putIfAbsent(KEY, utf8("x"));
    try (RandomAccessFile file = new RandomAccessFile(root().resolve(KEY.value()).toFile(), "rw")) {
      file.setLength(ObjectStore.MAX_OBJECT_BYTES + 1L); // sparse
    }

    assertThatThrownBy(() -> store.get(KEY))
        .isInstanceOf(ArchiveException.Damaged.class)
        .hasMessageContaining(KEY.value());
  }

  private Stream<Path> files() throws IOException {
    try (Stream<Path> files = Files.walk(root())) {
      return files.filter(Files::isRegularFile).toList().stream();
    }
  }
}
