package dev.sluice.worker.health;

import dev.sluice.contract.event.Excerpt;
import dev.sluice.contract.health.Health;

/**
 * The health of one object.
 *
 * @param reason one line that tells a person why, with counts and names, without contents of
 *     Secrets; of at most {@value #LONGEST_REASON} characters
 */
@SuppressWarnings("AnnotateFormatMethod") // tests reach every text, and the annotation is a library
public record ObjectHealth(Health health, String reason) {

  /** The greatest number of characters of a reason. */
  public static final int LONGEST_REASON = 500;

  public ObjectHealth {
    reason = Excerpt.of(reason.replaceAll("[\\s\\p{Cntrl}]+", " ").strip(), LONGEST_REASON);
  }

  static ObjectHealth healthy(String reason, Object... values) {
    return new ObjectHealth(Health.HEALTHY, reason.formatted(values));
  }

  static ObjectHealth suspended(String reason, Object... values) {
    return new ObjectHealth(Health.SUSPENDED, reason.formatted(values));
  }

  static ObjectHealth progressing(String reason, Object... values) {
    return new ObjectHealth(Health.PROGRESSING, reason.formatted(values));
  }

  static ObjectHealth degraded(String reason, Object... values) {
    return new ObjectHealth(Health.DEGRADED, reason.formatted(values));
  }

  static ObjectHealth unknown(String reason, Object... values) {
    return new ObjectHealth(Health.UNKNOWN, reason.formatted(values));
  }
}
