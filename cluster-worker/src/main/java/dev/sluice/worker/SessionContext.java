package dev.sluice.worker;

import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.platform.process.Backoff;
import dev.sluice.platform.process.Containment;
import dev.sluice.worker.adoption.AdoptionCheck;
import dev.sluice.worker.api.ApiSchemas;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.api.RequestPace;
import dev.sluice.worker.apply.Accounts;
import dev.sluice.worker.apply.ApplyContext;
import dev.sluice.worker.apply.AttemptTelemetry;
import dev.sluice.worker.apply.DeadLetters;
import dev.sluice.worker.apply.InvalidObjects;
import dev.sluice.worker.apply.ObjectAccess;
import dev.sluice.worker.apply.OrphanRemoval;
import dev.sluice.worker.apply.PlanRunner;
import dev.sluice.worker.apply.ReconcilerFactory;
import dev.sluice.worker.apply.SourceRendering;
import dev.sluice.worker.claims.Clearance;
import dev.sluice.worker.claims.ObjectClaims;
import dev.sluice.worker.diff.DiffService;
import dev.sluice.worker.diff.Differ;
import dev.sluice.worker.diff.ObjectTree;
import dev.sluice.worker.fields.LivePreview;
import dev.sluice.worker.lane.AttemptJournal;
import dev.sluice.worker.lane.Breaker;
import dev.sluice.worker.lane.LanePolicy;
import dev.sluice.worker.lane.Lanes;
import dev.sluice.worker.ledger.Keyring;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.ledger.LedgerListing;
import dev.sluice.worker.ledger.LedgerStore;
import dev.sluice.worker.ledger.LedgerUpkeep;
import dev.sluice.worker.report.LedgerReports;
import dev.sluice.worker.report.Reporter;
import dev.sluice.worker.sweep.OrphanSweep;
import dev.sluice.worker.sync.SyncRecordReader;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The context of one leader session: its state, and the creation of its parts. The next session has
 * a new one.
 */
final class SessionContext {

  private static final Logger log = LoggerFactory.getLogger(SessionContext.class);

  private final WorkerConfig config;
  private final WorkerResources resources;
  private final WorkerMetrics metrics;
  private final Containment containment;
  private final AttemptJournal journal;
  private final ClusterApi api;
  private final Discovery discovery;
  private final LedgerStore ledgers;
  private final LedgerUpkeep upkeep;
  private final InvalidObjects invalid;
  private final ObjectClaims claims;
  private final Observation observation;
  private final SessionProtection protection;
  private final LedgerReports ledgerReports;
  private final Set<ApplicationName> suspended = ConcurrentHashMap.newKeySet();
  private final Map<ApplicationName, Ledger.OpenEntry> open = new ConcurrentHashMap<>();
  private final Set<DeadLetterId> closed = ConcurrentHashMap.newKeySet();
  private @Nullable Accounts accounts;

  /**
   * Creates the context.
   *
   * @param journal the process's journal, shared by all sessions
   * @param mayWrite whether this worker is certainly still the leader
   * @param wake retries an application that is parked
   */
  SessionContext(
      WorkerConfig config,
      WorkerResources resources,
      WorkerMetrics metrics,
      AttemptJournal journal,
      BooleanSupplier mayWrite,
      Consumer<ApplicationName> wake) {
    this.journal = journal;
    this.config = config;
    this.resources = resources;
    this.metrics = metrics;
    this.containment = new Containment(metrics::countContained);
    this.invalid = new InvalidObjects(config.cluster(), metrics::countInvalid);
    this.claims = new ObjectClaims(wake);
    this.api =
        new ClusterApi(
            resources.client(),
            config.patience().callTimeout(),
            mayWrite,
            RequestPace.repeating(metrics::countThrottled));
    this.discovery = new Discovery(api);
    this.observation = new Observation(this);
    this.protection = new SessionProtection(this);
    this.ledgerReports =
        new LedgerReports(
            config.cluster(), resources.telemetry().heartbeats()::report, resources.clock());
    this.ledgers =
        new LedgerStore(api, config.ledgerNames(), Keyring.unusable("it was not read yet"));
    this.upkeep = new LedgerUpkeep(api, config.ledgerNames(), ledgers, resources.clock());
  }

  WorkerConfig config() {
    return config;
  }

  WorkerResources resources() {
    return resources;
  }

  WorkerMetrics metrics() {
    return metrics;
  }

  Observation observation() {
    return observation;
  }

  SessionProtection protection() {
    return protection;
  }

  LedgerReports ledgerReports() {
    return ledgerReports;
  }

