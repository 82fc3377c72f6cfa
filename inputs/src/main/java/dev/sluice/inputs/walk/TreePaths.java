package dev.sluice.inputs.walk;

import dev.sluice.contract.failure.SourceFailure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Operations on paths within a tree: relative to its root, with '/', never outside of it. */
public final class TreePaths {

  /** The longest path; no operating system accepts longer ones. */
  static final int MAX_LENGTH = 4096;

  private TreePaths() {}

  /** Returns the components of a written path from the root, with every '.' and '..' resolved. */
  public static List<String> written(String directory, String path, String what) {
    if (path.length() > MAX_LENGTH || path.chars().anyMatch(Character::isISOControl)) {
      throw new RefusedException(
          SourceFailure.BAD_PATH,
          "%s is not a path: it has control characters or more than %d characters"
              .formatted(what.length() > 200 ? what.substring(0, 200) + "..." : what, MAX_LENGTH));
    }
    if (path.startsWith("/")) {
      throw outside(what);
    }
    List<String> cleaned = new ArrayList<>(components(directory));
    for (String component : components(path)) {
      if (!component.equals("..")) {
        cleaned.add(component);
      } else if (cleaned.isEmpty()) {
        throw outside(what);
      } else {
        cleaned.removeLast();
      }
    }
    return cleaned;
  }

  static RefusedException outside(String what) {
    return new RefusedException(
        SourceFailure.OUTSIDE_REPOSITORY,
        "%s leaves the repository: only relative paths inside of it are read".formatted(what));
  }

  static List<String> components(String path) {
    return Arrays.stream(path.split("/"))
        .filter(component -> !component.isEmpty() && !component.equals("."))
        .toList();
  }

  static String parent(String path, String what) {
    if (path.isEmpty()) {
      throw outside(what + ", by way of a symbolic link,");
    }
    return path.substring(0, Math.max(0, path.lastIndexOf('/')));
  }

  static String join(String directory, String name) {
    return directory.isEmpty() ? name : directory + "/" + name;
  }
}
