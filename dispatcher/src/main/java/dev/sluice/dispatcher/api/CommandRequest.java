package dev.sluice.dispatcher.api;

import dev.sluice.contract.event.Command;
import java.util.List;
import java.util.Optional;

/**
 * A command to a selection.
 *
 * @param applications names or globs; at least one
 * @param clusters names or globs; none: all clusters of each application
 * @param repository only applications with a source there
 * @param dryRun say what would be commanded, and do nothing
 */
record CommandRequest(
    Command command,
    List<String> applications,
    List<String> clusters,
    Optional<String> repository,
    String reason,
    boolean dryRun) {

  CommandRequest {
    applications = List.copyOf(applications);
    clusters = clusters == null ? List.of() : List.copyOf(clusters);
  }
}
