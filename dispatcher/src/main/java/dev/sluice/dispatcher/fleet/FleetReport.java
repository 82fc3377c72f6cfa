package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.event.Heartbeat;
import dev.sluice.contract.failure.PartFailure;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.generate.GeneratorSource;
import dev.sluice.platform.telemetry.Heartbeats.Finding;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Report of what is wrong with the fleet, for the log, readiness and heartbeats. */
final class FleetReport {

  private static final Logger log = LoggerFactory.getLogger(FleetReport.class);
  private static final int NAMED = 3;

  private final String location;
  private final Optional<RepositoryId> repository;
  private List<String> logged = List.of();
  private volatile Optional<String> unreadable = Optional.empty();
  private volatile List<Finding> ofNewest = List.of();
  private volatile List<Finding> ofAccepted = List.of();
  private List<String> failures = List.of();
  private volatile List<Finding> ofGenerators = List.of();
  private Map<GeneratorSource, SortedSet<String>> readers = Map.of();
  private Optional<List<Heartbeat.ReadRef>> reads = Optional.empty();
  private volatile Optional<Heartbeat.Fleet> fleet = Optional.empty();

  /**
   * Creates a report of nothing.
   *
   * @param repository that a fleet in Git is in
   */
  FleetReport(String location, Optional<RepositoryId> repository) {
    this.location = location;
    this.repository = repository;
  }

  /** Returns the fleet that this instance reads; empty if it reads none. */
  Optional<Heartbeat.Fleet> fleet() {
    return fleet;
  }

  /** Records that this instance reads the fleet now. */
  void begin() {
    fleet = Optional.of(new Heartbeat.Fleet(location, repository, Optional.empty(), reads));
  }

  /** Returns why the fleet cannot be read, if this makes the dispatcher unready. */
  Optional<String> unreadable() {
    return unreadable;
  }

  /** Returns what is wrong with the fleet. */
  List<Finding> findings() {
    return Stream.of(ofNewest, ofAccepted, ofGenerators).flatMap(List::stream).toList();
  }

  /** Forgets everything, since another instance reads the fleet. */
  void clear() {
    unreadable = Optional.empty();
    ofNewest = List.of();
    ofAccepted = List.of();
    failures = List.of();
    ofGenerators = List.of();
    readers = Map.of();
    reads = Optional.empty();
    fleet = Optional.empty();
  }

  /**
   * Records that the fleet could not be read because of an unexpected failure.
   *
   * @param unready whether this makes the dispatcher unready
   */
  void failed(Throwable failure, boolean unready) {
    unreadable(failure.toString(), unready);
    log.atError()
        .setCause(failure)
        .log("the fleet in {} cannot be read; it stays as it was", location);
  }

  /**
   * Records that the fleet's repository cannot be read.
   *
   * @param unready whether this makes the dispatcher unready
   */
  void unavailable(String reason, boolean unready) {
    unreadable(reason, unready);
    log(List.of("", "cannot be read: " + reason));
  }

  /** Records that a revision was refused as a whole; the accepted one stays in force. */
  void refused(FleetReading reading) {
    log(lines(reading));
    if (!isListingProblem(reading)) {
      unreadable = Optional.empty();
      ofNewest =
          List.of(
              invalid(
                  reading,
                  "the fleet in %s has %s at revision %s, so nothing of this revision is"
                      + " in force (--fleet-validation strict), and the last accepted one stays:"
                      + " %s"));
    }
  }

  /**
   * Records which refs generators and includes read that are in force, and which of them do. Those
   * that keep their applications without being read stay as they were.
   */
  private void follows(FleetReading reading) {
    Map<GeneratorSource, SortedSet<String>> now = new HashMap<>();
    reading.sets().readers().forEach((source, names) -> now.put(source, new TreeSet<>(names)));
    Set<String> read = new HashSet<>();
    now.values().forEach(read::addAll);
    Set<String> kept = reading.sets().keptReaders();
    readers.forEach(
        (source, names) ->
            names.stream()
                .filter(name -> !read.contains(name))
                .filter(name -> !reading.complete() || kept.contains(name))
                .forEach(name -> now.computeIfAbsent(source, _ -> new TreeSet<>()).add(name)));
    readers = now;
    reads =
        Optional.of(
            readers.entrySet().stream()
                .map(
                    one ->
                        new Heartbeat.ReadRef(
                            one.getKey().repository().repository(),
                            one.getKey().ref(),
                            List.copyOf(one.getValue())))
                .sorted(
                    Comparator.comparing(Heartbeat.ReadRef::repository)
                        .thenComparing(one -> one.ref().value()))
                .toList());
  }

