package dev.sluice.worker;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ApiSchemas;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.apply.Applications;
import dev.sluice.worker.apply.LabelSweep;
import dev.sluice.worker.apply.Neighbours;
import dev.sluice.worker.apply.SourceRendering;
import dev.sluice.worker.diff.Differ;
import dev.sluice.worker.diff.Questions;
import dev.sluice.worker.lane.Backoff;
import dev.sluice.worker.lane.Breaker;
import dev.sluice.worker.lane.LanePolicy;
import dev.sluice.worker.lane.Lanes;
import dev.sluice.worker.ledger.Keyring;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.ledger.LedgerListing;
import dev.sluice.worker.ledger.LedgerStore;
import dev.sluice.worker.ledger.LedgerUpkeep;
import dev.sluice.worker.log.SyncLog;
import dev.sluice.worker.log.TargetReader;
import dev.sluice.worker.report.Reporter;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The time from taking the lead to losing it: reads ledgers and log, drives the difference to zero
 * by lanes, and sweeps now and then. A lead that is taken again is another term, which believes
 * nothing of the one before.
 */
final class Term {

  private static final Logger log = LoggerFactory.getLogger(Term.class);
  private static final Duration TRY_AGAIN = Duration.ofSeconds(1);

  private final WorkerConfig config;
  private final Outside outside;
  private final WorkerMetrics metrics;
  private final Runnable resign;
  private final ClusterApi api;
  private final LedgerStore ledgers;
  private final LedgerUpkeep upkeep;
  private final Neighbours neighbours = new Neighbours();
  private final Map<ApplicationName, Ledger.OpenEntry> open = new ConcurrentHashMap<>();
  private final CountDownLatch ending = new CountDownLatch(1);
  private final Thread thread;
  private volatile WorkerStatus status = WorkerStatus.CATCHING_UP;
  private volatile Duration grace = Duration.ZERO;
  private volatile @Nullable SyncLog syncLog;
  private volatile @Nullable Lanes lanes;
  private volatile @Nullable LedgerWatch ledgerWatch;

