package dev.sluice.worker;

import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.failure.PartFailure;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.platform.telemetry.Heartbeats.Finding;
import dev.sluice.worker.api.ApiKind;
import dev.sluice.worker.lane.Lanes;
import dev.sluice.worker.live.HealthReports;
import dev.sluice.worker.live.LiveListener;
import dev.sluice.worker.live.LiveObjects;
import dev.sluice.worker.live.LiveWatches;
import dev.sluice.worker.report.Reporter;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The observation of a cluster's live objects during a leader session: passes differences to the
 * lanes and health to the reports, and lists everything again at long intervals.
 */
final class Observation implements LiveListener, AutoCloseable {

  private final SessionContext context;
  private final LiveObjects objects;
  private volatile @Nullable Lanes lanes;
  private volatile @Nullable HealthReports reports;
  private volatile @Nullable LiveWatches watches;
  private volatile @Nullable Thread resync;

  Observation(SessionContext context) {
    this.context = context;
    this.objects =
        new LiveObjects(this, context.resources().clock(), context.config().ownObjects()::isState);
  }

  LiveObjects objects() {
    return objects;
  }

  /** Starts to pass on what is observed. */
  void start(Lanes working, Reporter reporting) {
    lanes = working;
    reports =
        HealthReports.start(
            objects,
            context.api(),
            context.discovery(),
            context.containment(),
            clock(),
            event -> send(reporting, event),
            this::differ);
  }

  /** Starts the watches; the objects and the policies of all applications are known. */
  void watch() {
    watches =
        LiveWatches.start(
            context.api(),
            context.discovery(),
            context.config().installation(),
            objects,
            context.containment(),
            context.metrics()::countResyncFinding);
    Thread thread = Thread.ofVirtual().name("resync").unstarted(this::listAgainAtIntervals);
    resync = thread;
    thread.start();
  }

  private Clock clock() {
    return context.resources().clock();
  }

  private static void send(Reporter reporting, ObservedEvent event) {
    var unused = reporting.send(event, TraceParent.start());
  }

  private void listAgainAtIntervals() {
    Duration interval = context.config().patience().resyncInterval();
    try {
      while (true) {
        // jittered, so that clusters do not list at the same time
        double factor = 0.8 + 0.4 * ThreadLocalRandom.current().nextDouble();
        Thread.sleep(Duration.ofMillis((long) (interval.toMillis() * factor)));
        LiveWatches watching = watches;
        if (watching != null) {
          watching.resync();
        }
      }
    } catch (InterruptedException e) {
      // the session ends
    }
  }

  /** Returns which kinds the worker may not observe. */
  Stream<Finding> findings() {
    LiveWatches watching = watches;
    List<ApiKind> kinds = watching == null ? List.of() : watching.forbidden();
    return kinds.isEmpty()
        ? Stream.empty()
        : Stream.of(
            Finding.fault(
                PartFailure.KINDS_UNOBSERVED,
                "the worker may not list and watch "
                    + kinds.stream()
                        .map(kind -> "%s in %s".formatted(kind.kind(), kind.apiVersion()))
                        .collect(Collectors.joining(", "))));
  }

  /** Returns the counts for metrics. */
  Counts counts() {
    LiveWatches watching = watches;
    return watching == null
        ? Counts.NONE
        : new Counts(objects.size(), watching.size(), watching.broken());
  }

  /**
   * The observed objects and kinds.
   *
   * @param unwatched the number of kinds whose changes are not received at the moment
   */
  record Counts(long objects, long kinds, long unwatched) {

    static final Counts NONE = new Counts(0, 0, 0);
  }

  @Override
  public void differ(ApplicationName application) {
    Lanes working = lanes;
    if (working != null) {
      working.check(application);
    }
  }

  @Override
  public void healthChanged(ApplicationName application) {
    HealthReports reporting = reports;
    if (reporting != null) {
      reporting.changed(application);
    }
  }

  @Override
  public void listAgain() {
    LiveWatches watching = watches;
    if (watching != null) {
      watching.listAgain();
    }
  }

  @Override
  public void kindsChanged() {
    LiveWatches watching = watches;
    if (watching != null) {
      watching.adapt();
    }
  }

  @Override
  public void close() {
    Thread thread = resync;
    if (thread != null) {
      thread.interrupt();
    }
    LiveWatches watching = watches;
    if (watching != null) {
      watching.close();
    }
    HealthReports reporting = reports;
    if (reporting != null) {
      reporting.close();
    }
  }
}
