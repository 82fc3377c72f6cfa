package dev.sluice.inputs.walk;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.inputs.git.MirrorException;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.git.TreeEntry;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * A commit's tree with other trees mounted at paths of their own, where they hide the commit's
 * files. If a mounted tree cannot be read, the source is refused; the commit's other applications
 * are not affected.
 */
final class GraftedTree implements SourceTree {

  private final TreeMap<String, SourceTree> trees = new TreeMap<>();

  GraftedTree(SourceTree tree) {
    trees.put("", tree);
  }

  /** Mounts a tree at a canonical path, unless one is mounted there. */
  void graft(String place, SourceTree tree) {
    trees.putIfAbsent(place, tree);
  }

  /** Returns whether a path is below a mounted tree. */
  boolean isInGraft(String path) {
    return trees.size() > 1
        && trees.keySet().stream().anyMatch(root -> !root.isEmpty() && isUnder(path, root));
  }

  @Override
  public Optional<TreeEntry> entry(String path) {
    Place place = place(path);
    return place
        .read(tree -> tree.entry(place.path()))
        .map(place::outside)
        .or(
            () ->
                isAboveGraft(path)
                    ? Optional.of(new TreeEntry(path, TreeEntry.Kind.DIRECTORY, ""))
                    : Optional.empty());
  }

  @Override
  public List<TreeEntry> list(String path) {
    Place place = place(path);
    List<TreeEntry> listed = place.read(tree -> tree.list(place.path()));
    if (trees.size() == 1) {
      return listed;
    }
    Map<String, TreeEntry> entries = new TreeMap<>();
    listed.stream().map(place::outside).forEach(entry -> entries.put(entry.path(), entry));
    for (String graft : trees.keySet()) {
      if (isUnder(graft, path)) {
        int end = graft.indexOf('/', path.isEmpty() ? 0 : path.length() + 1);
        String child = end < 0 ? graft : graft.substring(0, end);
        entry(child).ifPresent(entry -> entries.put(child, entry));
      }
    }
    return List.copyOf(entries.values());
  }

  @Override
  public long size(TreeEntry entry) {
    Place place = place(entry.path());
    return place.read(tree -> tree.size(place.inside(entry)));
  }

  @Override
  public byte[] read(TreeEntry entry, int maxBytes) {
    Place place = place(entry.path());
    return place.read(tree -> tree.read(place.inside(entry), maxBytes));
  }

  private boolean isAboveGraft(String path) {
    return trees.keySet().stream().anyMatch(graft -> isUnder(graft, path));
  }

  /** Returns the innermost tree at a path. */
  private Place place(String path) {
    for (Map.Entry<String, SourceTree> graft : trees.descendingMap().entrySet()) {
      String root = graft.getKey();
      if (root.isEmpty()) {
        return new Place(root, graft.getValue(), path);
      }
      if (path.equals(root)) {
        return new Place(root, graft.getValue(), "");
      }
      if (isUnder(path, root)) {
        return new Place(root, graft.getValue(), path.substring(root.length() + 1));
      }
    }
    throw new IllegalStateException("a tree at the root is always there");
  }

  private static boolean isUnder(String path, String directory) {
    return directory.isEmpty() ? !path.isEmpty() : path.startsWith(directory + "/");
  }

  /**
   * A path in one of the trees.
   *
   * @param root the tree's mount path
   * @param path relative to the mount path
   */
  private record Place(String root, SourceTree tree, String path) {

    <T> T read(Function<SourceTree, T> reading) {
      try {
        return reading.apply(tree);
      } catch (MirrorException e) {
        if (root.isEmpty()) {
          throw e;
        }
        throw new RefusedException(
            SourceFailure.REMOTE_UNREACHABLE, String.valueOf(e.getMessage()));
      }
    }

    TreeEntry outside(TreeEntry entry) {
      if (root.isEmpty()) {
        return entry;
      }
      String path = entry.path().isEmpty() ? root : root + "/" + entry.path();
      return new TreeEntry(path, entry.kind(), entry.objectId());
    }

    TreeEntry inside(TreeEntry entry) {
      return root.isEmpty() ? entry : new TreeEntry(path, entry.kind(), entry.objectId());
    }
  }
}
