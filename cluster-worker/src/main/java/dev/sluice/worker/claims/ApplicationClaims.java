package dev.sluice.worker.claims;

import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.ObjectId;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.plan.InventoryEntry;
import dev.sluice.worker.sync.LogEntry;
import dev.sluice.worker.sync.RefusedSources;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The claims of one application on objects, and what decides whether they are known.
 *
 * @param newest the newest record of the log; empty if it has none
 * @param settled whether an attempt at the newest has ended
 * @param refused set while its sources are refused
 */
record ApplicationClaims(
    Optional<LogEntry> newest,
    Optional<Planned> planned,
    boolean settled,
    Optional<RefusedSources> refused) {

  static final ApplicationClaims NONE =
      new ApplicationClaims(Optional.empty(), Optional.empty(), false, Optional.empty());

  /** Returns the claims that an application's ledger shows. */
  static ApplicationClaims of(Ledger ledger) {
    List<ObjectRef> objects =
        ledger.inventory().entries().stream().map(InventoryEntry::ref).toList();
    Optional<Planned> planned =
        ledger
            .generation()
            .map(
                generation ->
                    new Planned(
                        generation,
                        ledger.inputDigest(),
                        index(objects),
                        ledger.inventory().declarations()));
    return new ApplicationClaims(Optional.empty(), planned, false, Optional.empty());
  }

  /** Returns the claims after a record of the log; the same if it is not newer than the last. */
  ApplicationClaims expect(LogEntry entry) {
    boolean newer = newest.filter(old -> !entry.generation().isAfter(old.generation())).isEmpty();
    return newer
        ? new ApplicationClaims(Optional.of(entry), planned, false, Optional.empty())
        : this;
  }

  /** Returns the claims after a record was planned; the same if a newer one was already. */
  ApplicationClaims plan(
      LogEntry entry, Set<ObjectRef> objects, Map<ObjectId, String> declarations) {
    if (isPlannedAfter(entry)) {
      return this;
    }
    Planned now =
        new Planned(entry.generation(), entry.inputDigest(), index(objects), declarations);
    return new ApplicationClaims(
        newest.or(() -> Optional.of(entry)), Optional.of(now), settled, refused);
  }

  /** Returns the claims after the attempt at a record has ended. */
  ApplicationClaims settle(LogEntry entry) {
    return newest.equals(Optional.of(entry))
        ? new ApplicationClaims(newest, planned, true, refused)
        : this;
  }

  /** Returns the claims after the sources were refused, or accepted again (empty). */
  ApplicationClaims refuse(Optional<RefusedSources> sources) {
    return new ApplicationClaims(newest, planned, settled, sources);
  }

  boolean isKnown() {
    return refused.isEmpty() && isPlanned();
  }

  boolean isPlanned() {
    if (newest.isEmpty() || newest.get().removal()) {
      return true;
    }
    Generation asked = newest.get().generation();
    return planned
        .filter(
            known ->
                known.generation().isAfter(asked)
                    || (known.generation().equals(asked)
                        && known.inputDigest().equals(newest.get().inputDigest())))
        .isPresent();
  }

  /** Returns the current claims, or the last known ones. */
  Map<Name, Set<ObjectRef>> objects() {
    boolean removed = newest.filter(LogEntry::removal).isPresent() && !isPlannedAfter(newest.get());
    return removed ? Map.of() : planned.map(Planned::objects).orElse(Map.of());
  }

  private boolean isPlannedAfter(LogEntry entry) {
    return planned.filter(known -> known.generation().isAfter(entry.generation())).isPresent();
  }

  boolean have(ObjectId object) {
    return namesakes(object).stream().anyMatch(ref -> ref.id().equals(object));
  }

  /** Returns the claims on objects of the same kind, namespace and name in any API group. */
  Set<ObjectRef> namesakes(ObjectId object) {
    return objects().getOrDefault(Name.of(object), Set.of());
  }

  /**
   * Returns the digest of the declaration of an object; empty if the application does not share it.
   */
  Optional<String> declaration(ObjectId object) {
    return planned.map(known -> known.declarations().get(object));
  }

  private static Map<Name, Set<ObjectRef>> index(Collection<ObjectRef> refs) {
    return refs.stream()
        .collect(
            Collectors.groupingBy(
                ref -> Name.of(ref.id()), Collectors.toCollection(() -> new TreeSet<ObjectRef>())));
  }

  /**
   * The objects of a generation that was planned.
   *
   * @param declarations digests of the manifests of those that the application shares
   */
  record Planned(
      Generation generation,
      String inputDigest,
      Map<Name, Set<ObjectRef>> objects,
      Map<ObjectId, String> declarations) {}

  /** The identity of an object that a server may serve in several API groups. */
  record Name(String kind, String namespace, String name) {

    static Name of(ObjectId object) {
      return new Name(object.groupKind().kind(), object.namespace(), object.name());
    }
  }
}
