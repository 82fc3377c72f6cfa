package dev.sluice.contract.fleet;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * How the dependents of a deleted object are treated: the {@code propagationPolicy} of a deletion
 * in the Kubernetes API.
 */
public enum Propagation {
  /** They are deleted after it. */
  @JsonProperty("background")
  BACKGROUND("Background"),
  /** They are deleted before it. */
  @JsonProperty("foreground")
  FOREGROUND("Foreground"),
  /** They stay. */
  @JsonProperty("orphan")
  ORPHAN("Orphan");

  private final String text;

  Propagation(String text) {
    this.text = text;
  }

  /** Returns the name in Kubernetes' API. */
  public String text() {
    return text;
  }

  /**
   * Returns the propagation of a name, in upper or lower case.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Propagation parse(String name) {
    for (Propagation propagation : values()) {
      if (propagation.text.equalsIgnoreCase(name.trim())) {
        return propagation;
      }
    }
    throw new IllegalArgumentException("must be background, foreground or orphan, not " + name);
  }
}
