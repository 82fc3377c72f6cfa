package dev.sluice.receiver.catchup;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;

/**
 * GitHub's record of one attempt to deliver.
 *
 * @param id of the attempt
 * @param guid of the delivery, the same in each of its attempts
 * @param statusCode of the answer; of 0 or 5xx where there was none
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

  /** Whether another attempt may end otherwise: nobody has decided on the delivery yet. */
  boolean undecided() {
    return statusCode < 200 || statusCode == 408 || statusCode == 429 || statusCode >= 500;
  }
}
