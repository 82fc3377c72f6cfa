package dev.sluice.worker.apply;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.worker.lane.HaltException;
import dev.sluice.worker.lane.Outcome;
import dev.sluice.worker.lane.Wake;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.ledger.LedgerSize;
import java.util.Optional;

/** The limit of an application's objects, which its ledger names all. */
final class LedgerLimit {

  private LedgerLimit() {}

  /**
   * Requires that a target's objects fit into the ledger, before any of them is written.
   *
   * @throws HaltException if they do not; the application is parked until it has another target
   */
  static void require(Ledger begun) throws HaltException {
    if (!LedgerSize.fits(begun)) {
      throw new HaltException(
          new Outcome.Parked(
              new Failure(
                  ApplyFailure.LEDGER_TOO_LARGE,
                  "the ledger of %s cannot name its %d objects, with those that they replace and the hooks for its removal: compressed, they are more than %d KiB. Nothing was written; split the application, or replace its objects in several steps"
                      .formatted(
                          begun.application(), begun.inventory().size(), LedgerSize.MOST / 1024),
                  Failure.Stage.LEDGER,
                  Optional.empty()),
              new Wake.NewInput()));
    }
  }
}
