package dev.sluice.worker.apply;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ServiceAccountName;
import dev.sluice.worker.claims.ObjectClaims;
import dev.sluice.worker.fields.LivePreview;
import dev.sluice.worker.lane.HaltException;
import dev.sluice.worker.lane.Outcome;
import dev.sluice.worker.lane.Wake;
import dev.sluice.worker.live.LiveObjects;
import dev.sluice.worker.report.Reporter;
import dev.sluice.worker.sync.SyncRecordReader;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The context that all applications of a cluster share during a leader session.
 *
 * @param accounts the access to objects by service account
 * @param access the access of one application; empty until {@link #as} has chosen its account, so
 *     that nothing is read or written without a choice
 * @param live receives what is written, and tells which live objects differ
 * @param suspended whether an application is suspended, so that drift is not healed
 */
public record ApplyContext(
    Accounts accounts,
    Optional<ObjectAccess> access,
    ObjectClaims claims,
    SyncRecordReader targets,
    Reporter reporter,
    DeadLetters deadLetters,
    LiveObjects live,
    Predicate<ApplicationName> suspended,
    Clock clock) {

  /**
   * Returns the context of an application.
   *
   * @param account that is impersonated for it; empty for the worker's own permissions
   * @throws HaltException if it has none and the worker requires one
   */
  ApplyContext as(Optional<ServiceAccountName> account) throws HaltException {
    ObjectAccess chosen;
    try {
      chosen = accounts.of(account);
    } catch (AccountRequiredException e) {
      throw new HaltException(new Outcome.Parked(e.failure(), new Wake.NewInput()));
    }
    return new ApplyContext(
        accounts,
        Optional.of(chosen),
        claims,
        targets,
        reporter,
        deadLetters,
        live,
        suspended,
        clock);
  }

  /** Returns the account that is impersonated; empty for the worker's own permissions. */
  Optional<ServiceAccountName> account() {
    return access.orElseThrow().account();
  }

  SourceRendering rendering() {
    return access.orElseThrow().rendering();
  }

  PlanRunner runner() {
    return access.orElseThrow().runner();
  }

  LivePreview preview() {
    return access.orElseThrow().preview();
  }

  OrphanRemoval orphans() {
    return access.orElseThrow().orphans();
  }
}
