package dev.sluice.contract.event;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/**
 * The health of an object, or of an application in a cluster. In the order of severity: an
 * application is as healthy as its worst object.
 */
public enum Health {
  /** It works as its specification says. */
  @JsonProperty("Healthy")
  HEALTHY,
  /** It is paused on purpose. */
  @JsonProperty("Suspended")
  SUSPENDED,
  /** It does not work yet, and may do so without any help. */
  @JsonProperty("Progressing")
  PROGRESSING,
  /** It does not exist. */
  @JsonProperty("Missing")
  MISSING,
  /** It does not work, and will not do so without help. */
  @JsonProperty("Degraded")
  DEGRADED,
  /** It cannot be seen or judged. */
  @JsonProperty("Unknown")
  UNKNOWN;

  /** Returns the worse of two. */
  public Health worse(Health other) {
    return compareTo(other) >= 0 ? this : other;
  }

  /** Returns the word for people, such as {@code Healthy}. */
  public String shown() {
    return name().charAt(0) + name().substring(1).toLowerCase(Locale.ROOT);
  }
}
