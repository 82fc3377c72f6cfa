package dev.sluice.contract.health;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/**
 * The health of an object, or of an application in a cluster, which has the worst health of its
 * objects.
 *
 * <p>The values are in the order of Argo CD, from best to worst. A suspended object is better than
 * a progressing one, since nothing has to be awaited. An unknown health is the worst: it may hide
 * any of the others.
 */
public enum Health {
  /** The object is as its specification demands. */
  @JsonProperty("Healthy")
  HEALTHY,
  /** The object does nothing, since somebody paused it. */
  @JsonProperty("Suspended")
  SUSPENDED,
  /** The object is not healthy yet, and may become so without a change in Git. */
  @JsonProperty("Progressing")
  PROGRESSING,
  /** The object does not exist. */
  @JsonProperty("Missing")
  MISSING,
  /** The object has failed, or cannot become healthy in time. */
  @JsonProperty("Degraded")
  DEGRADED,
  /** The health cannot be determined. */
  @JsonProperty("Unknown")
  UNKNOWN;

  /** Returns the worse of two. */
  public Health worse(Health other) {
    return compareTo(other) >= 0 ? this : other;
  }

  /** Returns the word for people and for JSON, such as {@code Healthy}. */
  public String word() {
    return name().charAt(0) + name().substring(1).toLowerCase(Locale.ROOT);
  }
}
