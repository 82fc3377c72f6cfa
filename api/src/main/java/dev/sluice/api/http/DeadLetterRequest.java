package dev.sluice.api.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * What is to become of open entries.
 *
 * @param dryRun say what would be commanded, and do nothing
 */
record DeadLetterRequest(Action action, List<String> entries, String reason, boolean dryRun) {

  DeadLetterRequest {
    entries = List.copyOf(entries);
  }

  enum Action {
    /** Re-sync what a worker parked; look again at sources that the dispatcher refused. */
    @JsonProperty("retry")
    RETRY,
    /** Close the entries without trying again. */
    @JsonProperty("discard")
    DISCARD
  }
}
