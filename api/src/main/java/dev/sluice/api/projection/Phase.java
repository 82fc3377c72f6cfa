package dev.sluice.api.projection;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Optional;

/** Phase of an application in a cluster, according to the topics. */
public enum Phase {
  /** Defined; no target was sent yet. */
  WAITING("Waiting"),
  /** A target was sent and the worker has not finished. */
  SYNCING("Syncing"),
  /** Failed transiently; the worker retries after a delay. */
  RETRYING("Retrying"),
  /** Stopped until an input changes; a dead letter is open. */
  PARKED("Parked"),
  /** The cluster holds the newest target. */
  SYNCED("Synced"),
  /** Synced when last observed, but a source of it can no longer be read. */
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

  /** Returns the phase with this label, ignoring case. */
  public static Optional<Phase> named(String label) {
    return Arrays.stream(values()).filter(phase -> phase.label.equalsIgnoreCase(label)).findFirst();
  }

  @Override
  public String toString() {
    return label;
  }
}
