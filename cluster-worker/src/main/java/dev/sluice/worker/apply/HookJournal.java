package dev.sluice.worker.apply;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.worker.lane.HaltException;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.ledger.LedgerMovedException;
import dev.sluice.worker.plan.HookResult;
import dev.sluice.worker.plan.HookStep;
import java.util.Optional;

/**
 * The hooks that have run in the generation that is applied, as the ledger has them. A worker that
 * continues another's attempt does not run them again.
 */
final class HookJournal {

  private final CachedLedger cachedLedger;
  private Ledger ledger;

  /**
   * Creates the journal of a generation.
   *
   * @param begun the ledger in which the generation is begun
   */
  HookJournal(CachedLedger cachedLedger, Ledger begun) {
    this.cachedLedger = cachedLedger;
    this.ledger = begun;
  }

  /** Returns how a hook ended; empty if it has not. */
  Optional<HookResult> result(HookStep hook) {
    return ledger.hooks().stream()
        .filter(result -> result.isOf(hook.ref(), hook.moment()))
        .findFirst();
  }

  /**
   * Records the end of a hook.
   *
   * @throws HaltException if someone else wrote the ledger meanwhile
   */
  void record(HookResult result) throws HaltException, InterruptedException {
    Ledger next = ledger.withHook(result);
    try {
      cachedLedger.write(ledger, next);
    } catch (LedgerMovedException e) {
      cachedLedger.invalidate();
      throw Attempt.retry(
          ApplyFailure.LEDGER_MOVED,
          "someone else wrote or deleted the ledger while %s ran".formatted(result.ref()),
          Failure.Stage.LEDGER,
          Optional.of(result.ref()));
    }
    ledger = next;
  }

  /** Returns the ledger with all that was recorded. */
  Ledger ledger() {
    return ledger;
  }
}
