package dev.sluice.api.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sluice.contract.event.DeadLetterId;
import java.util.List;

/**
 * Action on open dead letters.
 *
 * @param dryRun returns the commands without giving them
 */
record DeadLetterRequest(Action action, List<DeadLetterId> entries, String reason, boolean dryRun) {

  DeadLetterRequest {
    entries = entries == null ? List.of() : List.copyOf(entries);
  }

  enum Action {
    /**
     * Syncs again what a worker parked; evaluates again the sources that the dispatcher refused.
     */
    @JsonProperty("retry")
    RETRY,
    /** Closes the entries without a retry. */
    @JsonProperty("discard")
    DISCARD
  }
}
