package dev.sluice.worker;

import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.platform.process.FailureLog;
import dev.sluice.platform.process.FatalErrors;
import dev.sluice.platform.process.ThreadEnd;
import dev.sluice.platform.telemetry.Heartbeats.Finding;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.diff.DiffService;
import dev.sluice.worker.lane.AttemptJournal;
import dev.sluice.worker.lane.Lanes;
import dev.sluice.worker.ledger.LedgerListing;
import dev.sluice.worker.report.OpenDeadLetters;
import dev.sluice.worker.report.Reporter;
import dev.sluice.worker.sync.SyncLog;
import dev.sluice.worker.sync.SyncRecordReader;
import dev.sluice.worker.watch.LedgerWatch;
import dev.sluice.worker.watch.PrerequisiteWatch;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The time from gaining leadership to losing it. A session reads the ledgers and the log, lets one
 * lane per application reconcile it, and sweeps orphans at intervals. A new session trusts no state
 * of an earlier one.
 *
 * <p>A failure that one application, record or object caused affects only that item. Any other
 * failure ends the session: the owner gets the reason and gives up leadership.
 */
final class LeaderSession implements SyncIntake.Progress {

  private static final Logger log = LoggerFactory.getLogger(LeaderSession.class);
  private static final Duration TRY_AGAIN = Duration.ofSeconds(1);

  private final WorkerConfig config;
  private final WorkerResources resources;
  private final WorkerMetrics metrics;
  private final Owner owner;
  private final SessionContext context;
  private final CountDownLatch ending = new CountDownLatch(1);
  private final AtomicBoolean stopped = new AtomicBoolean();
  private final FailureLog failures;
  private final Thread thread;
  private volatile WorkerStatus status = WorkerStatus.CATCHING_UP;
  private volatile Duration grace = Duration.ZERO;
  private volatile Optional<String> problem = Optional.empty();
  private volatile @Nullable Reporter reporter;
  private volatile @Nullable SyncLog syncLog;
  private volatile @Nullable Lanes lanes;
  private volatile @Nullable LedgerWatch ledgerWatch;

  /** The worker that a session belongs to. */
  interface Owner {

    /** Returns the journal of attempts of this process and the previous one. */
    AttemptJournal journal();

    /** Returns whether this worker is certainly still the leader. */
    boolean mayWrite();

    /** Called when the session has caught up and follows the log. */
    void sessionCaughtUp(LeaderSession session);

    /** Called when the session cannot continue, by any thread. Must not block. */
    void ended(LeaderSession session, SessionEnd end);
  }

