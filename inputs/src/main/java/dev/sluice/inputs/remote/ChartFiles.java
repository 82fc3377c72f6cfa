package dev.sluice.inputs.remote;

import dev.sluice.inputs.git.FileTooLargeException;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.git.TreeEntry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectInserter;

/**
 * The files of a downloaded chart, in memory. Their ids are those of Git blobs, so that the closure
 * is the same as if they were committed.
 */
final class ChartFiles implements SourceTree {

  private final NavigableMap<String, byte[]> files;
  private final Map<String, String> ids = new HashMap<>();

  /**
   * Creates a tree of files by their canonical paths.
   *
   * @throws IllegalArgumentException if a path is both a file and a directory
   */
  ChartFiles(NavigableMap<String, byte[]> contents) {
    this.files = new TreeMap<>(contents);
    ObjectInserter.Formatter formatter = new ObjectInserter.Formatter();
    files.forEach(
        (path, bytes) -> ids.put(path, formatter.idFor(Constants.OBJ_BLOB, bytes).name()));
    for (String path : files.keySet()) {
      if (isDirectory(path)) {
        throw new IllegalArgumentException("'%s' is a file and a directory".formatted(path));
      }
    }
  }

  @Override
  public Optional<TreeEntry> entry(String path) {
    String id = ids.get(path);
    if (id != null) {
      return Optional.of(new TreeEntry(path, TreeEntry.Kind.FILE, id));
    }
    return path.isEmpty() || isDirectory(path)
        ? Optional.of(new TreeEntry(path, TreeEntry.Kind.DIRECTORY, ""))
        : Optional.empty();
  }

  @Override
  public List<TreeEntry> list(String path) {
    String prefix = path.isEmpty() ? "" : path + "/";
    return files.tailMap(prefix, true).keySet().stream()
        .takeWhile(file -> file.startsWith(prefix))
        .map(file -> prefix + file.substring(prefix.length()).split("/", 2)[0])
        .distinct()
        .flatMap(child -> entry(child).stream())
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
    return bytes.clone();
  }

  private boolean isDirectory(String path) {
    String below = files.ceilingKey(path + "/");
    return below != null && below.startsWith(path + "/");
  }

  private byte[] bytes(TreeEntry entry) {
    byte[] bytes = files.get(entry.path());
    if (bytes == null) {
      throw new IllegalArgumentException("'%s' is no file of the chart".formatted(entry.path()));
    }
    return bytes;
  }
}
