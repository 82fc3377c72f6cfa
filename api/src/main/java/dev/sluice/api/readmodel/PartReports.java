package dev.sluice.api.readmodel;

import dev.sluice.api.readmodel.PartView.ConditionView;
import dev.sluice.api.store.Silences;
import dev.sluice.contract.event.Heartbeat;
import dev.sluice.contract.event.Heartbeat.Condition;
import dev.sluice.contract.event.Heartbeat.Part;
import dev.sluice.contract.event.Heartbeat.State;
import dev.sluice.contract.failure.PartFailure;
import dev.sluice.contract.name.ClusterName;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The last reports of all parts. A part that has not reported for two and a half of its intervals
 * is silent. Times are those of this process, so wrong clocks of other machines do no harm while it
 * runs.
 */
final class PartReports implements Silences {

  /** How long a cluster may be without a leader when leadership passes on. */
  private static final Duration TAKE_OVER = Duration.ofSeconds(15);

  /** A message for callers who may not see all applications that a condition concerns. */
  private static final String OTHERS =
      "the message is about other applications, too: ask somebody who may see the whole fleet";

  private final Clock clock;
  private final Map<String, Seen> seen = new ConcurrentHashMap<>();
  private final Map<ClusterName, Instant> led = new ConcurrentHashMap<>();

  private record Seen(Heartbeat report, Instant at) {

    boolean isSilent(Instant now) {
      return Duration.between(at, now).compareTo(report.interval().multipliedBy(5).dividedBy(2))
          > 0;
    }

    /** Returns whether the part still runs. */
    boolean runs(Instant now) {
      return report.state() != State.STOPPED && !isSilent(now);
    }

    boolean isOfSameKind(Seen other) {
      return report.part() == other.report.part()
          && report.cluster().equals(other.report.cluster());
    }

    Optional<Condition> condition(PartFailure code) {
      return report.conditions().stream()
          .filter(condition -> condition.code().equals(code))
          .findFirst();
    }
  }

  PartReports(Clock clock) {
    this.clock = clock;
  }

  /**
   * Records a report.
   *
   * @param live whether it was just written; otherwise it was found in the topic
   */
  void received(Heartbeat report, Instant writtenAt, boolean live) {
    Instant now = clock.instant();
    Instant at = live || writtenAt.isAfter(now) ? now : writtenAt;
    seen.put(report.key(), new Seen(report, at));
    if (report.state() == State.LEADING) {
      report.cluster().ifPresent(cluster -> led.put(cluster, at));
    }
  }

  /** Returns the name of the worker that leads a cluster, according to its last report. */
  Optional<String> leader(String cluster) {
    Instant now = clock.instant();
    return parts(
            each ->
                each.report().state() == State.LEADING
                    && each.runs(now)
                    && each.report()
                        .cluster()
                        .filter(name -> name.value().equals(cluster))
                        .isPresent())
        .max(Comparator.comparing(Seen::at))
        .map(each -> each.report().instance());
  }

  /** Returns the repositories that the fleet reads, according to the dispatcher that reads it. */
  FleetRepositories fleetRepositories() {
    return parts(each -> each.report().state() != State.STOPPED)
        .filter(each -> each.report().fleet().isPresent())
        .max(Comparator.comparing(Seen::at))
        .flatMap(each -> each.report().fleet())
        .map(FleetRepositories::of)
        .orElse(FleetRepositories.NONE);
  }

  /** Returns all parts except those whose place another one has taken. */
  List<PartView> views(Scope allowed) {
    Instant now = clock.instant();
    return seen.values().stream()
        .filter(each -> isVisible(each, allowed) && !isReplaced(each, now))
        .sorted(Comparator.comparing(each -> each.report().key()))
        .map(
            each ->
                PartView.of(
                    each.report(),
                    each.at(),
                    each.report().state() != State.STOPPED && each.isSilent(now)))
        .toList();
  }

  private static boolean isVisible(Seen part, Scope allowed) {
    return allowed.isAll()
        || part.report()
            .cluster()
            .filter(cluster -> allowed.includesCluster(cluster.value()))
            .isPresent();
  }

