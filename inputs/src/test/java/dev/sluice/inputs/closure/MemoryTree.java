package dev.sluice.inputs.closure;

import dev.sluice.inputs.git.FileTooLargeException;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.git.TreeEntry;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** A tree of files in memory. Immutable: every change is another tree. */
public final class MemoryTree implements SourceTree {

  private record Blob(TreeEntry.Kind kind, String text) {}

  private final NavigableMap<String, Blob> files;

  private MemoryTree(NavigableMap<String, Blob> files) {
    this.files = files;
  }

  public static MemoryTree empty() {
    return new MemoryTree(new TreeMap<>());
  }

  /** Creates a tree of files by path. */
  public static MemoryTree of(Map<String, String> files) {
    NavigableMap<String, Blob> blobs = new TreeMap<>();
    files.forEach((path, text) -> blobs.put(path, new Blob(TreeEntry.Kind.FILE, text)));
    return new MemoryTree(blobs);
  }

  public MemoryTree file(String path, String text) {
    return with(path, TreeEntry.Kind.FILE, text);
  }

  public MemoryTree link(String path, String target) {
    return with(path, TreeEntry.Kind.SYMLINK, target);
  }

  public MemoryTree with(String path, TreeEntry.Kind kind, String text) {
    TreeMap<String, Blob> copy = new TreeMap<>(files);
    copy.put(path, new Blob(kind, text));
    return new MemoryTree(copy);
  }

  public MemoryTree without(String path) {
    TreeMap<String, Blob> copy = new TreeMap<>(files);
    copy.remove(path);
    return new MemoryTree(copy);
  }

  /** Returns paths and contents, with links as their targets. */
  public Map<String, String> contents() {
    Map<String, String> contents = new TreeMap<>();
    files.forEach((path, blob) -> contents.put(path, blob.kind() + " " + blob.text()));
    return contents;
  }

  @Override
  public Optional<TreeEntry> entry(String path) {
    Blob blob = files.get(path);
    if (blob != null) {
      return Optional.of(new TreeEntry(path, blob.kind(), id(blob.text())));
    }
    return path.isEmpty() || isDirectory(path)
        ? Optional.of(new TreeEntry(path, TreeEntry.Kind.DIRECTORY, id(path)))
        : Optional.empty();
  }

  @Override
  public List<TreeEntry> list(String path) {
    String prefix = path.isEmpty() ? "" : path + "/";
    return files.keySet().stream()
        .filter(file -> file.startsWith(prefix))
        .map(file -> prefix + file.substring(prefix.length()).split("/", 2)[0])
        .distinct()
        .flatMap(child -> entry(child).stream())
        .sorted(Comparator.comparing(TreeEntry::path))
        .toList();
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

  private boolean isDirectory(String path) {
    String below = files.ceilingKey(path + "/");
    return below != null && below.startsWith(path + "/");
  }

  private byte[] bytes(TreeEntry entry) {
    Blob blob = files.get(entry.path());
    if (blob == null) {
      throw new IllegalStateException("read of " + entry.path() + ", which is not in the tree");
    }
    return blob.text().getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String id(String text) {
    return UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8)).toString();
  }
}
