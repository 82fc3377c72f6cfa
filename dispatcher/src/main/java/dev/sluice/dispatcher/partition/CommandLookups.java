package dev.sluice.dispatcher.partition;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.Command;
import dev.sluice.contract.event.CommandEvent;

/**
 * Lookups in Git and in the log that commands need before they are accepted: whether there is the
 * commit that a restoration names, and what a resend sends again.
 */
final class CommandLookups {

  private final RestoreChecks restores;
  private final RecordedReads recorded;

  CommandLookups(RestoreChecks restores, RecordedReads recorded) {
    this.restores = restores;
    this.recorded = recorded;
  }

  /**
   * Starts the lookup for a command that would be accepted.
   *
   * @return false if it needs none
   */
  boolean start(CommandEvent.Given given, ApplicationState state) {
    return switch (given.command()) {
      case Command.Restore restore -> {
        restores.start(
            given.application(),
            state.definition().orElseThrow().sources().getFirst(),
            restore.commit());
        yield true;
      }
      case Command.Resend resend -> {
        recorded.resent(given.application(), given.clusters().iterator().next(), resend);
        yield true;
      }
      case Command.Reevaluate _,
          Command.Resync _,
          Command.Rebuild _,
          Command.Suspend _,
          Command.Resume _,
          Command.Approve _,
          Command.Release _,
          Command.Discard _ ->
          false;
    };
  }
}
