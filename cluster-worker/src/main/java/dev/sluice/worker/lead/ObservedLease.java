package dev.sluice.worker.lead;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A Lease as it was read or written. Others may write into it whatever they like: nothing in it is
 * trusted, and no time in it is ever compared with a clock.
 *
 * @param holder empty if nobody holds it
 * @param durationSeconds 0 if it says nothing that can be used
 * @param transitions how often it changed hands; 0 if it says nothing that can be used
 * @param acquireTime for people only
 * @param spec all that it says: a holder that is alive changes it
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

  /** The holder, as long as a log line should be. */
  String holderShortened() {
    return holder.length() <= 100 ? holder : holder.substring(0, 100) + "...";
  }

  private static int positive(JsonNode number) {
    return number.isIntegralNumber() && number.canConvertToInt() ? Math.max(0, number.asInt()) : 0;
  }
}
