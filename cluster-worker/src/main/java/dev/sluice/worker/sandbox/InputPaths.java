package dev.sluice.worker.sandbox;

import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.failure.SourceFailure;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;

/**
 * Decides which paths of an input closure may become files. The dispatcher checked them already;
 * they are checked again because other writers may have access to the topic.
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
   * Returns the path if it may also be passed to a program.
   *
   * @throws RenderException naming the path
   */
  public static String checkedArgument(String path) throws RenderException {
    if (path.startsWith("-")) {
      throw RenderException.permanent(
          SourceFailure.INVALID_ARGUMENT,
          "the path '%s' begins with '-', as options do: rename the directory".formatted(path));
    }
    return checked(path);
  }

  /**
   * Returns the target of a link as a path from the root of the tree; empty for the root itself.
   *
   * @throws RenderException if it points out of the tree
   */
  public static String linkTarget(InputFile.Link link) throws RenderException {
    return inside(checked(link.path()), link.target())
        .orElseThrow(() -> unsafe(link.path(), "is a link out of the repository"));
  }

  /**
   * Returns the path that a reference in a file leads to, from the root of the tree; an empty
   * reference leads to the file's directory.
   *
   * @throws RenderException naming the file, if it leads out of the tree
   */
  public static String referenced(String file, String reference) throws RenderException {
    return inside(checked(file), reference.isEmpty() ? "." : reference)
        .orElseThrow(() -> unsafe(file, "names a path out of the repository"));
  }

  /**
   * Returns the path that the reference leads to, from the root of the tree; empty if it leaves the
   * tree.
   */
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
        SourceFailure.UNSAFE_PATH,
        "%s %s: nothing outside of the repository is read".formatted(path, problem));
  }
}
