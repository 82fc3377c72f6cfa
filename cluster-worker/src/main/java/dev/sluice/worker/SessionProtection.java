package dev.sluice.worker;

import dev.sluice.contract.failure.PartFailure;
import dev.sluice.platform.process.Backoff;
import dev.sluice.platform.telemetry.Heartbeats.Finding;
import dev.sluice.worker.protect.ProtectionLoop;
import dev.sluice.worker.protect.Protections;
import dev.sluice.worker.sync.LogEntry;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The protection of objects against other writers during a leader session. */
final class SessionProtection implements AutoCloseable {

  private final SessionContext context;
  private final Protections protections;
  private volatile @Nullable ProtectionLoop loop;

  SessionProtection(SessionContext context) {
    this.context = context;
    this.protections = new Protections(context.suspended()::contains);
  }

  /** Takes over what an application's newest record says. */
  void newest(LogEntry entry) {
    if (entry.removal()) {
      protections.removed(entry.application());
    } else {
      protections.applied(entry.application(), entry.policy());
    }
  }

  /** Takes over that an application was suspended or resumed. */
  void suspensionChanged() {
    protections.changed();
  }

  /** Starts to install; the newest records of all applications are known. */
  void start() {
    WorkerConfig config = context.config();
    WorkerConfig.Patience patience = config.patience();
    Backoff retry =
        new Backoff(
            patience.retryLeast(),
            patience.retryMost(),
            () -> ThreadLocalRandom.current().nextDouble());
    loop =
        ProtectionLoop.start(
            new ProtectionLoop.Access(
                config.cluster(), context.api(), context.discovery(), context.containment()),
            config.systemNamespace(),
            config.installation(),
            config.protection(),
            protections,
            new ProtectionLoop.Times(retry, patience.resyncInterval()));
  }

  /** Returns the number of applications whose protection is installed. */
  int inForce() {
    ProtectionLoop running = loop;
    return running == null ? 0 : running.inForce();
  }

  /** Returns why applications that ask for protection have none. */
  Stream<Finding> findings() {
    ProtectionLoop running = loop;
    Optional<String> problem = running == null ? Optional.empty() : running.problem();
    return problem.stream()
        .map(reason -> Finding.fault(PartFailure.UNPROTECTED, reason).about(protections.asking()));
  }

  @Override
  public void close() {
    ProtectionLoop running = loop;
    if (running != null) {
      running.close();
    }
  }
}
