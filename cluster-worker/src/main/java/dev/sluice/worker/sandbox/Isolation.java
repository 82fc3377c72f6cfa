package dev.sluice.worker.sandbox;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Isolates each renderer from the worker and from other renderers. */
public interface Isolation {

  IsolationMode mode();

  /** Returns whether all descendants of a renderer end when it ends. */
  default boolean endsAll() {
    return mode() == IsolationMode.BUBBLEWRAP || mode() == IsolationMode.NAMESPACES;
  }

  /**
   * Returns whether a renderer's directory must exist before the renderer's shell starts, which
   * sees no other.
   */
  default boolean bindsPlace() {
    return mode() != IsolationMode.NONE;
  }

  /**
   * Returns a command that becomes an isolated shell, which reads its standard input.
   *
   * @param place the only directory that it may write to, besides a private /tmp
   */
  List<String> shell(Path place);

  /**
   * Gives a directory, with its contents, to the user that a renderer runs as.
   *
   * @param place the renderer's directory
   */
  default void handOver(Path directory, Path place) throws IOException {}

  /** No isolation: the worker's own user and file system. */
  record None() implements Isolation {

    @Override
    public IsolationMode mode() {
      return IsolationMode.NONE;
    }

    @Override
    public List<String> shell(Path place) {
      return List.of("/bin/sh");
    }
  }
}
