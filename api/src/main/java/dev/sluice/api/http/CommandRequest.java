package dev.sluice.api.http;

import dev.sluice.contract.event.Command;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A command to a selection.
 *
 * @param command absent if {@code restoreAt} is given
 * @param restoreAt restore, in each cluster, the commit that it held at this time
 * @param applications names or globs; at least one
 * @param clusters names or globs; none: all clusters of each application
 * @param repository only applications with a source there
 * @param since only applications that something happened to from this time on
 * @param until the same, before this time
 * @param offsets the same, by position in the topic of changes: {@code PARTITION:FROM-TO}, both
 *     offsets included
 * @param dryRun say what would be commanded, and do nothing
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
    applications = List.copyOf(applications);
    clusters = clusters == null ? List.of() : List.copyOf(clusters);
  }
}
