package dev.sluice.worker.sandbox;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A wall around each renderer. */
public interface Isolation {

  IsolationMode mode();

  /** Whether all that a renderer has started ends when it ends. */
  boolean endsAll();

  /**
   * Whether a renderer's directory must be there before the renderer's shell starts, which sees no
   * other.
   */
  boolean bindsPlace();

  /**
   * A command that becomes a shell within the wall, which reads its standard input.
   *
   * @param place the only directory that it may write to, besides a private /tmp
   */
  List<String> shell(Path place);

  /**
   * Gives a directory, with all that is in it, to the user that a renderer runs as.
   *
   * @param place the renderer's
   */
  default void handOver(Path directory, Path place) throws IOException {}
}
