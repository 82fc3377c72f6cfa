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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

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
    Map<ApplicationName, Map<ObjectId, String>> declarations = new HashMap<>();
    List<Manifest> written = new ArrayList<>(manifests.size());
    for (Manifest manifest : manifests) {
      Optional<ApplicationName> writer =
          policy.shares(manifest.ref().groupKind())
              ? writer(manifest, declarations)
              : Optional.empty();
      written.add(
          writer
              .map(
                  name -> new Manifest(manifest.ref(), manifest.contentOf(name), manifest.source()))
              .orElse(manifest));
    }
    return written;
  }

  /**
   * Returns the application that wrote an object last, if it declares it in the same way.
   *
   * @param declarations of the applications whose ledgers were read; receives those of others
   */
  private Optional<ApplicationName> writer(
      Manifest manifest, Map<ApplicationName, Map<ObjectId, String>> declarations)
      throws InterruptedException {
    Optional<ObjectNode> live = discovery.read(manifest.ref());
    Optional<ApplicationName> owner = live.map(LiveObject::new).flatMap(LiveObject::application);
    if (owner.isEmpty()) {
      return Optional.empty();
    }
    Map<ObjectId, String> known = declarations.get(owner.get());
    if (known == null) {
      known =
          ledgers.read(owner.get()) instanceof LedgerReading.Usable(StoredLedger stored)
              ? stored.ledger().inventory().declarations()
              : Map.of();
      declarations.put(owner.get(), known);
    }
    return manifest.declaration().equals(known.get(manifest.ref().id())) ? owner : Optional.empty();
  }

  /** Returns the objects that an application shares with others; they stay when it leaves them. */
  Set<ObjectId> sharedWithOthers(Ledger own) throws InterruptedException {
    Set<ObjectId> shared = own.inventory().declarations().keySet();
    Set<ObjectId> others = new HashSet<>();
    if (!shared.isEmpty()) {
      ledgers.list().usable().values().stream()
          .map(StoredLedger::ledger)
          .filter(ledger -> !ledger.application().equals(own.application()))
          .forEach(ledger -> others.addAll(ledger.inventory().declarations().keySet()));
      others.retainAll(shared);
    }
    return others;
  }
}
