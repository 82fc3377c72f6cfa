package dev.sluice.dispatcher.git;

import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.treewalk.CanonicalTreeParser;

/**
 * A commit's tree, read straight from the object database. Directories are parsed once and kept, as
 * many applications look into the same ones.
 */
final class CommitTree implements SourceTree {

  private final Repository repository;
  private final String origin;
  private final TreeEntry root;
  private final Map<String, Map<String, TreeEntry>> directories = new ConcurrentHashMap<>();

  /**
   * A tree of the repository.
   *
   * @param origin repository and commit, for messages
   */
  CommitTree(Repository repository, ObjectId root, String origin) {
    this.repository = repository;
    this.origin = origin;
    this.root = new TreeEntry("", TreeEntry.Kind.DIRECTORY, root.name());
  }

  @Override
  public Optional<TreeEntry> entry(String path) {
    if (path.isEmpty()) {
      return Optional.of(root);
    }
    int slash = path.lastIndexOf('/');
    String parent = path.substring(0, Math.max(0, slash));
    return Optional.ofNullable(directory(parent).get(path.substring(slash + 1)));
  }

  @Override
  public List<TreeEntry> list(String path) {
    return directory(path).values().stream().sorted(Comparator.comparing(TreeEntry::path)).toList();
  }

  @Override
  public long size(TreeEntry entry) {
    try (ObjectReader reader = repository.newObjectReader()) {
      return reader.getObjectSize(ObjectId.fromString(entry.objectId()), ObjectReader.OBJ_ANY);
    } catch (IOException e) {
      throw unreadable(entry.path(), e);
    }
  }

  @Override
  public byte[] read(TreeEntry entry, int maxBytes) {
    try (ObjectReader reader = repository.newObjectReader()) {
      ObjectLoader blob = reader.open(ObjectId.fromString(entry.objectId()));
      if (blob.getSize() > maxBytes) {
        throw new FileTooLargeException(entry.path(), blob.getSize(), maxBytes);
      }
      return blob.getBytes();
    } catch (IOException e) {
      throw unreadable(entry.path(), e);
    }
  }

  private Map<String, TreeEntry> directory(String path) {
    Map<String, TreeEntry> known = directories.get(path);
    if (known != null) {
      return known;
    }
    Optional<TreeEntry> entry = entry(path);
    Map<String, TreeEntry> parsed =
        entry.isPresent() && entry.get().kind() == TreeEntry.Kind.DIRECTORY
            ? parse(entry.get())
            : Map.of();
    directories.put(path, parsed);
    return parsed;
  }

  private Map<String, TreeEntry> parse(TreeEntry directory) {
    Map<String, TreeEntry> entries = new HashMap<>();
    try (ObjectReader reader = repository.newObjectReader()) {
      var parser = new CanonicalTreeParser(null, reader, ObjectId.fromString(directory.objectId()));
      for (; !parser.eof(); parser.next()) {
        byte[] raw = new byte[parser.getNameLength()];
        parser.getName(raw, 0);
        String name = EntryNames.display(raw);
        String path = directory.path().isEmpty() ? name : directory.path() + "/" + name;
        var kind =
            EntryNames.wellFormed(raw) ? kind(parser.getEntryRawMode()) : TreeEntry.Kind.MISNAMED;
        var entry = new TreeEntry(path, kind, parser.getEntryObjectId().name());
        if (entries.put(name, entry) != null) {
          entries.put(name, new TreeEntry(path, TreeEntry.Kind.MISNAMED, entry.objectId()));
        }
      }
    } catch (IOException e) {
      throw unreadable(directory.path(), e);
    }
    return entries;
  }

  private static TreeEntry.Kind kind(int mode) {
    return switch (mode & FileMode.TYPE_MASK) {
      case FileMode.TYPE_TREE -> TreeEntry.Kind.DIRECTORY;
      case FileMode.TYPE_SYMLINK -> TreeEntry.Kind.SYMLINK;
      case FileMode.TYPE_GITLINK -> TreeEntry.Kind.GITLINK;
      case FileMode.TYPE_FILE ->
          FileMode.EXECUTABLE_FILE.equals(mode) ? TreeEntry.Kind.EXECUTABLE : TreeEntry.Kind.FILE;
      default -> TreeEntry.Kind.MISNAMED;
    };
  }

  private MirrorException unreadable(String path, IOException cause) {
    return new MirrorException(
        "cannot read '%s' of %s from its mirror: delete the mirror's directory and it is fetched anew"
            .formatted(path, origin),
        cause);
  }
}
