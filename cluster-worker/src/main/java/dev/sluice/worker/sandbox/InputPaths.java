package dev.sluice.worker.sandbox;

import dev.sluice.contract.event.InputFile;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;

/**
 * Decides which paths of an input closure may become files. The dispatcher made them; they are
 * checked again, because a topic may be written by others than dispatchers.
 */
public final class InputPaths {

  private InputPaths() {}

  /**
   * Returns the path if it stays inside the tree and means the same on every file system.
   *
   * @throws RenderException naming the path
   */
  public static String checked(String path) throws RenderException {
    boolean clean =
        !path.isEmpty()
            && path.chars().noneMatch(c -> c == '\\' || c == 0)
            && Arrays.stream(path.split("/", -1))
                .noneMatch(
                    part ->
                        part.isEmpty()
                            || part.equals(".")
                            || part.equals("..")
                            || part.equalsIgnoreCase(".git"));
    if (!clean) {
      throw unsafe(path, "is not a plain relative path");
    }
    return path;
  }

  /**
   * Returns the path if it may be given to a program, too.
   *
   * @throws RenderException naming the path
   */
  public static String checkedArgument(String path) throws RenderException {
    if (path.startsWith("-")) {
      throw RenderException.permanent(
          "InvalidArgument",
          "the path '%s' begins with '-', as options do: rename the directory".formatted(path));
    }
    return checked(path);
  }

  /**
   * The path, from the root of the tree, that a link points at; empty for the root itself.
   *
   * @throws RenderException if it points out of the tree
   */
  public static String linkTarget(InputFile.Link link) throws RenderException {
    return inside(checked(link.path()), link.target())
        .orElseThrow(() -> unsafe(link.path(), "is a link out of the repository"));
  }

  /**
   * Does nothing if what a file names, relative to itself, lies in the tree.
   *
   * @throws RenderException naming the file
   */
  public static void checkReference(String file, String reference) throws RenderException {
    if (!reference.isEmpty() && inside(checked(file), reference).isEmpty()) {
      throw unsafe(file, "names a path out of the repository");
    }
  }

  /** Where the reference leads from the file, from the root of the tree; empty if out of it. */
  private static Optional<String> inside(String file, String reference) {
    if (reference.isEmpty()
        || reference.startsWith("/")
        || reference.chars().anyMatch(c -> c == '\\' || c == 0)) {
      return Optional.empty();
    }
    Deque<String> at = new ArrayDeque<>(Arrays.asList(file.split("/", -1)));
    at.removeLast();
    for (String part : reference.split("/", -1)) {
      if (part.equals("..")) {
        if (at.pollLast() == null) {
          return Optional.empty();
        }
      } else if (!part.isEmpty() && !part.equals(".")) {
        at.addLast(part);
      }
    }
    return Optional.of(String.join("/", at));
  }

  public static RenderException unsafe(String path, String problem) {
    return RenderException.permanent(
        "UnsafePath", "%s %s: nothing outside of the repository is read".formatted(path, problem));
  }
}
