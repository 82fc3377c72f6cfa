package dev.sluice.worker.sandbox;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Modes of isolating renderers from the worker and from each other, the strongest first. {@link
 * #BUBBLEWRAP} and {@link #NAMESPACES} have the same effect: a renderer sees the system's programs,
 * its own inputs and nothing else; no process, file or environment of the worker, no network.
 */
public enum IsolationMode {
  /** Namespaces created by the program {@code bwrap}. */
  BUBBLEWRAP,

  /** User, mount, process, network, IPC and UTS namespaces created by {@code unshare}. */
  NAMESPACES,

  /** A separate user for each renderer; it can access the network and all world-readable files. */
  USER,

  /** The worker's own user: limits of memory and time, but no isolation. */
  NONE;

  /** Parses the name of a mode in the configuration. */
  public static IsolationMode parse(String name) {
    return find(name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "must be bubblewrap, namespaces, user or none, not " + name));
  }

  /** Returns the mode with a name; empty if it is none, such as a mode of a later version. */
  public static Optional<IsolationMode> find(String name) {
    return Arrays.stream(values()).filter(mode -> mode.text().equals(name)).findFirst();
  }

  /** Returns the name in configuration, logs, metrics and events. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
