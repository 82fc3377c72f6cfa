package dev.sluice.benchmarks.comparison;

import dev.sluice.inputs.git.FileTooLargeException;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.git.TreeEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** The files of a directory, which need not be a Git repository; {@code .git} is left out. */
final class DirectoryTree implements SourceTree {

  private final Path root;

  DirectoryTree(Path root) {
    this.root = root;
  }

  @Override
  public Optional<TreeEntry> entry(String path) {
    Path file = root.resolve(path);
    if (path.equals(".git") || !Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    for (Path above = file.getParent(); !file.equals(root) && !above.equals(root); ) {
      if (Files.isSymbolicLink(above)) {
        return Optional.empty();
      }
      above = above.getParent();
    }
    String id = UUID.nameUUIDFromBytes(path.getBytes(StandardCharsets.UTF_8)).toString();
    return Optional.of(new TreeEntry(path, kind(file), id.replace("-", "") + "00000000"));
  }

  private static TreeEntry.Kind kind(Path file) {
    if (Files.isSymbolicLink(file)) {
      return TreeEntry.Kind.SYMLINK;
    }
    if (Files.isDirectory(file)) {
      return TreeEntry.Kind.DIRECTORY;
    }
    return Files.isExecutable(file) ? TreeEntry.Kind.EXECUTABLE : TreeEntry.Kind.FILE;
  }

  @Override
  public List<TreeEntry> list(String path) {
    Path directory = root.resolve(path);
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(file -> entry(root.relativize(file).toString()))
          .flatMap(Optional::stream)
          .sorted(Comparator.comparing(TreeEntry::name))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public long size(TreeEntry entry) {
    return bytes(entry).length;
  }

  @Override
  public byte[] read(TreeEntry entry, int maxBytes) {
    byte[] bytes = bytes(entry);
    if (bytes.length > maxBytes) {
      throw new FileTooLargeException(entry.path(), bytes.length, maxBytes);
    }
    return bytes;
  }

  private byte[] bytes(TreeEntry entry) {
    Path file = root.resolve(entry.path());
    try {
      return entry.kind() == TreeEntry.Kind.SYMLINK
          ? Files.readSymbolicLink(file).toString().getBytes(StandardCharsets.UTF_8)
          : Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
