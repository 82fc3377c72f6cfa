package dev.sluice.api.http;

import dev.sluice.contract.event.Command;
import dev.sluice.contract.name.Generation;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Request that gives a command to the selected applications.
 *
 * @param command absent if {@code restoreAt} or {@code resend} is given
 * @param restoreAt restores, in each cluster, the commit that it held at this time
 * @param resend sends recorded generations again, as they were
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
    Optional<Resend> resend,
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

  /**
   * Which recorded generations are sent again.
   *
   * @param generation a generation of one application in one cluster; if it is absent, in each
   *     cluster the newest one of the selection by {@code since}, {@code until} and {@code offsets}
   */
  record Resend(Optional<Generation> generation) {}

  /**
   * Checks that there is one thing to do.
   *
   * @throws Problem if there is none, or more than one
   */
  void check() {
    if (Stream.of(command, restoreAt, resend).filter(Optional::isPresent).count() != 1) {
      throw Problem.invalid("give one of 'command', 'restoreAt' and 'resend'");
    }
    if (command.filter(one -> !one.retried().isEmpty()).isPresent()) {
      throw Problem.invalid("'retries' is for POST /api/v1/dead-letters/actions");
    }
    if (command.filter(Command.Resend.class::isInstance).isPresent()) {
      throw Problem.invalid("a resend is given as 'resend', and not as 'command'");
    }
  }

  /**
   * Checks that a generation is of one application in one cluster, since each counts its own.
   *
   * @throws Problem if it is not
   */
  void checkGenerations(List<Order> orders) {
    if (resend.flatMap(Resend::generation).isPresent() && orders.size() > 1) {
      throw Problem.invalid(
          "'generation' is of one application in one cluster, and this selects %d: name both"
              .formatted(orders.size()));
    }
  }
}