  /**
   * @param resign gives up the lead, and so ends this term; returns at once
   */
  Term(WorkerConfig config, Outside outside, WorkerMetrics metrics, Runnable resign) {
    this.config = config;
    this.outside = outside;
    this.metrics = metrics;
    this.resign = resign;
    this.api = new ClusterApi(outside.client(), config.patience().callTimeout());
    this.ledgers =
        new LedgerStore(api, config.ledgerNames(), Keyring.unusable("it was not read yet"));
    this.upkeep = new LedgerUpkeep(api, config.ledgerNames(), ledgers, outside.clock());
    this.thread =
        Thread.ofPlatform().name("term-" + config.cluster()).daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /**
   * Ends it, and returns when nothing is written any more.
   *
   * @param forRunning how long running attempts may take to come to their own end
   */
  void end(Duration forRunning) {
    grace = forRunning;
    ending.countDown();
    thread.interrupt();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  WorkerStatus status() {
    return status;
  }

  /** How it is. */
  WorkerView view() {
    SyncLog reading = syncLog;
    Lanes working = lanes;
    LedgerWatch watching = ledgerWatch;
    return new WorkerView(
        status,
        reading == null ? OptionalLong.empty() : reading.lag(),
        working == null ? Map.of() : working.phases(),
        watching == null ? Map.of() : watching.unreadable(),
        working != null && working.areHeldUp());
  }

  /** Whether the log's loop comes round. */
  boolean isAlive(Instant since) {
    SyncLog reading = syncLog;
    return thread.isAlive() && (reading == null || reading.turnedAt().isAfter(since));
  }

  private void run() {
    // first of all: who led before can tell nothing any more when the ledgers are read
    try (Reporter reporting = openReporter();
        TargetReader targets = new TargetReader(outside.kafka(), config.cluster());
        Questions asked = questions(reporting, targets)) {
      LedgerListing found = listLedgers();
      found.usable().values().forEach(stored -> neighbours.found(stored.ledger()));
      found.unreadable().values().forEach(this::warn);
      Lanes working = lanes(found, reporting, targets);
      lanes = working;
      LogIntake intake =
          new LogIntake(
              config,
              outside,
              new LogIntake.Parts(found, open, neighbours, reporting, asked, working),
              now -> status = now);
      try (SyncLog reading =
              SyncLog.start(outside.kafka(), config.cluster(), intake, outside.clock());
          LedgerWatch watch =
              LedgerWatch.start(
                  outside.client(), config.systemNamespace(), ledgers, found, working);
          ArrivalWatch<?> namespaces = ArrivalWatch.ofNamespaces(outside.client(), working);
          ArrivalWatch<?> definitions = ArrivalWatch.ofDefinitions(outside.client(), working)) {
        syncLog = reading;
        ledgerWatch = watch;
        log.atDebug()
            .addKeyValue("cluster", config.cluster())
            .log("watching {} {}", namespaces, definitions);
        intake.awaitCaughtUp();
        sweepNowAndThen(reporting, watch);
      } finally {
        stop(working);
      }
    } catch (InterruptedException e) {
      // the end of the term
    } catch (RuntimeException e) {
      if (!Thread.currentThread().isInterrupted()) {
        log.atError()
            .addKeyValue("cluster", config.cluster())
            .setCause(e)
            .log("the worker stopped in a way that nobody foresaw");
        status = WorkerStatus.STOPPED;
      }
    }
  }

  private Reporter openReporter() throws InterruptedException {
    while (true) {
      try {
        return Reporter.open(
            outside.kafka(), config.cluster(), this::reported, resign, outside.clock());
      } catch (InterruptException e) {
        throw e;
      } catch (KafkaException e) {
        log.atWarn()
            .addKeyValue("cluster", config.cluster())
            .setCause(e)
            .log("cannot take over the reporting; trying again");
        pause(TRY_AGAIN);
      }
    }
  }

  private void reported(ResultEvent result) {
    metrics.reported(result);
    outside.listener().reported(result);
  }

  private void warn(Failure unreadable) {
    log.atWarn().addKeyValue("cluster", config.cluster()).log("{}", unreadable.message());
  }

  private Lanes lanes(LedgerListing found, Reporter reporting, TargetReader targets) {
    WorkerConfig.Patience patience = config.patience();
    Backoff backoff =
        new Backoff(
            patience.retryLeast(),
            patience.retryMost(),
            () -> ThreadLocalRandom.current().nextDouble());
    Applications applications =
        new Applications(
            found,
            ledgers,
            neighbours,
            new Applications.Tools(
                api,
                outside.renderers(),
                targets,
                reporting,
                metrics,
                outside.telemetry().tracing(),
                outside.clock()),
            new Applications.Lead(
                config.installation(),
                config.ownObjects(),
                outside.kafka().topics().sync(config.cluster()),
                this::wake,
                application -> Optional.ofNullable(open.remove(application))));
    return new Lanes(
        applications::work,
        new LanePolicy(backoff, patience.stuckAfter(), patience.slowTimer()),
        config.concurrency(),
        new Breaker(backoff, outside.clock()),
        outside.clock());
  }

  private Questions questions(Reporter reporting, TargetReader targets) {
    Differ differ =
        new Differ(
            config.cluster(),
            api,
            new SourceRendering(
                outside.renderers(),
                new Discovery(api),
                new ApiSchemas(api),
                config.installation(),
                config.ownObjects()),
            targets,
            ledgers);
    return new Questions(differ, reporting, outside.clock());
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

  private LedgerListing listLedgers() throws InterruptedException {
    while (true) {
      try {
        upkeep.prepare();
        return ledgers.list();
      } catch (ApiException e) {
        log.atWarn()
            .addKeyValue("cluster", config.cluster())
            .setCause(e)
            .log("cannot read the ledgers and their keys; trying again");
        pause(TRY_AGAIN);
      }
    }
  }

  private void sweepNowAndThen(Reporter reporting, LedgerWatch watch) throws InterruptedException {
    LabelSweep sweep =
        new LabelSweep(
            config.cluster(), config.installation(), api, ledgers, reporting, config.ownObjects());
    while (true) {
      try {
        if (upkeep.refresh()) {
          watch.readAgain();
        }
        sweep.sweep();
      } catch (ApiException | IllegalStateException e) {
        log.atWarn()
            .addKeyValue("cluster", config.cluster())
            .setCause(e)
            .log("a sweep did not come to its end; the next one tries again");
      }
      pause(config.patience().sweepInterval());
    }
  }

  private void pause(Duration duration) throws InterruptedException {
    if (ending.await(duration.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new InterruptedException("the term ends");
    }
  }
}
