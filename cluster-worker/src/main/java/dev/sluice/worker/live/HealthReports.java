package dev.sluice.worker.live;

import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.contract.event.ObservedHealth;
import dev.sluice.contract.event.ObservedObject;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.health.Health;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.Generation;
import dev.sluice.platform.process.Containment;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.health.ObjectHealth;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Reports the health of applications when it changes. What passes within a second is not reported;
 * objects that do not become healthy in the policy's time are degraded, with the reason that a
 * {@link Diagnosis} finds.
 */
public final class HealthReports implements AutoCloseable {

  /** The time for which an application may be unhealthy without a report. */
  private static final Duration PASSING = Duration.ofSeconds(1);

  /** The least time between two reports of an application whose health stays the same. */
  private static final Duration AGAIN = Duration.ofSeconds(15);

  private static final int MAX_LISTED = 50;

  private final LiveObjects objects;
  private final Diagnoses diagnoses;
  private final Consumer<ObservedEvent> reporter;
  private final Consumer<ApplicationName> known;
  private final Containment containment;
  private final Clock clock;
  private final ScheduledThreadPoolExecutor executor;
  private final Map<ApplicationName, Reported> reported = new HashMap<>();

  /** The next comparison of each application; one at most, so that they do not add up. */
  private final Map<ApplicationName, Planned> planned = new HashMap<>();

  private record Planned(Instant at, Future<?> task) {}

  /**
   * The last report about an application.
   *
   * @param last empty if nothing was reported of this generation
   * @param waitingSince when an object was first seen to be progressing or missing; empty while
   *     none is
   */
  private record Reported(
      Generation generation,
      Optional<ObservedHealth> last,
      Instant at,
      Optional<Instant> waitingSince) {}

  /**
   * Starts to report.
   *
   * @param reporter sends a report
   * @param known called once all objects are known of an application that was applied by an earlier
   *     worker
   */
  public static HealthReports start(
      LiveObjects objects,
      ClusterApi api,
      Discovery discovery,
      Containment containment,
      Clock clock,
      Consumer<ObservedEvent> reporter,
      Consumer<ApplicationName> known) {
    return new HealthReports(
        objects, new Diagnosis(api, discovery), reporter, known, containment, clock);
  }

