package dev.sluice.simulated;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How a simulated cluster is started.
 *
 * @param name what it is called; also its context in the kubeconfig
 * @param host the address it listens on
 * @param port the port it listens on, 0 for a free one
 * @param dataDirectory where its objects are kept across restarts, empty for memory only
 */
public record SimulatedClusterOptions(
    String name, String host, int port, Optional<Path> dataDirectory) {
  public SimulatedClusterOptions {
    if (name.isBlank()) {
      throw new IllegalArgumentException("a simulated cluster needs a name");
    }
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("port " + port + " is not between 0 and 65535");
    }
  }

  /** A cluster on a free local port that keeps nothing. */
  public static SimulatedClusterOptions named(String name) {
    return new SimulatedClusterOptions(name, "127.0.0.1", 0, Optional.empty());
  }

  /** The same on a fixed port. */
  public SimulatedClusterOptions withPort(int port) {
    return new SimulatedClusterOptions(name, host, port, dataDirectory);
  }

  /** The same with its objects kept in a directory. */
  public SimulatedClusterOptions withDataDirectory(Path directory) {
    return new SimulatedClusterOptions(name, host, port, Optional.of(directory));
  }
}