  /**
   * Returns whether a part that is gone was replaced: it was stopped while another one runs, or
   * another one was started after its last report.
   */
  private boolean isReplaced(Seen gone, Instant now) {
    return !gone.runs(now)
        && seen.values().stream()
            .anyMatch(
                other ->
                    other.isOfSameKind(gone)
                        && other.runs(now)
                        && (gone.report().state() == State.STOPPED
                            || other.report().startedAt().isAfter(gone.at())));
  }

  /**
   * Returns the conditions that concern an application, of the parts that run. Their messages name
   * other applications, which not every caller may see.
   */
  List<ConditionView> about(String application, Scope allowed) {
    Instant now = clock.instant();
    return parts(each -> each.runs(now))
        .flatMap(each -> each.report().conditions().stream())
        .filter(
            condition ->
                condition.applications().orElse(List.of()).stream()
                    .anyMatch(name -> name.value().equals(application)))
        .map(ConditionView::of)
        .map(view -> allowed.isAll() ? view : view.withMessage(OTHERS))
        .toList();
  }

  @Override
  public Optional<Silence> ofDispatchers() {
    Instant now = clock.instant();
    List<Seen> all = parts(each -> each.report().part() == Part.DISPATCHER).toList();
    return all.isEmpty() || all.stream().anyMatch(each -> each.runs(now))
        ? Optional.empty()
        : Optional.of(
            silence(
                PartFailure.DISPATCHER_SILENT,
                lastOf(all),
                "no dispatcher has reported since %s, so Git's head is unknown: start one, or see"
                    + " its log"));
  }

  @Override
  public Optional<Silence> ofCluster(String cluster) {
    Instant now = clock.instant();
    List<Seen> all =
        parts(
                each ->
                    each.report()
                        .cluster()
                        .filter(name -> name.value().equals(cluster))
                        .isPresent())
            .toList();
    if (all.isEmpty()) {
      return Optional.empty();
    }
    List<Seen> running = all.stream().filter(each -> each.runs(now)).toList();
    if (running.isEmpty()) {
      return Optional.of(
          silence(
              PartFailure.WORKER_SILENT,
              lastOf(all),
              "no worker of %s has reported since %%s: start one, or see its log"
                  .formatted(cluster)));
    }
    List<Seen> leading =
        running.stream().filter(each -> each.report().state() == State.LEADING).toList();
    Optional<Condition> unreachable =
        (leading.isEmpty() ? running : leading)
            .stream()
                .flatMap(each -> each.condition(PartFailure.CLUSTER_UNREACHABLE).stream())
                .findFirst();
    if (unreachable.isPresent()) {
      Condition found = unreachable.get();
      return Optional.of(
          new Silence(PartFailure.CLUSTER_UNREACHABLE, found.message(), found.since()));
    }
    return leading.isEmpty() ? leaderless(cluster, running, now) : Optional.empty();
  }

  private Optional<Silence> leaderless(String cluster, List<Seen> running, Instant now) {
    Instant since =
        Optional.ofNullable(led.get(new ClusterName(cluster)))
            .orElseGet(
                () ->
                    running.stream()
                        .map(each -> each.report().startedAt())
                        .min(Comparator.naturalOrder())
                        .orElse(now));
    String reasons =
        running.stream()
            .flatMap(each -> each.report().conditions().stream())
            .map(Condition::message)
            .distinct()
            .collect(Collectors.joining("; "));
    return Duration.between(since, now).compareTo(TAKE_OVER) < 0
        ? Optional.empty()
        : Optional.of(
            silence(
                PartFailure.NO_LEADER,
                since,
                "no worker of %s has led since %%s: %s"
                    .formatted(
                        cluster,
                        reasons.isEmpty() ? "see their logs" : reasons.replace("%", "%%"))));
  }

  private Stream<Seen> parts(Predicate<Seen> condition) {
    return seen.values().stream().filter(condition);
  }

  private static Instant lastOf(List<Seen> parts) {
    return parts.stream().map(Seen::at).max(Comparator.naturalOrder()).orElse(Instant.EPOCH);
  }

  private static Silence silence(PartFailure code, Instant since, String message) {
    return new Silence(code, message.formatted(since.truncatedTo(ChronoUnit.SECONDS)), since);
  }
}
