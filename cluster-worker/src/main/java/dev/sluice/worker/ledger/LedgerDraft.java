package dev.sluice.worker.ledger;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.ResultEvent.LedgerSummary.Phase;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.ServiceAccountName;
import dev.sluice.worker.plan.Inventory;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A ledger under construction: a copy of another whose fields may be replaced. */
final class LedgerDraft {

  private final ApplicationName application;
  private Optional<Generation> generation = Optional.empty();
  private Optional<CommitId> commit = Optional.empty();
  private String inputDigest = "";
  private Optional<ServiceAccountName> account = Optional.empty();

  Phase phase = Phase.NEW;
  Inventory inventory = Inventory.EMPTY;
  Set<ObjectRef> intent = Set.of();
  Set<String> kinds = Set.of();
  Optional<Ledger.OpenEntry> deadLetter = Optional.empty();
  Optional<Ledger.Finished> finished = Optional.empty();
  Optional<List<ObjectNode>> removalHooks = Optional.empty();
  Optional<Ledger.Begun> begun = Optional.empty();

  /** Creates the draft of an application that the cluster never had. */
  LedgerDraft(ApplicationName application) {
    this.application = application;
  }

  /** Creates a copy. */
  LedgerDraft(Ledger from) {
    this.application = from.application();
    this.generation = from.generation();
    this.phase = from.phase();
    this.commit = from.commit();
    this.inputDigest = from.inputDigest();
    this.inventory = from.inventory();
    this.intent = from.intent();
    this.kinds = from.kinds();
    this.deadLetter = from.deadLetter();
    this.finished = from.finished();
    this.removalHooks = from.removalHooks();
    this.begun = from.begun();
    this.account = from.account();
  }

  /** Sets the generation. */
  LedgerDraft at(Ledger.Header header) {
    generation = Optional.of(header.generation());
    commit = header.commit();
    inputDigest = header.inputDigest();
    account = header.account();
    return this;
  }

  Ledger ledger() {
    return new Ledger(
        application,
        generation,
        phase,
        commit,
        inputDigest,
        inventory,
        intent,
        kinds,
        deadLetter,
        finished,
        removalHooks,
        begun,
        account);
  }
}
