package dev.sluice.worker.diff;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ObjectId;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.apply.LiveObject;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.ledger.LedgerReading;
import dev.sluice.worker.ledger.LedgerStore;
import dev.sluice.worker.ledger.StoredLedger;
import dev.sluice.worker.manifest.Manifest;
import dev.sluice.worker.plan.InventoryEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The objects that an application shares, by the ledgers of the others. That another one wrote such
 * an object last is no difference.
 */
final class SharedDeclarations {

  private final Discovery discovery;
  private final LedgerStore ledgers;

  SharedDeclarations(Discovery discovery, LedgerStore ledgers) {
    this.discovery = discovery;
    this.ledgers = ledgers;
  }

  /** Returns the manifests, shared ones with the application that wrote the object last. */
  List<Manifest> asWritten(List<Manifest> manifests, Policy policy) throws InterruptedException {
    List<Manifest> written = new ArrayList<>(manifests.size());
    for (Manifest manifest : manifests) {
      Optional<ApplicationName> writer =
          policy.shares(manifest.ref().groupKind()) ? writer(manifest) : Optional.empty();
      written.add(
          writer
              .map(
                  name -> new Manifest(manifest.ref(), manifest.contentOf(name), manifest.source()))
              .orElse(manifest));
    }
    return written;
  }

  private Optional<ApplicationName> writer(Manifest manifest) throws InterruptedException {
    Optional<ObjectNode> live = discovery.read(manifest.ref());
    Optional<ApplicationName> owner = live.map(LiveObject::new).flatMap(LiveObject::application);
    boolean shares =
        owner.isPresent()
            && ledgers.read(owner.get()) instanceof LedgerReading.Usable(StoredLedger stored)
            && declaration(stored.ledger(), manifest.ref().id())
                .equals(Optional.of(manifest.declaration()));
    return shares ? owner : Optional.empty();
  }

  /** Returns whether an object that an application no longer declares stays for another one. */
  boolean staysForAnother(ObjectId object, Ledger own) throws InterruptedException {
    return declaration(own, object).isPresent()
        && ledgers.list().usable().values().stream()
            .map(StoredLedger::ledger)
            .filter(ledger -> !ledger.application().equals(own.application()))
            .anyMatch(ledger -> declaration(ledger, object).isPresent());
  }

  private static Optional<String> declaration(Ledger ledger, ObjectId object) {
    return ledger.inventory().find(object).flatMap(InventoryEntry::declaration);
  }
}