  private HealthReports(
      LiveObjects objects,
      Diagnosis diagnosis,
      Consumer<ObservedEvent> reporter,
      Consumer<ApplicationName> known,
      Containment containment,
      Clock clock) {
    this.known = known;
    this.objects = objects;
    this.diagnoses = new Diagnoses(diagnosis::of, this::changed, containment, clock);
    this.reporter = reporter;
    this.containment = containment;
    this.clock = clock;
    this.executor =
        new ScheduledThreadPoolExecutor(
            1, task -> Thread.ofPlatform().name("health-reports").daemon().unstarted(task));
    executor.setRemoveOnCancelPolicy(true);
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /** Compares the health of an application with what was reported, soon. Does not block. */
  public void changed(ApplicationName application) {
    compareAt(clock.instant(), application);
  }

  private synchronized void compareAt(Instant at, ApplicationName application) {
    Planned known = planned.get(application);
    if (known != null && !known.at().isAfter(at)) {
      return;
    }
    if (known != null) {
      known.task().cancel(false);
    }
    long delay = Math.max(0, Duration.between(clock.instant(), at).toMillis() + 1);
    try {
      planned.put(
          application,
          new Planned(at, executor.schedule(() -> run(application), delay, TimeUnit.MILLISECONDS)));
    } catch (RejectedExecutionException e) {
      // the session ends
    }
  }

  private void run(ApplicationName application) {
    synchronized (this) {
      planned.remove(application);
    }
    containment.handle("health-reports", application, () -> compare(application));
  }

  private void compare(ApplicationName application) {
    Optional<LiveApplication.Snapshot> snapshot = objects.snapshot(application);
    if (snapshot.isEmpty()) {
      if (!objects.has(application)) {
        reported.remove(application);
        diagnoses.forget(application);
      }
      return;
    }
    LiveApplication.Snapshot now = snapshot.get();
    if (now.objects().stream().anyMatch(object -> !object.known())) {
      return; // a list is on its way, and changes this
    }
    if (now.settled().isFound() && !reported.containsKey(application)) {
      known.accept(application);
    }
    Generation generation = now.settled().subject().generation();
    Reported before =
        Optional.ofNullable(reported.get(application))
            .filter(last -> last.generation().equals(generation))
            .orElseGet(
                () ->
                    new Reported(
                        generation, Optional.empty(), now.settled().at(), Optional.empty()));
    Assessment assessment = assess(now, before);
    Instant time = clock.instant();
    ObservedHealth observed = assessment.observed();
    boolean changed = before.last().map(last -> last.health() != observed.health()).orElse(true);
    boolean differs = changed || !before.last().get().unhealthy().equals(observed.unhealthy());
    Instant due =
        changed
            ? (isWaiting(observed.health())
                ? assessment.waitingSince().orElse(time).plus(PASSING)
                : time)
            : before.at().plus(AGAIN);
    boolean reports = differs && !due.isAfter(time);
    if (reports) {
      reporter.accept(ObservedEvent.OfHealth.of(now.settled().subject(), observed));
    }
    reported.put(
        application,
        new Reported(
            generation,
            reports ? Optional.of(observed) : before.last(),
            reports ? time : before.at(),
            assessment.waitingSince()));
    Stream.of(
            Stream.of(due).filter(_ -> differs && !reports),
            assessment.deadline().stream(),
            diagnose(now, assessment).stream())
        .flatMap(each -> each)
        .min(Comparator.naturalOrder())
        .ifPresent(at -> compareAt(at, application));
  }

  /** The health of an application now. */
  private record Assessment(
      ObservedHealth observed, Optional<Instant> waitingSince, Optional<Instant> deadline) {}

  private Assessment assess(LiveApplication.Snapshot now, Reported before) {
    Instant time = clock.instant();
    Subject subject = now.settled().subject();
    boolean anyWaits =
        now.objects().stream().anyMatch(object -> isWaiting(object.health().health()));
    Optional<Instant> since =
        anyWaits ? before.waitingSince().or(() -> Optional.of(time)) : Optional.empty();
    Optional<Instant> deadline =
        since.map(from -> from.plus(now.settled().policy().timeToHealth()));
    boolean overdue = deadline.filter(at -> !at.isAfter(time)).isPresent();
    List<ObservedObject> unhealthy = new ArrayList<>();
    for (LiveApplication.Snapshot.Seen object : now.objects()) {
      if (object.health().health() != Health.HEALTHY) {
        Optional<Diagnosis.Finding> finding =
            diagnoses.of(subject.application(), subject.generation(), object.ref());
        unhealthy.add(observed(object, finding, overdue, now.settled().policy().timeToHealth()));
      }
    }
    unhealthy.sort(
        Comparator.comparing(ObservedObject::health)
            .reversed()
            .thenComparing(ObservedObject::object));
    Health worst =
        unhealthy.stream().map(ObservedObject::health).reduce(Health.HEALTHY, Health::worse);
    List<ObservedObject> listed = unhealthy.subList(0, Math.min(MAX_LISTED, unhealthy.size()));
    int omitted = unhealthy.size() - listed.size();
    Instant changedAt =
        before
            .last()
            .filter(last -> last.health() == worst)
            .map(ObservedHealth::since)
            .orElse(time);
    ObservedHealth observed =
        new ObservedHealth(
            worst,
            now.objects().size(),
            listed,
            omitted == 0 ? Optional.empty() : Optional.of(omitted),
            changedAt);
    return new Assessment(observed, since, overdue ? Optional.empty() : deadline);
  }

  private static boolean isWaiting(Health health) {
    return health == Health.PROGRESSING || health == Health.MISSING;
  }

  private static ObservedObject observed(
      LiveApplication.Snapshot.Seen object,
      Optional<Diagnosis.Finding> finding,
      boolean overdue,
      Duration timeout) {
    ObjectHealth health =
        finding
            .flatMap(Diagnosis.Finding::failing)
            .filter(_ -> object.health().health() != Health.SUSPENDED)
            .orElse(object.health());
    if (overdue && isWaiting(health.health())) {
      health =
          new ObjectHealth(
              Health.DEGRADED, "not healthy after %s: %s".formatted(timeout, health.reason()));
    }
    return new ObservedObject(
        object.ref(),
        health.health(),
        health.reason(),
        finding.map(Diagnosis.Finding::details).orElse(List.of()));
  }

  /** Has the unhealthy objects diagnosed that are due; returns when others are. */
  private List<Instant> diagnose(LiveApplication.Snapshot now, Assessment assessment) {
    Subject subject = now.settled().subject();
    if (assessment.observed().health() == Health.HEALTHY) {
      diagnoses.forget(subject.application());
      return List.of();
    }
    Map<ObjectRef, String> reasons = new HashMap<>();
    now.objects().forEach(object -> reasons.put(object.ref(), object.health().reason()));
    return assessment.observed().unhealthy().stream()
        .map(
            object ->
                diagnoses.diagnose(
                    subject.application(),
                    subject.generation(),
                    object,
                    reasons.getOrDefault(object.object(), ""),
                    assessment.waitingSince().orElseGet(clock::instant)))
        .flatMap(Optional::stream)
        .toList();
  }

  @Override
  public void close() {
    executor.shutdownNow();
    diagnoses.close();
  }
}
