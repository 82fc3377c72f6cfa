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

/** Makes the work of each application of a cluster, from the ledgers found on taking the lead. */
public final class ReconcilerFactory {

  private final Map<ApplicationName, LedgerReading> found;
  private final LedgerStore ledgers;
  private final Function<ApplicationName, Optional<Ledger.OpenEntry>> open;
  private final ApplyContext context;

  /** What the worker works with while it leads. */
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
   * What the worker knows of itself.
   *
   * @param own what applications must not write
   * @param syncTopic names the topic that targets come from, for dead letters
   * @param wake has what is parked of an application tried again
   * @param open the dead letters that were open about applications whose ledgers are lost or
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

  /** The work of an application; asked for once for each. */
  public Work work(ApplicationName application) {
    return new ApplicationReconciler(book(application), context);
  }

  private CachedLedger book(ApplicationName application) {
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
