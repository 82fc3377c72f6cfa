package dev.sluice.inputs.git;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;

/**
 * A commit's tree, read directly from the object database. Directories are cached, because many
 * applications read the same ones.
 */
final class CommitTree implements SourceTree {

  private final Repository repository;
  private final String origin;
  private final TreeEntry root;
  private final Map<String, RawDirectory> directories = new ConcurrentHashMap<>();

  /**
   * Creates a tree of the repository.
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
    return directory(parent).find(path.substring(slash + 1));
  }

  @Override
  public List<TreeEntry> list(String path) {
    return directory(path).entries().values().stream()
        .sorted(Comparator.comparing(TreeEntry::path))
        .toList();
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

  private RawDirectory directory(String path) {
    RawDirectory known = directories.get(path);
    if (known != null) {
      return known;
    }
    RawDirectory loaded =
        new RawDirectory(
            path,
            entry(path)
                .filter(entry -> entry.kind() == TreeEntry.Kind.DIRECTORY)
                .map(this::load)
                .orElse(new byte[0]));
    directories.put(path, loaded);
    return loaded;
  }

  private byte[] load(TreeEntry directory) {
    try (ObjectReader reader = repository.newObjectReader()) {
      return reader
          .open(ObjectId.fromString(directory.objectId()), Constants.OBJ_TREE)
          .getCachedBytes(Integer.MAX_VALUE);
    } catch (IOException e) {
      throw unreadable(directory.path(), e);
    }
  }

  private MirrorException unreadable(String path, IOException cause) {
    return new MirrorException(
        "cannot read '%s' of %s from its mirror: delete the mirror's directory and it is fetched again"
            .formatted(path, origin),
        cause);
  }
}
