package dev.sluice.worker;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.platform.process.Containment;
import dev.sluice.worker.api.ApiSchemas;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.apply.Applications;
import dev.sluice.worker.apply.InvalidObjects;
import dev.sluice.worker.apply.ObjectClaims;
import dev.sluice.worker.apply.SourceRendering;
import dev.sluice.worker.diff.Differ;
import dev.sluice.worker.diff.Questions;
import dev.sluice.worker.lane.AttemptJournal;
import dev.sluice.worker.lane.Backoff;
import dev.sluice.worker.lane.Breaker;
import dev.sluice.worker.lane.LanePolicy;
import dev.sluice.worker.lane.Lanes;
import dev.sluice.worker.ledger.Keyring;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.ledger.LedgerListing;
import dev.sluice.worker.ledger.LedgerStore;
import dev.sluice.worker.ledger.LedgerUpkeep;
import dev.sluice.worker.report.Reporter;
import dev.sluice.worker.sweep.LabelSweep;
import dev.sluice.worker.sync.TargetReader;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts and the memory of one leader session; the next session starts with new ones. */
final class TermParts {

  private static final Logger log = LoggerFactory.getLogger(TermParts.class);

  private final WorkerConfig config;
  private final Outside outside;
  private final WorkerMetrics metrics;
  private final Containment containment;
  private final AttemptJournal journal;
  private final ClusterApi api;
  private final LedgerStore ledgers;
  private final LedgerUpkeep upkeep;
  private final InvalidObjects invalid;
  private final ObjectClaims claims;
  private final Map<ApplicationName, Ledger.OpenEntry> open = new ConcurrentHashMap<>();

  /**
   * @param journal of the process, whatever term it is
   * @param mayWrite whether this worker still leads for sure
   * @param wake has what is parked of an application tried again
   */
  TermParts(
      WorkerConfig config,
      Outside outside,
      WorkerMetrics metrics,
      AttemptJournal journal,
      BooleanSupplier mayWrite,
      Consumer<ApplicationName> wake) {
    this.journal = journal;
    this.config = config;
    this.outside = outside;
    this.metrics = metrics;
    this.containment = new Containment(metrics::contained);
    this.invalid = new InvalidObjects(config.cluster(), metrics::foundInvalid);
    this.claims = new ObjectClaims(wake);
    this.api = new ClusterApi(outside.client(), config.patience().callTimeout(), mayWrite);
    this.ledgers =
        new LedgerStore(api, config.ledgerNames(), Keyring.unusable("it was not read yet"));
    this.upkeep = new LedgerUpkeep(api, config.ledgerNames(), ledgers, outside.clock());
  }

  Containment containment() {
    return containment;
  }

  ClusterApi api() {
    return api;
  }

  LedgerStore ledgers() {
    return ledgers;
  }

  LedgerUpkeep upkeep() {
    return upkeep;
  }

  ObjectClaims claims() {
    return claims;
  }

  /** The dead letters that are open although no ledger says so. */
  Map<ApplicationName, Ledger.OpenEntry> open() {
    return open;
  }

  /** Takes note of the ledgers as they were when the term began. */
  void know(LedgerListing found) {
    found.usable().values().forEach(stored -> claims.found(stored.ledger()));
    found
        .unreadable()
        .values()
        .forEach(
            failure ->
                log.atWarn().addKeyValue("cluster", config.cluster()).log("{}", failure.message()));
  }

  /**
   * Makes the lanes.
   *
   * @param wake has what is parked of an application tried again
   */
  Lanes lanes(
      LedgerListing found,
      Reporter reporting,
      TargetReader targets,
      Consumer<ApplicationName> wake) {
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
            claims,
            new Applications.Tools(
                api,
                outside.renderers(),
                targets,
                reporting,
                (target, begunAt, timings, again) ->
                    containment.handle(
                        "applied-listener",
                        target.application(),
                        () -> metrics.applied(target, begunAt, timings, again)),
                invalid,
                outside.telemetry().tracing(),
                outside.clock()),
            new Applications.Lead(
                config.installation(),
                config.ownObjects(),
                outside.kafka().topics().sync(config.cluster()),
                wake,
                application -> Optional.ofNullable(open.remove(application))));
    return new Lanes(
        applications::work,
        new LanePolicy(backoff, patience.stuckAfter(), patience.slowTimer()),
        config.concurrency(),
        new Breaker(backoff, outside.clock()),
        journal,
        outside.clock());
  }

  /** Makes what finds and removes orphans. */
  LabelSweep sweep(Reporter reporting, TargetReader targets) {
    return new LabelSweep(
        config.cluster(),
        config.installation(),
        new LabelSweep.Parts(
            api,
            ledgers,
            claims,
            targets,
            reporting,
            config.ownObjects(),
            invalid,
            metrics::couldNotSweep));
  }

  Questions questions(Reporter reporting, TargetReader targets) {
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
}
