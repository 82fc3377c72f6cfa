package dev.sluice.worker;

import dev.sluice.platform.health.HealthServer;
import dev.sluice.platform.health.Readiness;
import dev.sluice.platform.process.FatalErrors;
import dev.sluice.worker.lane.AttemptJournal;
import dev.sluice.worker.lead.Leadership;
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
 * The worker of one cluster: stands by until it has the lead, then makes the cluster what its sync
 * topic says. Closing it lets what runs come to its end and gives the Lease back.
 *
 * <p>A term that cannot go on costs the worker its lead: it gives the Lease back, says why when it
 * is asked whether it is ready, and tries again later. Only what came of an {@link Error} ends the
 * process.
 */
public final class ClusterWorker implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ClusterWorker.class);
  private static final Duration GRACE = Duration.ofSeconds(5);
  private static final Duration STUCK = Duration.ofMinutes(1);

  /** A term that lasted so long did not fail from what ended the one before. */
  private static final Duration WELL = Duration.ofMinutes(10);

  private final WorkerConfig config;
  private final Outside outside;
  private final WorkerMetrics metrics;
  private final AttemptJournal journal;
  private final StandAside standAside;
  private @Nullable Term term;
  private Optional<TermEnd> stopped = Optional.empty();
  private Instant stoppedUntil = Instant.MIN;
  private Instant leadsSince = Instant.MAX;
  private boolean closing;
  private @Nullable Leadership leadership;
  private @Nullable HealthServer health;

  private ClusterWorker(WorkerConfig config, Outside outside) {
    this.config = config;
    this.outside = outside;
    this.metrics = new WorkerMetrics(outside.telemetry().metrics(), config.cluster());
    this.journal =
        AttemptJournal.open(
            Path.of(System.getProperty("java.io.tmpdir"))
                .resolve("sluice-worker-" + System.getProperty("user.name")),
            "attempts-%s-%s".formatted(config.cluster(), config.installation()),
            () -> ThreadLocalRandom.current().nextDouble());
    this.standAside = new StandAside(config.lease().retryPeriod(), config.lease().duration());
  }

  /** Starts a worker. */
  public static ClusterWorker start(WorkerConfig config, Outside outside) {
    ClusterWorker worker = new ClusterWorker(config, outside);
    worker.open();
    return worker;
  }

  private synchronized void open() {
    leadership =
        Leadership.start(
            outside.client(),
            new Leadership.Identity(
                config.systemNamespace(), config.leaseName(), config.identity()),
            config.lease(),
            new Terms(),
            outside.clock());
    WorkerMetrics.ask(outside.telemetry().metrics(), config.cluster(), this::view);
    WorkerMetrics.isolation(
        outside.telemetry().metrics(), config.cluster(), outside.renderers().isolation());
    if (config.healthPort().isPresent()) {
      health =
          HealthServer.start(
              config.healthPort().get(),
              () -> Readiness.unless(isLive() ? List.of() : List.of("stuck")),
              this::readiness,
              outside.telemetry().metrics());
    }
  }

  /** Where the worker is. */
  public synchronized WorkerStatus status() {
    if (closing) {
      return WorkerStatus.CLOSED;
    }
    if (term != null) {
      return term.status();
    }
    return isStopped() ? WorkerStatus.STOPPED : WorkerStatus.STANDBY;
  }

  /** Why the worker does not do what it should; empty if it does. */
  public synchronized Optional<String> problem() {
    if (closing) {
      return Optional.empty();
    }
    return term == null ? stopped.filter(_ -> isStopped()).map(TermEnd::reason) : term.problem();
  }

  /**
   * Returns whether a failed leader session keeps the worker unready. A record that this version
   * cannot read stays unreadable, so the worker is unready until a session succeeds. After any
   * other failure it is a standby again when its time aside is over.
   */
  private boolean isStopped() {
    return stopped.isPresent()
        && (stopped.get() instanceof TermEnd.UnknownType
            || outside.clock().instant().isBefore(stoppedUntil));
  }

  private synchronized Readiness readiness() {
    return status().readiness(problem());
  }

  private synchronized WorkerView view() {
    return term == null || closing
        ? WorkerView.idle(status(), problem().isEmpty())
        : term.view(problem().isEmpty());
  }

  /** Where health and metrics are served, if they are. */
  public synchronized OptionalInt healthPort() {
    return health == null ? OptionalInt.empty() : OptionalInt.of(health.port());
  }

  /** Whether it turns: a worker that does not should be started anew. */
  public synchronized boolean isLive() {
    return (leadership == null || leadership.isAlive(STUCK))
        && (term == null || term.isAlive(outside.clock().instant().minus(STUCK)));
  }

  @Override
  public void close() {
    Leadership ending;
    synchronized (this) {
      closing = true;
      ending = leadership;
      if (health != null) {
        health.close();
      }
    }
    if (ending != null) {
      ending.close();
    }
    journal.close();
  }

  /** Begins and ends terms as the lead comes and goes. */
  private final class Terms implements Leadership.Candidate, Term.Owner {

    @Override
    public void lead() {
      synchronized (ClusterWorker.this) {
        if (term == null && !closing) {
          term = new Term(config, outside, metrics, this);
          term.start();
        }
      }
    }

    @Override
    public void stop() {
      Term ending;
      boolean gracefully;
      synchronized (ClusterWorker.this) {
        ending = term;
        gracefully = closing;
      }
      if (ending != null) {
        ending.end(gracefully ? GRACE : Duration.ZERO);
      }
      synchronized (ClusterWorker.this) {
        term = null;
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
    public void leads(Term leading) {
      synchronized (ClusterWorker.this) {
        if (leading == term) {
          stopped = Optional.empty();
          leadsSince = outside.clock().instant();
        }
      }
    }

    @Override
    public void ended(Term ended, TermEnd end) {
      synchronized (ClusterWorker.this) {
        if (ended != term || closing || leadership == null) {
          return; // it is at its end already
        }
        Instant now = outside.clock().instant();
        if (leadsSince.isBefore(now.minus(WELL))) {
          standAside.forget();
        }
        leadsSince = Instant.MAX;
        Duration aside = standAside.after(end);
        stopped = Optional.of(end);
        stoppedUntil = now.plus(aside);
        leadership.resign(aside);
        log.atError()
            .addKeyValue("cluster", config.cluster())
            .setCause(end instanceof TermEnd.Failed failed ? failed.cause() : null)
            .log("gives up the lead for {}: {}", aside, end.reason());
      }
      if (end instanceof TermEnd.Failed(String _, Error error)) {
        Thread.ofPlatform().name("end-of-process").start(() -> endProcess(error));
      }
    }

    /** An error that no item can be blamed for: the process ends, when others can take the lead. */
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
