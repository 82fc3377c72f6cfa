package dev.sluice.dispatcher.closure;

import dev.sluice.dispatcher.git.TreeEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Manifests as they are: a file, or every {@code .yaml}, {@code .yml} and {@code .json} under a
 * directory. Hidden files and directories are left out, as they configure forges and editors.
 */
final class PlainFiles {

  private static final int MAX_DEPTH = 100;

  private final Walk walk;
  private final boolean saidToBePlain;

  /**
   * Files of a walk.
   *
   * @param saidToBePlain the definition says so: kustomizations on the way are left out; otherwise
   *     one refuses the whole, since it is surely meant to be built
   */
  PlainFiles(Walk walk, boolean saidToBePlain) {
    this.walk = walk;
    this.saidToBePlain = saidToBePlain;
  }

  void collectFile(Found file) {
    if (!isManifest(file.entry().name())) {
      throw new RefusedException(
          "NotAManifest",
          "'%s' is not a manifest: its name ends in neither .yaml, .yml nor .json"
              .formatted(file.path()));
    }
    walk.addFile(file);
  }

  void collectDirectory(String directory, List<String> parents) {
    int before = walk.size();
    collectUnder(directory, parents);
    if (walk.size() == before) {
      throw new RefusedException(
          "NoManifests",
          "there is no .yaml, .yml or .json file under '%s': correct the path, or remove the application from the fleet if its objects are to go"
              .formatted(directory));
    }
  }

  private void collectUnder(String directory, List<String> parents) {
    if (parents.contains(directory)) {
      throw new RefusedException(
          "SymlinkLoop",
          "'%s' contains itself by a symbolic link: remove the link".formatted(directory));
    }
    if (parents.size() >= MAX_DEPTH) {
      throw new RefusedException(
          "TooComplex", "'%s' is more than %d directories deep".formatted(directory, MAX_DEPTH));
    }
    List<String> chain = new ArrayList<>(parents);
    chain.add(directory);
    for (TreeEntry entry : walk.list(directory)) {
      if (!entry.name().startsWith(".")) {
        collect(entry, chain);
      }
    }
  }

  private void collect(TreeEntry entry, List<String> chain) {
    switch (entry.kind()) {
      case FILE, EXECUTABLE -> take(entry, new Found(entry, List.of()));
      case DIRECTORY -> collectUnder(entry.path(), chain);
      case SYMLINK -> follow(entry, chain);
      case GITLINK, MISNAMED -> throw Walk.unreadable(entry);
    }
  }

  /** A link counts by its own name, as it does for those who render. */
  private void follow(TreeEntry link, List<String> chain) {
    Optional<Found> target =
        walk.find(chain.getLast(), link.name(), "the symbolic link '" + link.path() + "'");
    if (target.isEmpty()) {
      if (isManifest(link.name())) {
        throw new RefusedException(
            "MissingFile",
            "the symbolic link '%s' leads nowhere: correct or remove it".formatted(link.path()));
      }
    } else if (target.get().isDirectory()) {
      walk.addLinks(target.get());
      collectUnder(target.get().path(), chain);
    } else {
      take(link, target.get());
    }
  }

  private void take(TreeEntry named, Found file) {
    if (!isManifest(named.name())) {
      return;
    }
    if (!Kustomizations.FILE_NAMES.contains(named.name())) {
      walk.addFile(file);
    } else if (!saidToBePlain) {
      throw new RefusedException(
          "NestedKustomization",
          "'%s' is a kustomization inside a plain directory: give the application the path of that directory, or set its type to plain to leave kustomizations out"
              .formatted(named.path()));
    }
  }

  private static boolean isManifest(String name) {
    return name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json");
  }
}
