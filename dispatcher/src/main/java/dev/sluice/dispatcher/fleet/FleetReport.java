package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.failure.PartFailure;
import dev.sluice.platform.telemetry.Heartbeats.Finding;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Report of what is wrong with the fleet, for the log, readiness and heartbeats. */
final class FleetReport {

  private static final Logger log = LoggerFactory.getLogger(FleetReport.class);
  private static final int NAMED = 3;

  private final Path directory;
  private List<String> logged = List.of();
  private volatile Optional<String> unreadable = Optional.empty();
  private volatile List<Finding> findings = List.of();

  FleetReport(Path directory) {
    this.directory = directory;
  }

  /** Returns why the fleet's directory cannot be read; empty if it can. */
  Optional<String> unreadable() {
    return unreadable;
  }

  /** Returns what is wrong with the fleet. */
  List<Finding> findings() {
    return findings;
  }

  /** Forgets everything, since another instance reads the fleet. */
  void clear() {
    unreadable = Optional.empty();
    findings = List.of();
  }

  /** Records that the directory could not be read at all. */
  void failed(Throwable failure) {
    unreadable(failure.toString());
    log.atError()
        .setCause(failure)
        .log("the fleet in {} cannot be read; it stays as it was", directory);
  }

  /** Records the result of reading the directory. */
  void read(FleetReading reading, IntakePlan plan) {
    log(reading, plan);
    Optional<FleetProblem> listing =
        reading.problems().stream()
            .filter(problem -> problem.file().equals(directory.toString()))
            .findFirst();
    if (listing.isPresent()) {
      unreadable(listing.get().message());
      return;
    }
    unreadable = Optional.empty();
    List<Finding> found = new ArrayList<>();
    if (!reading.problems().isEmpty()) {
      found.add(
          Finding.fault(
              PartFailure.FLEET_INVALID,
              "the fleet in %s has %d problems, and what they concern stays as it was: %s"
                  .formatted(
                      directory,
                      reading.problems().size(),
                      some(reading.problems().stream().map(FleetProblem::toString).toList()))));
    }
    if (!plan.refusals().isEmpty()) {
      found.add(
          Finding.fault(PartFailure.FLEET_REMOVAL_HELD, some(plan.refusals()))
              .about(plan.held().map(held -> held.taken().keySet()).orElse(Set.of())));
    }
    findings = List.copyOf(found);
  }

  private void unreadable(String reason) {
    String message =
        "the fleet in %s cannot be read (%s): the last accepted fleet stays in force; check --fleet and the directory"
            .formatted(directory, reason);
    unreadable = Optional.of(message);
    findings = List.of(Finding.fault(PartFailure.FLEET_UNREADABLE, message));
  }

  private static String some(List<String> all) {
    return String.join("; ", all.subList(0, Math.min(NAMED, all.size())))
        + (all.size() > NAMED ? "; and %d more".formatted(all.size() - NAMED) : "");
  }

  /** Logs problems and waiting changes, unless they are unchanged for the same revision. */
  private void log(FleetReading reading, IntakePlan plan) {
    List<String> lines = new ArrayList<>();
    lines.add(reading.revision());
    reading.problems().forEach(problem -> lines.add(problem.toString()));
    lines.addAll(plan.refusals());
    lines.addAll(plan.waiting());
    if (!lines.equals(logged)) {
      lines.stream().skip(1).forEach(line -> log.atWarn().log("fleet: {}", line));
    }
    logged = lines;
  }
}
