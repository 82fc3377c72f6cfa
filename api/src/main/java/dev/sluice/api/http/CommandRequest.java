package dev.sluice.api.http;

import dev.sluice.contract.event.Command;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Request that gives a command to the selected applications.
 *
 * @param command absent if {@code restoreAt} is given
 * @param restoreAt restores, in each cluster, the commit that it held at this time
 * @param applications names or globs; at least one
 * @param clusters names or globs; if empty, all clusters of each application
 * @param repository selects applications with a source in this repository
 * @param since selects applications that had an event at or after this time
 * @param until selects applications that had an event before this time
 * @param offsets selects applications that had an event in this range of the changes topic: {@code
 *     PARTITION:FROM-TO}, inclusive
 * @param dryRun returns the commands without giving them
 */
record CommandRequest(
    Optional<Command> command,
    Optional<Instant> restoreAt,
    List<String> applications,
    List<String> clusters,
    Optional<String> repository,
    Optional<Instant> since,
    Optional<Instant> until,
    Optional<String> offsets,
    String reason,
    boolean dryRun) {

  CommandRequest {
    applications = applications == null ? List.of() : List.copyOf(applications);
    clusters = clusters == null ? List.of() : List.copyOf(clusters);
  }
}
