package dev.sluice.worker.sandbox;

import java.util.Arrays;
import java.util.Locale;

/**
 * Ways of keeping renderers apart from the worker and from each other, the strongest first. {@link
 * #BUBBLEWRAP} and {@link #NAMESPACES} have the same effect: a renderer sees the system's programs,
 * its own inputs and nothing else; no process, file or environment of the worker, no network.
 */
public enum IsolationMode {
  /** Namespaces made by the program {@code bwrap}. */
  BUBBLEWRAP,

  /** User, mount, process, network, IPC and UTS namespaces made by {@code unshare}. */
  NAMESPACES,

  /** Another user for each renderer; it sees what all users may see, and the network. */
  USER,

  /** The worker's own user: limits of memory and time, but no wall. */
  NONE;

  /** Returns the mode of a name as configuration has it. */
  public static IsolationMode parse(String name) {
    return Arrays.stream(values())
        .filter(mode -> mode.text().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "must be bubblewrap, namespaces, user or none, not " + name));
  }

  /** The name in configuration, logs, metrics and events. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
