package dev.sluice.worker.apply;

import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.Generation;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.log.LogEntry;
import dev.sluice.worker.plan.Inventory;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the applications of a cluster know of each other: which objects each claims, and how far the
 * records of one batch have come. So an object that moves from one application to another is handed
 * over and never deleted.
 */
public final class Neighbours {

  private static final int BATCHES = 10_000;

  private final Map<ApplicationName, Claims> claims = new HashMap<>();
  private final Map<LogEntry.Batch, Set<ApplicationName>> settled =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<LogEntry.Batch, Set<ApplicationName>> any) {
          return size() > BATCHES;
        }
      };

  /** What an application says of an object that carries its label. */
  enum Standing {
    CLAIMED,
    RELEASED,
    /** It has a newer generation whose plan is not known yet. */
    UNDECIDED
  }

  private record Claims(long expected, long decided, Set<ObjectRef> objects) {}

  /** What a ledger says its application has. */
  public synchronized void found(Ledger ledger) {
    long generation = ledger.generation().map(Generation::value).orElse(0L);
    claims.put(
        ledger.application(), new Claims(generation, generation, objects(ledger.inventory())));
  }

  /** The topic has this for an application. */
  public synchronized void expect(LogEntry entry) {
    Claims known = claims.getOrDefault(entry.application(), new Claims(0, 0, Set.of()));
    claims.put(
        entry.application(),
        new Claims(
            Math.max(known.expected(), entry.generation().value()),
            known.decided(),
            known.objects()));
  }

  /** A generation was planned: from now on its application claims exactly these. */
  synchronized void planned(LogEntry entry, Inventory after) {
    Claims known = claims.getOrDefault(entry.application(), new Claims(0, 0, Set.of()));
    long generation = entry.generation().value();
    if (generation >= known.decided()) {
      claims.put(
          entry.application(),
          new Claims(Math.max(known.expected(), generation), generation, objects(after)));
    }
  }

  /** All that a record asks to be written is written, or will not be for now. */
  public synchronized void settle(LogEntry entry) {
    settled.computeIfAbsent(entry.batch(), _ -> new HashSet<>()).add(entry.application());
  }

  /** Whether all other records of the batch are settled. */
  synchronized boolean othersSettled(LogEntry entry) {
    Set<ApplicationName> others = new HashSet<>(settled.getOrDefault(entry.batch(), Set.of()));
    others.remove(entry.application());
    return others.size() >= entry.batch().size() - 1;
  }

  synchronized Standing standing(ObjectRef ref, ApplicationName owner) {
    Claims known = claims.getOrDefault(owner, new Claims(0, 0, Set.of()));
    if (known.expected() > known.decided()) {
      return Standing.UNDECIDED;
    }
    return known.objects().contains(identity(ref)) ? Standing.CLAIMED : Standing.RELEASED;
  }

  /** Another application whose newest plan has this object. */
  synchronized Optional<ApplicationName> otherClaimant(ObjectRef ref, ApplicationName not) {
    ObjectRef identity = identity(ref);
    return claims.entrySet().stream()
        .filter(entry -> !entry.getKey().equals(not))
        .filter(entry -> entry.getValue().objects().contains(identity))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  private static Set<ObjectRef> objects(Inventory inventory) {
    return inventory.entries().stream()
        .map(entry -> identity(entry.ref()))
        .collect(Collectors.toUnmodifiableSet());
  }

  private static ObjectRef identity(ObjectRef ref) {
    return new ObjectRef(ref.group() + "/", ref.kind(), ref.namespace(), ref.name());
  }
}
