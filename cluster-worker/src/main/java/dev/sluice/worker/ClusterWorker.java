package dev.sluice.worker;

import dev.sluice.contract.event.Heartbeat;
import dev.sluice.contract.failure.PartFailure;
import dev.sluice.platform.health.HealthServer;
import dev.sluice.platform.health.Readiness;
import dev.sluice.platform.process.FatalErrors;
import dev.sluice.platform.telemetry.Heartbeats;
import dev.sluice.platform.telemetry.Heartbeats.Finding;
import dev.sluice.worker.lane.AttemptJournal;
import dev.sluice.worker.leadership.Leadership;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The worker of one cluster. It stands by until it is the leader, then reconciles the cluster with
 * its sync topic. {@link #close} lets running attempts finish and releases the Lease.
 *
 * <p>A leader session that cannot continue gives up leadership: the worker releases the Lease,
 * reports the reason in its readiness, and tries again later. Only an {@link Error} ends the
 * process.
 */
public final class ClusterWorker implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ClusterWorker.class);
  private static final Duration GRACE = Duration.ofSeconds(5);
  private static final Duration STUCK = Duration.ofMinutes(1);

  /**
   * After a session of this length, a failure counts as a new one, so the wait starts at its
   * minimum.
   */
  private static final Duration STABLE_SESSION = Duration.ofMinutes(10);

  private final WorkerConfig config;
  private final WorkerResources resources;
  private final WorkerMetrics metrics;
  private final AttemptJournal journal;
  private final StandAside standAside;
  private @Nullable LeaderSession session;
  private Optional<SessionEnd> stopped = Optional.empty();
  private Instant stoppedUntil = Instant.MIN;
  private Instant leadsSince = Instant.MAX;
  private boolean closing;
  private @Nullable Leadership leadership;
  private @Nullable HealthServer health;
  private Heartbeats.@Nullable Reporting reporting;

  private ClusterWorker(WorkerConfig config, WorkerResources resources) {
    this.config = config;
    this.resources = resources;
    this.metrics = new WorkerMetrics(resources.telemetry().metrics(), config.cluster());
    this.journal =
        AttemptJournal.open(
            Path.of(System.getProperty("java.io.tmpdir"))
                .resolve("sluice-worker-" + System.getProperty("user.name")),
            "attempts-%s-%s".formatted(config.cluster(), config.installation()),
            () -> ThreadLocalRandom.current().nextDouble());
    this.standAside = new StandAside(config.lease().retryPeriod(), config.lease().duration());
  }

  /** Starts a worker. */
  public static ClusterWorker start(WorkerConfig config, WorkerResources resources) {
    ClusterWorker worker = new ClusterWorker(config, resources);
    worker.open();
    return worker;
  }

  private synchronized void open() {
    leadership =
        Leadership.start(
            resources.client(),
            new Leadership.Identity(
                config.systemNamespace(), config.leaseName(), config.identity()),
            config.lease(),
            new Sessions(),
            resources.clock());
    WorkerMetrics.registerState(resources.telemetry().metrics(), config.cluster(), this::view);
    WorkerMetrics.registerIsolation(
        resources.telemetry().metrics(), config.cluster(), resources.renderers().isolation());
    reporting =
        resources
            .telemetry()
            .heartbeats()
            .report(
                new Heartbeats.Part(
                    Heartbeat.Part.WORKER,
                    Optional.of(config.cluster()),
                    Optional.of(config.identity())),
                this::reported);
    if (config.healthPort().isPresent()) {
      health =
          HealthServer.start(
              config.healthPort().get(),
              () -> Readiness.unless(isLive() ? List.of() : List.of("stuck")),
              this::readiness,
              resources.telemetry().metrics());
    }
  }

  /** Returns the state of the worker. */
  public synchronized WorkerStatus status() {
    if (closing) {
      return WorkerStatus.CLOSED;
    }
    if (session != null) {
      return session.status();
    }
    return isStopped() ? WorkerStatus.STOPPED : WorkerStatus.STANDBY;
  }

  /** Returns the reason why the worker is not ready; empty if it is. */
  public synchronized Optional<String> problem() {
    if (closing) {
      return Optional.empty();
    }
    Optional<String> own =
        session == null
            ? stopped.filter(_ -> isStopped()).map(SessionEnd::reason)
            : session.problem();
    Heartbeats heartbeats = resources.telemetry().heartbeats();
    return unreachable()
        .or(() -> own)
        .or(() -> leadership == null ? Optional.empty() : leadership.problem())
        .or(heartbeats::problem);
  }

  /** Returns why the cluster's API cannot be reached; empty if it can. */
  private Optional<String> unreachable() {
    return leadership == null ? Optional.empty() : leadership.unreachable();
  }

  /** Returns the state for the worker's heartbeats. */
  private synchronized Heartbeats.Status reported() {
    return status()
        .heartbeat(
            unreachable()
                .map(reason -> Finding.fault(PartFailure.CLUSTER_UNREACHABLE, reason))
                .or(() -> problem().map(reason -> Finding.fault(PartFailure.NOT_READY, reason))))
        .with(session == null ? List.of() : session.findings().toList());
  }

  /**
   * Returns whether a failed leader session keeps the worker unready. A record of an unknown type
   * stays unreadable, so the worker is unready until a session succeeds. After any other failure it
   * is a standby again when its time aside is over.
   */
  private boolean isStopped() {
    return stopped.isPresent()
        && (stopped.get() instanceof SessionEnd.UnknownType
            || resources.clock().instant().isBefore(stoppedUntil));
  }

  private synchronized Readiness readiness() {
    return status().readiness(problem());
  }

  private synchronized WorkerMetrics.View view() {
    return session == null || closing
        ? WorkerMetrics.View.idle(status(), problem().isEmpty())
        : session.view(problem().isEmpty());
  }

  /** Returns the port of the health and metrics server, if there is one. */
  public synchronized OptionalInt healthPort() {
    return health == null ? OptionalInt.empty() : OptionalInt.of(health.port());
  }

  /**
   * Returns whether the worker's loops make progress. A worker that is not live should be
   * restarted.
   */
  public synchronized boolean isLive() {
    return (leadership == null || leadership.isAlive(STUCK))
        && (session == null || session.isAlive(resources.clock().instant().minus(STUCK)));
  }

  @Override
  public void close() {
    Leadership ending;
    synchronized (this) {
      closing = true;
      ending = leadership;
      if (reporting != null) {
        reporting.close();
      }
      if (health != null) {
        health.close();
      }
    }
    if (ending != null) {
      ending.close();
    }
    journal.close();
  }

  /** Starts and ends leader sessions as leadership is gained and lost. */
  private final class Sessions implements Leadership.Candidate, LeaderSession.Owner {

    @Override
    public void startLeading() {
      synchronized (ClusterWorker.this) {
        if (session == null && !closing) {
          session = new LeaderSession(config, resources, metrics, this);
          session.start();
        }
      }
    }

    @Override
    public void stopLeading() {
      LeaderSession ending;
      boolean gracefully;
      synchronized (ClusterWorker.this) {
        ending = session;
        gracefully = closing;
      }
      if (ending != null) {
        ending.end(gracefully ? GRACE : Duration.ZERO);
      }
      synchronized (ClusterWorker.this) {
        session = null;
      }
    }

    @Override
    public AttemptJournal journal() {
      return journal;
    }

    @Override
    public boolean mayWrite() {
      Leadership leading = leadership;
      return leading != null && leading.isSafe();
    }

    @Override
    public void sessionCaughtUp(LeaderSession leading) {
      synchronized (ClusterWorker.this) {
        if (leading == session) {
          stopped = Optional.empty();
          leadsSince = resources.clock().instant();
        }
      }
    }

    @Override
    public void ended(LeaderSession ended, SessionEnd end) {
      synchronized (ClusterWorker.this) {
        if (ended != session || closing || leadership == null) {
          return; // it has ended already
        }
        Instant now = resources.clock().instant();
        if (leadsSince.isBefore(now.minus(STABLE_SESSION))) {
          standAside.reset();
        }
        leadsSince = Instant.MAX;
        Duration aside = standAside.after(end);
        stopped = Optional.of(end);
        stoppedUntil = now.plus(aside);
        leadership.resign(aside);
        log.atError()
            .addKeyValue("cluster", config.cluster())
            .setCause(end instanceof SessionEnd.Failed failed ? failed.cause() : null)
            .log("gives up leadership for {}: {}", aside, end.reason());
      }
      if (end instanceof SessionEnd.Failed(String _, Error error)) {
        Thread.ofPlatform().name("end-of-process").start(() -> endProcess(error));
      }
    }

    /**
     * Ends the process after an error that no single item caused, so that another worker can lead.
     */
    private void endProcess(Error error) {
      Thread releasing = Thread.ofPlatform().daemon().start(ClusterWorker.this::close);
      try {
        boolean unused = releasing.join(GRACE.multipliedBy(2));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      FatalErrors.escaped(Thread.currentThread(), error);
    }
  }
}
