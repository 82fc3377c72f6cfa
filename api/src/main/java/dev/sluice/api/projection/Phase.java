package dev.sluice.api.projection;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Optional;

/** Where an application is in a cluster, as far as the topics tell. */
public enum Phase {
  /** It is defined, and nothing was sent yet. */
  WAITING("Waiting"),
  /** A target was sent; the worker has not finished. */
  SYNCING("Syncing"),
  /** Transient trouble; tried again by the clock. */
  RETRYING("Retrying"),
  /** Not going until something changes; a dead letter is open. */
  PARKED("Parked"),
  /** The cluster holds what was sent last. */
  SYNCED("Synced"),
  /** It was synced when it was last seen, and something that is needed to see it is away. */
  UNKNOWN("Unknown"),
  REMOVING("Removing"),
  REMOVED("Removed");

  private final String label;

  Phase(String label) {
    this.label = label;
  }

  @JsonValue
  public String label() {
    return label;
  }

  /** The phase of this name, in any case. */
  public static Optional<Phase> named(String label) {
    return Arrays.stream(values()).filter(phase -> phase.label.equalsIgnoreCase(label)).findFirst();
  }

  @Override
  public String toString() {
    return label;
  }
}
