package dev.sluice.worker;

import dev.sluice.worker.lead.Leadership;
import java.time.Duration;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The worker of one cluster: stands by until it has the lead, then makes the cluster what its sync
 * topic says. Closing it lets what runs come to its end and gives the Lease back.
 */
public final class ClusterWorker implements AutoCloseable {

  private static final Duration GRACE = Duration.ofSeconds(5);
  private static final Duration STUCK = Duration.ofMinutes(1);

  private final WorkerConfig config;
  private final Outside outside;
  private final WorkerMetrics metrics;
  private @Nullable Term term;
  private boolean closing;
  private @Nullable Leadership leadership;
  private @Nullable HealthEndpoint health;

  private ClusterWorker(WorkerConfig config, Outside outside) {
    this.config = config;
    this.outside = outside;
    this.metrics = new WorkerMetrics(outside.telemetry().metrics(), config.cluster());
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
            new Terms());
    WorkerMetrics.ask(outside.telemetry().metrics(), config.cluster(), this::view);
    if (config.healthPort().isPresent()) {
      health =
          HealthEndpoint.start(
              config.healthPort().get(), this::isLive, this::status, outside.telemetry().metrics());
    }
  }

  /** Where the worker is. */
  public synchronized WorkerStatus status() {
    if (closing) {
      return WorkerStatus.CLOSED;
    }
    return term == null ? WorkerStatus.STANDBY : term.status();
  }

  private synchronized WorkerView view() {
    return term == null || closing ? WorkerView.idle(status()) : term.view();
  }

  /** Where health and metrics are served, if they are. */
  public synchronized OptionalInt healthPort() {
    return health == null ? OptionalInt.empty() : OptionalInt.of(health.port());
  }

  /** Whether it turns: a worker that does not should be started anew. */
  public synchronized boolean isLive() {
    return term == null || term.isAlive(outside.clock().instant().minus(STUCK));
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
  }

  private synchronized void resign() {
    if (leadership != null) {
      leadership.resign();
    }
  }

  /** Begins and ends terms as the lead comes and goes. */
  private final class Terms implements Leadership.Candidate {

    @Override
    public void lead() {
      synchronized (ClusterWorker.this) {
        if (term == null && !closing) {
          term = new Term(config, outside, metrics, ClusterWorker.this::resign);
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
  }
}
