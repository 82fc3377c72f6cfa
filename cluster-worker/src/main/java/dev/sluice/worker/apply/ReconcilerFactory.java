package dev.sluice.worker.apply;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.worker.lane.Work;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.ledger.LedgerListing;
import dev.sluice.worker.ledger.LedgerReading;
import dev.sluice.worker.ledger.LedgerStore;
import dev.sluice.worker.ledger.StoredLedger;
import dev.sluice.worker.manifest.Ownership;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;

/** Creates the reconciler of each application, from the ledgers found when the session began. */
public final class ReconcilerFactory {

  private final String installation;
  private final Map<ApplicationName, LedgerReading> found;
  private final LedgerStore ledgers;
  private final Function<ApplicationName, Optional<Ledger.OpenEntry>> open;
  private final ApplyContext context;
  private final Supplier<AttemptTelemetry> telemetry;

  /**
   * Creates the factory of a leader session.
   *
   * @param open returns the dead letter that is open for an application whose ledger is lost or
   *     unreadable
   * @param telemetry called once for each application
   */
  public ReconcilerFactory(
      String installation,
      LedgerListing found,
      LedgerStore ledgers,
      Function<ApplicationName, Optional<Ledger.OpenEntry>> open,
      ApplyContext context,
      Supplier<AttemptTelemetry> telemetry) {
    this.installation = installation;
    this.found = new ConcurrentHashMap<>(found.readings());
    this.ledgers = ledgers;
    this.open = open;
    this.context = context;
    this.telemetry = telemetry;
  }

  /** Returns the reconciler of an application; called once for each. */
  public Work work(ApplicationName application) {
    return new ApplicationReconciler(
        new Ownership(installation, application),
        cachedLedger(application),
        context,
        telemetry.get());
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
