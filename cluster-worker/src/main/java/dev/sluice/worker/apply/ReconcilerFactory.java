package dev.sluice.worker.apply;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.platform.telemetry.Tracing;
import dev.sluice.worker.api.ApiSchemas;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.lane.Work;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.ledger.LedgerListing;
import dev.sluice.worker.ledger.LedgerReading;
import dev.sluice.worker.ledger.LedgerStore;
import dev.sluice.worker.ledger.StoredLedger;
import dev.sluice.worker.render.Renderers;
import dev.sluice.worker.report.Reporter;
import dev.sluice.worker.sync.SyncRecordReader;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

/** Creates the reconciler of each application, from the ledgers found when the session began. */
public final class ReconcilerFactory {

  private final Map<ApplicationName, LedgerReading> found;
  private final LedgerStore ledgers;
  private final Function<ApplicationName, Optional<Ledger.OpenEntry>> open;
  private final ApplyContext context;

  /** External parts that reconcilers call. */
  public record Tools(
      ClusterApi api,
      Renderers renderers,
      SyncRecordReader targets,
      Reporter reporter,
      AppliedListener listener,
      InvalidObjects invalid,
      Tracing tracing,
      Clock clock) {}

  /**
   * Facts about this worker and its session.
   *
   * @param own the objects that applications must not write
   * @param syncTopic the topic of the targets, named in dead letters
   * @param wake retries an application that is parked
   * @param open returns the dead letter that is open for an application whose ledger is lost or
   *     unreadable
   */
  public record Lead(
      String installation,
      OwnObjects own,
      String syncTopic,
      Consumer<ApplicationName> wake,
      Function<ApplicationName, Optional<Ledger.OpenEntry>> open) {}

  public ReconcilerFactory(
      LedgerListing found, LedgerStore ledgers, ObjectClaims claims, Tools tools, Lead lead) {
    this.found = new ConcurrentHashMap<>(found.readings());
    this.ledgers = ledgers;
    this.open = lead.open();
    Discovery discovery = new Discovery(tools.api());
    this.context =
        new ApplyContext(
            lead.installation(),
            new SourceRendering(
                tools.renderers(),
                discovery,
                new ApiSchemas(tools.api()),
                lead.installation(),
                lead.own()),
            new PlanRunner(
                new Clearance.Tools(claims, tools.targets(), tools.api(), discovery),
                lead.own(),
                tools.invalid(),
                tools.clock()),
            claims,
            tools.targets(),
            tools.reporter(),
            new DeadLetters(tools.reporter(), lead.syncTopic()),
            lead.wake(),
            tools.listener(),
            tools.tracing(),
            tools.clock().instant(),
            tools.clock());
  }

  /** Returns the reconciler of an application; called once for each. */
  public Work work(ApplicationName application) {
    return new ApplicationReconciler(cachedLedger(application), context);
  }

  private CachedLedger cachedLedger(ApplicationName application) {
    return switch (found.remove(application)) {
      case LedgerReading.Usable(StoredLedger stored) -> CachedLedger.of(stored, ledgers);
      case LedgerReading.Unreadable _ ->
          CachedLedger.unread(application, ledgers, open.apply(application));
      case null -> CachedLedger.of(StoredLedger.absent(absent(application)), ledgers);
    };
  }

  private Ledger absent(ApplicationName application) {
    Ledger unknown = Ledger.unknown(application);
    return open.apply(application).map(unknown::withDeadLetter).orElse(unknown);
  }
}
