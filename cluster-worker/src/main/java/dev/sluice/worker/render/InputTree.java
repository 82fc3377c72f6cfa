package dev.sluice.worker.render;

import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.worker.sandbox.InputPaths;
import dev.sluice.worker.sandbox.RenderException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** The files of a source as a tree of directories, with links followed as in a file system. */
final class InputTree {

  private static final int MAX_LINKS = 40;

  private final NavigableMap<String, InputFile> files = new TreeMap<>();

  InputTree(List<InputFile> files) throws RenderException {
    for (InputFile file : files) {
      this.files.put(InputPaths.checked(file.path()), file);
    }
  }

  /** Returns the node at a path without links. */
  Node at(String real) {
    InputFile file = files.get(real);
    if (file != null) {
      return new Node.File(real, file);
    }
    return new Node.Directory(real);
  }

  /** A file or a directory, with its own path. */
  sealed interface Node {

    String path();

    record File(String path, InputFile file) implements Node {}

    record Directory(String path) implements Node {}
  }

  /** Returns the names in a directory. */
  SortedSet<String> names(Node.Directory directory) {
    String within = directory.path().isEmpty() ? "" : directory.path() + "/";
    SortedSet<String> names = new TreeSet<>();
    for (String path : files.tailMap(within, true).keySet()) {
      if (!path.startsWith(within)) {
        break;
      }
      String rest = path.substring(within.length());
      int slash = rest.indexOf('/');
      names.add(slash < 0 ? rest : rest.substring(0, slash));
    }
    return names;
  }

  /**
   * Returns the node that a path leads to.
   *
   * @throws RenderException if a link leads out of the tree, to nothing, or in a circle
   */
  Node resolve(String path) throws RenderException {
    Deque<String> left = new ArrayDeque<>(split(path));
    Deque<String> real = new ArrayDeque<>();
    int links = 0;
    while (!left.isEmpty()) {
      String name = left.removeFirst();
      if (name.isEmpty() || name.equals(".")) {
        continue;
      }
      if (name.equals("..")) {
        if (real.pollLast() == null) {
          throw InputPaths.unsafe(path, "is a link out of the repository");
        }
        continue;
      }
      real.addLast(name);
      if (files.get(String.join("/", real)) instanceof InputFile.Link link) {
        InputPaths.linkTarget(link);
        if (++links > MAX_LINKS) {
          throw broken(path, "is a link that comes to no end");
        }
        real.removeLast();
        split(link.target()).reversed().forEach(left::addFirst);
      }
    }
    Node node = at(String.join("/", real));
    if (node instanceof Node.Directory directory && names(directory).isEmpty()) {
      throw broken(path, "is a link to what is not among the application's files");
    }
    return node;
  }

  /**
   * Returns the node that a path leads to; empty if it leads to nothing.
   *
   * @throws RenderException if a link leads out of the tree
   */
  Optional<Node> find(String path) throws RenderException {
    try {
      return Optional.of(resolve(path));
    } catch (RenderException e) {
      if (e.failure().code() == SourceFailure.UNSAFE_PATH) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private static List<String> split(String path) {
    return Arrays.asList(path.split("/"));
  }

  private static RenderException broken(String path, String problem) {
    return RenderException.permanent(SourceFailure.BROKEN_LINK, path + " " + problem);
  }
}