  /** Records why repositories of generators cannot be read that were read before. */
  void generators(List<String> found) {
    if (found.equals(failures)) {
      return;
    }
    failures = found;
    found.forEach(failure -> log.atWarn().log("fleet: {}", failure));
    ofGenerators =
        found.isEmpty()
            ? List.of()
            : List.of(Finding.fault(PartFailure.FLEET_UNREADABLE, some(found)));
  }

  /** Records the result of reading the fleet. */
  void read(FleetReading reading, IntakePlan plan) {
    List<String> lines = lines(reading);
    List<String> unread = reading.sets().unread();
    reading.sets().problems().forEach(problem -> lines.add(problem.toString()));
    lines.addAll(unread);
    lines.addAll(plan.refusals());
    lines.addAll(plan.waiting());
    log(lines);
    if (isListingProblem(reading)) {
      return;
    }
    follows(reading);
    fleet = Optional.of(new Heartbeat.Fleet(location, repository, reading.commit(), reads));
    unreadable = Optional.empty();
    ofNewest =
        reading.problems().isEmpty()
            ? List.of()
            : List.of(
                invalid(
                    reading,
                    "the fleet in %s has %s at revision %s, and what they concern stays as"
                        + " it was: %s"));
    List<Finding> found = new ArrayList<>();
    if (!reading.sets().problems().isEmpty()) {
      found.add(
          Finding.fault(
              PartFailure.FLEET_INVALID,
              "ApplicationSets and FleetIncludes of the fleet in %s have %s with what they read, and what they concern stays as it was: %s"
                  .formatted(
                      location,
                      counted(reading.sets().problems()),
                      some(
                          reading.sets().problems().stream()
                              .map(FleetProblem::toString)
                              .toList()))));
    }
    if (!unread.isEmpty()) {
      found.add(Finding.fault(PartFailure.FLEET_UNREADABLE, some(unread)));
    }
    if (!plan.refusals().isEmpty()) {
      found.add(
          Finding.fault(PartFailure.FLEET_REMOVAL_HELD, some(plan.refusals()))
              .about(plan.held().map(held -> held.taken().keySet()).orElse(Set.of())));
    }
    ofAccepted = List.copyOf(found);
  }

  private Finding invalid(FleetReading reading, String message) {
    return Finding.fault(
        PartFailure.FLEET_INVALID,
        message.formatted(
            location,
            counted(reading.problems()),
            reading.acceptedAs(),
            some(reading.problems().stream().map(FleetProblem::toString).toList())));
  }

  private static String counted(List<FleetProblem> problems) {
    return problems.size() == 1 ? "1 problem" : problems.size() + " problems";
  }

  /** Records that the documents could not even be listed; returns false if they could. */
  private boolean isListingProblem(FleetReading reading) {
    Optional<FleetProblem> listing =
        reading.problems().stream().filter(problem -> problem.file().equals(location)).findFirst();
    // a commit's are its own: this instance can read the repository
    listing.ifPresent(problem -> unreadable(problem.message(), reading.commit().isEmpty()));
    return listing.isPresent();
  }

  private void unreadable(String reason, boolean unready) {
    String message =
        "the fleet in %s cannot be read (%s): the last accepted fleet stays in force; check --fleet and what it names"
            .formatted(location, reason);
    unreadable = Optional.of(message).filter(_ -> unready);
    ofNewest = List.of(Finding.fault(PartFailure.FLEET_UNREADABLE, message));
  }

  private static String some(List<String> all) {
    return String.join("; ", all.subList(0, Math.min(NAMED, all.size())))
        + (all.size() > NAMED ? "; and %d more".formatted(all.size() - NAMED) : "");
  }

  private static List<String> lines(FleetReading reading) {
    List<String> lines = new ArrayList<>();
    lines.add(reading.acceptedAs());
    reading.problems().forEach(problem -> lines.add(problem.toString()));
    return lines;
  }

  /** Logs problems and waiting changes, unless they are unchanged for the same revision. */
  private void log(List<String> lines) {
    if (!lines.equals(logged)) {
      lines.stream().skip(1).forEach(line -> log.atWarn().log("fleet: {}", line));
    }
    logged = lines;
  }
}