  Containment containment() {
    return containment;
  }

  ClusterApi api() {
    return api;
  }

  Discovery discovery() {
    return discovery;
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

  /** Returns the open dead letters that no ledger names. */
  Map<ApplicationName, Ledger.OpenEntry> open() {
    return open;
  }

  /** Returns the dead letters that are closed in the topic, and maybe not yet in their ledgers. */
  Set<DeadLetterId> closed() {
    return closed;
  }

  /** Returns the applications that are suspended, so that their drift is not healed. */
  Set<ApplicationName> suspended() {
    return suspended;
  }

  /** Takes over the claims and objects of the ledgers that were found when the session began. */
  void loadClaims(LedgerListing found) {
    found
        .usable()
        .values()
        .forEach(
            stored -> {
              Ledger ledger = stored.ledger();
              claims.load(ledger);
              observation.objects().begin(ledger.application(), ledger.inventory());
            });
    found
        .unreadable()
        .values()
        .forEach(
            failure ->
                log.atWarn().addKeyValue("cluster", config.cluster()).log("{}", failure.message()));
  }

  /** Creates the lanes. */
  Lanes lanes(LedgerListing found, Reporter reporting, SyncRecordReader targets) {
    WorkerConfig.Patience patience = config.patience();
    Backoff backoff =
        new Backoff(
            patience.retryLeast(),
            patience.retryMost(),
            () -> ThreadLocalRandom.current().nextDouble());
    Instant since = resources.clock().instant();
    ReconcilerFactory reconcilers =
        new ReconcilerFactory(
            config.installation(),
            found,
            ledgers,
            application -> Optional.ofNullable(open.remove(application)),
            applyContext(reporting, targets),
            () ->
                new AttemptTelemetry(
                    this::applied, resources.telemetry().tracing(), since, resources.clock()));
    return new Lanes(
        reconcilers::work,
        new LanePolicy(backoff, patience.stuckAfter(), patience.slowTimer()),
        config.concurrency(),
        resources.renderers().inMemory(),
        new Breaker(backoff, resources.clock()),
        journal,
        resources.clock());
  }

  private ApplyContext applyContext(Reporter reporting, SyncRecordReader targets) {
    return new ApplyContext(
        accounts(targets),
        Optional.empty(),
        claims,
        targets,
        reporting,
        new DeadLetters(reporting, resources.kafka().topics().sync(config.cluster()), closed),
        observation.objects(),
        suspended::contains,
        resources.clock());
  }

  /** Returns the access to the objects of applications by service account; always the same. */
  private synchronized Accounts accounts(SyncRecordReader targets) {
    Accounts known = accounts;
    if (known == null) {
      known = newAccounts(targets);
      accounts = known;
    }
    return known;
  }

  private Accounts newAccounts(SyncRecordReader targets) {
    SourceRendering rendering = rendering();
    return new Accounts(
        config.requireServiceAccount(),
        api,
        discovery,
        (account, calls, objects) -> {
          Clearance.Sources sources = new Clearance.Sources(claims, targets, calls, objects);
          return new ObjectAccess(
              account,
              calls,
              objects,
              rendering.reading(objects),
              new PlanRunner(
                  sources,
                  new AdoptionCheck(calls, objects, config.installation()),
                  config.ownObjects(),
                  invalid,
                  observation.objects(),
                  resources.clock()),
              new LivePreview(calls, objects),
              new OrphanRemoval(sources, ledgers));
        });
  }

  private SourceRendering rendering() {
    return new SourceRendering(
        resources.renderers(),
        discovery,
        new ApiSchemas(api),
        config.installation(),
        config.ownObjects());
  }

  private void applied(
      SyncEvent.Target target, Instant begunAt, ResultEvent.Timings timings, boolean again) {
    containment.handle(
        "applied-listener",
        target.application(),
        () -> metrics.applied(target, begunAt, timings, again));
  }

  /** Creates the sweep that removes orphans. */
  OrphanSweep sweep(Reporter reporting, SyncRecordReader targets) {
    return new OrphanSweep(
        config.cluster(),
        new Clearance.Sources(claims, targets, api, discovery),
        ledgers,
        accounts(targets),
        config.ownObjects(),
        invalid,
        new SweepReports(config.cluster(), reporting, observation.objects(), metrics));
  }

  DiffService diffs(Reporter reporting, SyncRecordReader targets) {
    return new DiffService(
        new Differ(config.cluster(), accounts(targets), targets, ledgers),
        new ObjectTree(accounts(targets), ledgers),
        reporting,
        resources.renderers().inMemory(),
        resources.clock());
  }
}
