package dev.sluice.inputs.walk;

import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Notes all that a walk looks at. */
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

  /** From now on everything under this matters. */
  void watch(String directory) {
    watched.add(directory);
  }

  /**
   * What was looked at on the way to a closure: of a directory found, something is in it.
   *
   * @param grafted tells what was put in, which no commit changes
   */
  Footprint footprint(Predicate<String> grafted) {
    return footprint(watched, grafted);
  }

  /** The same on the way to a refusal, which may be about nothing but a directory being there. */
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
