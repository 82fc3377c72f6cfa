package dev.sluice.worker.live;

import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.contract.event.ObservedHealth;
import dev.sluice.contract.event.ObservedObject;
import dev.sluice.contract.health.Health;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.Generation;
import dev.sluice.platform.process.Containment;
import dev.sluice.platform.process.FatalErrors;
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
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

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

  private static final Duration FIRST_DIAGNOSIS = Duration.ofSeconds(3);
  private static final Duration NEXT_DIAGNOSIS = Duration.ofSeconds(15);
  private static final int DIAGNOSES = 4;
  private static final int MAX_LISTED = 50;

  private final LiveObjects objects;
  private final Diagnosis diagnosis;
  private final Consumer<ObservedEvent> reporter;
  private final Containment containment;
  private final Clock clock;
  private final ScheduledThreadPoolExecutor executor;
  private final Semaphore diagnosing = new Semaphore(DIAGNOSES);
  private final Map<ApplicationName, Reported> reported = new HashMap<>();
  private final Map<ApplicationName, Map<ObjectRef, Found>> found = new ConcurrentHashMap<>();

  /**
   * What was reported of an application, and since when it is as it is.
   *
   * @param unhealthySince when it was seen to be unhealthy; empty while it is healthy
   */
  private record Reported(
      Generation generation,
      Optional<ObservedHealth> last,
      Instant at,
      Optional<Instant> unhealthySince) {}

  /** The finding about an object while its health had a reason. */
  private record Found(String reason, Diagnosis.Finding finding, Instant at) {}

  /**
   * Starts to report.
   *
   * @param reporter sends a report
   */
  public static HealthReports start(
      LiveObjects objects,
      ClusterApi api,
      Discovery discovery,
      Containment containment,
      Clock clock,
      Consumer<ObservedEvent> reporter) {
    return new HealthReports(objects, new Diagnosis(api, discovery), reporter, containment, clock);
  }

  private HealthReports(
      LiveObjects objects,
      Diagnosis diagnosis,
      Consumer<ObservedEvent> reporter,
      Containment containment,
      Clock clock) {
    this.objects = objects;
    this.diagnosis = diagnosis;
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
    after(Duration.ZERO, application);
  }

  private void after(Duration delay, ApplicationName application) {
    try {
      var unused =
          executor.schedule(
              () -> containment.handle("health-reports", application, () -> compare(application)),
              delay.toMillis(),
              TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // the session ends
    }
  }

  private void compare(ApplicationName application) {
    Optional<LiveApplication.Snapshot> snapshot = objects.snapshot(application);
    if (snapshot.isEmpty()) {
      return;
    }
    LiveApplication.Snapshot now = snapshot.get();
    if (now.objects().stream().anyMatch(object -> !object.known())) {
      return; // a list is on its way, and changes this
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
    reported.put(
        application,
        new Reported(generation, before.last(), before.at(), assessment.unhealthySince()));
    Instant time = clock.instant();
    ObservedHealth observed = assessment.observed();
    boolean changed = before.last().map(last -> last.health() != observed.health()).orElse(true);
    boolean differs = changed || !before.last().get().unhealthy().equals(observed.unhealthy());
    Instant due =
        changed
            ? (isPassing(observed.health())
                ? assessment.unhealthySince().orElse(time).plus(PASSING)
                : time)
            : before.at().plus(AGAIN);
    if (differs && !due.isAfter(time)) {
      reporter.accept(ObservedEvent.OfHealth.of(now.settled().subject(), observed));
      reported.put(
          application,
          new Reported(generation, Optional.of(observed), time, assessment.unhealthySince()));
    } else if (differs) {
      after(Duration.between(time, due), application);
    }
    if (observed.health() != Health.HEALTHY) {
      diagnose(application, now, assessment, time);
    } else {
      found.remove(application);
    }
  }

  private static boolean isPassing(Health health) {
    return health == Health.PROGRESSING || health == Health.MISSING || health == Health.UNKNOWN;
  }

  /** The health of an application now. */
  private record Assessment(
      ObservedHealth observed, Optional<Instant> unhealthySince, Optional<Instant> deadline) {}

  private Assessment assess(LiveApplication.Snapshot now, Reported before) {
    Instant time = clock.instant();
    Map<ObjectRef, Found> findings =
        found.getOrDefault(now.settled().subject().application(), Map.of());
    boolean anyWaits =
        now.objects().stream().anyMatch(object -> isWaiting(object.health().health()));
    Optional<Instant> since =
        anyWaits ? before.unhealthySince().or(() -> Optional.of(time)) : Optional.empty();
    Optional<Instant> deadline =
        since.map(from -> from.plus(now.settled().policy().timeToHealth()));
    boolean overdue = deadline.filter(at -> !at.isAfter(time)).isPresent();
    List<ObservedObject> unhealthy = new ArrayList<>();
    for (LiveApplication.Snapshot.Seen object : now.objects()) {
      if (object.health().health() != Health.HEALTHY) {
        Optional<Diagnosis.Finding> finding =
            Optional.ofNullable(findings.get(object.ref()))
                .filter(one -> one.reason().equals(object.health().reason()))
                .map(Found::finding);
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

  /** Has the unhealthy objects diagnosed that are due, and comes back when others are. */
  private void diagnose(
      ApplicationName application,
      LiveApplication.Snapshot now,
      Assessment assessment,
      Instant time) {
    Map<ObjectRef, Found> findings =
        found.computeIfAbsent(application, _ -> new ConcurrentHashMap<>());
    Optional<Instant> next = assessment.deadline();
    for (ObservedObject object : assessment.observed().unhealthy()) {
      if (object.health() == Health.SUSPENDED || object.health() == Health.MISSING) {
        continue;
      }
      String reason =
          now.objects().stream()
              .filter(seen -> seen.ref().equals(object.object()))
              .map(seen -> seen.health().reason())
              .findFirst()
              .orElse("");
      Found last = findings.get(object.object());
      Instant due =
          last == null
              ? (object.health() == Health.PROGRESSING
                  ? assessment.unhealthySince().orElse(time).plus(FIRST_DIAGNOSIS)
                  : time)
              : last.reason().equals(reason) || last.at().plus(FIRST_DIAGNOSIS).isAfter(time)
                  ? last.at().plus(NEXT_DIAGNOSIS)
                  : time;
      if (due.isAfter(time)) {
        next = Optional.of(next.filter(at -> at.isBefore(due)).orElse(due));
      } else {
        findings.put(
            object.object(),
            new Found(reason, last == null ? Diagnosis.Finding.NOTHING : last.finding(), time));
        Thread.ofVirtual()
            .name("diagnosis " + object.object())
            .start(() -> diagnose(application, object.object(), reason));
      }
    }
    next.ifPresent(at -> after(Duration.between(time, at).plusMillis(1), application));
  }

  private void diagnose(ApplicationName application, ObjectRef ref, String reason) {
    try {
      diagnosing.acquire();
      try {
        Diagnosis.Finding finding = diagnosis.of(ref);
        Map<ObjectRef, Found> findings = found.get(application);
        if (findings != null) {
          findings.put(ref, new Found(reason, finding, clock.instant()));
          changed(application);
        }
      } finally {
        diagnosing.release();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      FatalErrors.check(e);
      containment.failed("diagnosis", ref, e);
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
