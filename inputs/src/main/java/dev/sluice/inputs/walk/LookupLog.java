package dev.sluice.inputs.walk;

import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Records the paths that a walk looks up. */
final class LookupLog {

  private final Set<String> present = new HashSet<>();
  private final Set<String> absent = new HashSet<>();
  private final Set<String> watched = new HashSet<>();
  private final Set<String> directories = new HashSet<>();

  void found(String path) {
    present.add(path);
  }

  void foundDirectory(String path) {
    present.add(path);
    directories.add(path);
  }

  void missed(String path) {
    absent.add(path);
  }

  /** Records that everything under a directory matters. */
  void watch(String directory) {
    watched.add(directory);
  }

  /**
   * Returns the footprint of a closure. Directories that were found need no watching, because they
   * have entries in the closure.
   *
   * @param grafted whether a path is in a mounted tree, which no commit changes
   */
  Footprint footprint(Predicate<String> grafted) {
    return footprint(watched, grafted);
  }

  /**
   * Returns the footprint of a refusal. Directories that were found are watched, because their
   * existence alone may be the reason.
   */
  Footprint footprintOfRefusal(Predicate<String> grafted) {
    Set<String> all = new HashSet<>(watched);
    all.addAll(directories);
    return footprint(all, grafted);
  }

  private Footprint footprint(Set<String> listed, Predicate<String> grafted) {
    return new Footprint(
        without(present, grafted), without(absent, grafted), without(listed, grafted));
  }

  private static Set<String> without(Set<String> paths, Predicate<String> grafted) {
    return paths.stream().filter(grafted.negate()).collect(Collectors.toSet());
  }
}
