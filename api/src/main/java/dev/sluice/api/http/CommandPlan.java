package dev.sluice.api.http;

import dev.sluice.contract.event.Command;
import java.util.List;

/**
 * What was commanded, or would be.
 *
 * @param skipped what of the selection leads to no command, and why
 */
record CommandPlan(boolean dryRun, List<Planned> commands, List<String> skipped) {

  CommandPlan {
    commands = List.copyOf(commands);
    skipped = List.copyOf(skipped);
  }

  /**
   * One command to one application.
   *
   * @param id by which its answer can be asked for
   * @param expected what will come of it, as far as it can be seen now
   */
  record Planned(
      String id, String application, List<String> clusters, Command command, String expected) {}
}
