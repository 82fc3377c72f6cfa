package dev.sluice.api.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sluice.contract.event.Command;
import java.util.List;
import java.util.Optional;

/**
 * Commands that were given, or would be given by a dry run.
 *
 * @param skipped selected items that lead to no command, with the reason
 */
record CommandPlan(boolean dryRun, List<Planned> commands, List<String> skipped) {

  CommandPlan {
    commands = List.copyOf(commands);
    skipped = List.copyOf(skipped);
  }

  /**
   * Command to one application.
   *
   * @param application absent if a dead letter of no application is discarded
   * @param id for looking up the answer
   * @param expected the expected outcome, as far as the read model shows
   * @param isDone whether it was carried out at once, so that no answer follows
   */
  record Planned(
      String id,
      Optional<String> application,
      List<String> clusters,
      Command command,
      String expected,
      @JsonProperty("done") boolean isDone) {}
}