  LeaderSession(
      WorkerConfig config, WorkerResources resources, WorkerMetrics metrics, Owner owner) {
    this.config = config;
    this.resources = resources;
    this.metrics = metrics;
    this.owner = owner;
    this.failures = new FailureLog(log, "leader-session");
    this.context =
        new SessionContext(
            config, resources, metrics, owner.journal(), owner::mayWrite, this::wake);
    this.thread =
        Thread.ofPlatform()
            .name("leader-session-" + config.cluster())
            .daemon()
            .unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /**
   * Ends the session and returns once nothing is written any longer.
   *
   * @param forRunning how long running attempts may take to finish
   */
  void end(Duration forRunning) {
    grace = forRunning;
    stopped.set(true);
    // before the session can see that it ends, so that stopping the lanes is not interrupted
    thread.interrupt();
    ending.countDown();
    ThreadEnd.await(thread);
  }

  WorkerStatus status() {
    return status;
  }

  /** Returns the reason why the session does not work as it should; empty if it does. */
  Optional<String> problem() {
    SyncLog reading = syncLog;
    Reporter reporting = reporter;
    return problem
        .or(() -> reading == null ? Optional.empty() : reading.problem())
        .or(() -> reporting == null ? Optional.empty() : reporting.problem());
  }

  /** Returns what is not done for some kinds or applications. */
  Stream<Finding> findings() {
    return Stream.concat(context.observation().findings(), context.protection().findings());
  }

  /**
   * Returns the current state, for readiness and metrics.
   *
   * @param well whether the worker has no problem
   */
  WorkerMetrics.View view(boolean well) {
    SyncLog reading = syncLog;
    Lanes working = lanes;
    LedgerWatch watching = ledgerWatch;
    return new WorkerMetrics.View(
        status,
        well,
        reading == null ? OptionalLong.empty() : reading.lag(),
        working == null ? Map.of() : working.phases(),
        watching == null ? Map.of() : watching.unreadable(),
        working != null && working.isApiUnreachable(),
        context.discovery().unavailable(),
        context.observation().counts(),
        context.protection().inForce());
  }

  /** Returns whether the loop that reads the log makes progress. */
  boolean isAlive(Instant since) {
    SyncLog reading = syncLog;
    return status == WorkerStatus.STOPPED
        || (thread.isAlive() && (reading == null || reading.turnedAt().isAfter(since)));
  }

  private void run() {
    // opened first, so that a previous leader can report nothing after the ledgers are read
    try (Reporter reporting = openReporter();
        SyncRecordReader targets = new SyncRecordReader(resources.kafka(), config.cluster());
        DiffService diffs = context.diffs(reporting, targets)) {
      reporter = reporting;
      LedgerListing found = listLedgers();
      context.loadClaims(found);
      Lanes working = context.lanes(found, reporting, targets);
      lanes = working;
      try {
        work(found, reporting, targets, diffs, working);
      } finally {
        stop(working);
      }
    } catch (InterruptedException | InterruptException e) {
      // the session ends
    } catch (RuntimeException | Error e) {
      FatalErrors.check(e);
      if (!Thread.currentThread().isInterrupted()) {
        ended(new SessionEnd.Failed("the worker failed unexpectedly", e));
      }
    }
  }

  private void work(
      LedgerListing found,
      Reporter reporting,
      SyncRecordReader targets,
      DiffService diffs,
      Lanes working)
      throws InterruptedException {
    SyncIntake intake = new SyncIntake(context, found, reporting, diffs, working, this);
    context.observation().start(working, reporting);
    try (SessionProtection protection = context.protection();
        Observation observation = context.observation();
        SyncLog reading =
            SyncLog.start(
                resources.kafka(),
                config.cluster(),
                intake,
                context.containment(),
                resources.clock());
        LedgerWatch watch =
            LedgerWatch.start(
                context.api(), context.ledgers(), found, working, context.containment());
        PrerequisiteWatch namespaces =
            PrerequisiteWatch.ofNamespaces(context.api(), working, context.containment());
        PrerequisiteWatch definitions =
            PrerequisiteWatch.ofDefinitions(context.api(), working, context.containment())) {
      syncLog = reading;
      ledgerWatch = watch;
      log.atDebug()
          .addKeyValue("cluster", config.cluster())
          .log("watching {} {} {}", observation, namespaces, definitions);
      intake.awaitCaughtUp(this::openDeadLetters);
      protection.start();
      new SweepLoop(context, context.sweep(reporting, targets), watch, now -> problem = now)
          .run(ending);
    }
  }

  @Override
  public void leading() {
    status = WorkerStatus.LEADING;
    owner.sessionCaughtUp(this);
  }

  /** Only the first cause counts, and none once the session is being ended. */
  @Override
  public void ended(SessionEnd end) {
    if (stopped.compareAndSet(false, true)) {
      status = WorkerStatus.STOPPED;
      problem = Optional.of(end.reason());
      owner.ended(this, end);
    }
  }

  private Reporter openReporter() throws InterruptedException {
    return retried(
        "take over the reporting",
        () ->
            Reporter.open(
                resources.kafka(),
                config.cluster(),
                this::reported,
                cause -> ended(new SessionEnd.Failed("nothing can be reported any longer", cause)),
                resources.clock()));
  }

  private void reported(ResultEvent result) {
    metrics.reported(result);
    context.ledgerReports().reported(result);
    resources.listener().reported(result);
  }

  private LedgerListing listLedgers() throws InterruptedException {
    return retried(
        "read the ledgers and their keys",
        () -> {
          context.upkeep().prepare();
          return context.ledgers().list();
        });
  }

  private OpenDeadLetters.Found openDeadLetters(Instant since) throws InterruptedException {
    return retried(
        "read which dead letters are open",
        () -> OpenDeadLetters.read(resources.kafka(), config.cluster(), since));
  }

  /** A step that is tried again while the broker or the cluster's API does not answer. */
  private interface Step<T> {
    T run() throws InterruptedException;
  }

  private <T> T retried(String purpose, Step<T> step) throws InterruptedException {
    while (true) {
      try {
        T result = step.run();
        if (ending.getCount() == 0) { // a step may lose the interrupt
          throw new InterruptedException("the session ends");
        }
        problem = Optional.empty();
        failures.succeeded("the attempt to " + purpose);
        return result;
      } catch (InterruptException e) {
        throw e;
      } catch (KafkaException | ApiException e) {
        problem = Optional.of("cannot %s (%s)".formatted(purpose, e.getClass().getSimpleName()));
        failures.failed("the attempt to " + purpose, e);
        if (ending.await(TRY_AGAIN.toMillis(), TimeUnit.MILLISECONDS)) {
          throw new InterruptedException("the session ends");
        }
      }
    }
  }

  private void wake(ApplicationName application) {
    Lanes working = lanes;
    if (working == null) {
      throw new IllegalStateException("no lanes before the ledgers are read");
    }
    working.wake(application);
  }

  private void stop(Lanes working) {
    boolean interrupted = Thread.interrupted();
    try {
      working.stop(grace);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
