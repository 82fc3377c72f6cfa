package dev.sluice.simulated;

import dev.sluice.simulated.runner.PodRunnerOptions;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Options of a simulated cluster.
 *
 * @param name name of the cluster and of its context in the kubeconfig
 * @param host address to listen on
 * @param port port to listen on, 0 for any free one
 * @param dataDirectory directory that keeps objects across restarts; empty for memory only
 * @param pods how pods run; empty if none do
 */
public record SimulatedClusterOptions(
    String name,
    String host,
    int port,
    Optional<Path> dataDirectory,
    Optional<PodRunnerOptions> pods) {
  public SimulatedClusterOptions {
    if (name.isBlank()) {
      throw new IllegalArgumentException("a simulated cluster needs a name");
    }
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("port " + port + " is not between 0 and 65535");
    }
  }

  /** Returns options for a cluster on a free local port, in memory only. */
  public static SimulatedClusterOptions named(String name) {
    return new SimulatedClusterOptions(name, "127.0.0.1", 0, Optional.empty(), Optional.empty());
  }

  /** Returns these options with a fixed port. */
  public SimulatedClusterOptions withPort(int port) {
    return new SimulatedClusterOptions(name, host, port, dataDirectory, pods);
  }

  /** Returns these options with a directory that keeps objects. */
  public SimulatedClusterOptions withDataDirectory(Path directory) {
    return new SimulatedClusterOptions(name, host, port, Optional.of(directory), pods);
  }

  /** Returns these options with controllers of workloads, and a node that runs their pods. */
  public SimulatedClusterOptions withPods(PodRunnerOptions pods) {
    return new SimulatedClusterOptions(name, host, port, dataDirectory, Optional.of(pods));
  }
}
