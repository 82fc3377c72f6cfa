package dev.sluice.worker.leadership;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A Lease as it was read or written. Anyone with write access may have changed it: nothing in it is
 * trusted, and no time in it is compared with a clock.
 *
 * @param holder empty if there is none
 * @param durationSeconds 0 if missing or unusable
 * @param transitions how often it changed hands; 0 if missing or unusable
 * @param acquireTime informational
 * @param spec the whole content; a living holder changes it
 */
record ObservedLease(
    String uid,
    String resourceVersion,
    String holder,
    int durationSeconds,
    int transitions,
    String acquireTime,
    String spec) {

  static ObservedLease of(JsonNode lease) {
    JsonNode metadata = lease.path("metadata");
    JsonNode spec = lease.path("spec");
    return new ObservedLease(
        metadata.path("uid").asText(""),
        metadata.path("resourceVersion").asText(""),
        spec.path("holderIdentity").asText(""),
        positive(spec.path("leaseDurationSeconds")),
        positive(spec.path("leaseTransitions")),
        spec.path("acquireTime").asText(""),
        spec.toString());
  }

  boolean isHeldBy(String identity) {
    return holder.equals(identity);
  }

  /** Returns the holder, shortened for log lines. */
  String holderShortened() {
    return holder.length() <= 100 ? holder : holder.substring(0, 100) + "...";
  }

  private static int positive(JsonNode number) {
    return number.isIntegralNumber() && number.canConvertToInt() ? Math.max(0, number.asInt()) : 0;
  }
}
