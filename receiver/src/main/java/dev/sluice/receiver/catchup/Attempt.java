package dev.sluice.receiver.catchup;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;

/**
 * GitHub's record of an attempt to deliver.
 *
 * @param id id of the attempt
 * @param guid id of the delivery, the same in each of its attempts
 * @param statusCode status of the response; 0 or 5xx if there was none
 */
record Attempt(
    @JsonProperty(required = true) long id,
    @JsonProperty(required = true) String guid,
    @JsonProperty(value = "delivered_at", required = true) Instant deliveredAt,
    @JsonProperty(value = "status_code", required = true) int statusCode) {

  Attempt {
    requireNonNull(guid);
    requireNonNull(deliveredAt);
  }

  boolean succeeded() {
    return statusCode >= 200 && statusCode < 300;
  }

  /**
   * Returns whether another attempt may have a different outcome, since no response decided on the
   * delivery.
   */
  boolean undecided() {
    return statusCode < 200 || statusCode == 408 || statusCode == 429 || statusCode >= 500;
  }
}
