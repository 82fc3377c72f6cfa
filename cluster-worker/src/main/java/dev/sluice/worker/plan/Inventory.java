package dev.sluice.worker.plan;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.sluice.contract.event.ObjectRef;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The objects of an application in a cluster, sorted, each once whatever its version. */
public record Inventory(@JsonValue List<InventoryEntry> entries) {

  public static final Inventory EMPTY = new Inventory(List.of());

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public Inventory {
    entries = entries.stream().sorted(Comparator.comparing(InventoryEntry::ref)).toList();
    Set<Identity> seen = new HashSet<>();
    for (InventoryEntry entry : entries) {
      if (!seen.add(Identity.of(entry.ref()))) {
        throw new IllegalArgumentException("twice in one inventory: " + entry.ref());
      }
    }
  }

  /** Returns the entry of this object, whatever version it was written in. */
  public Optional<InventoryEntry> find(ObjectRef ref) {
    return entries.stream().filter(entry -> entry.ref().sameObject(ref)).findFirst();
  }

  /** Returns this inventory with another's entries of these objects. */
  public Inventory plus(Inventory other, Collection<ObjectRef> objects) {
    Map<Identity, InventoryEntry> all = new LinkedHashMap<>();
    other.entries().stream()
        .filter(entry -> objects.stream().anyMatch(entry.ref()::sameObject))
        .forEach(entry -> all.put(Identity.of(entry.ref()), entry));
    entries.forEach(entry -> all.put(Identity.of(entry.ref()), entry));
    return new Inventory(List.copyOf(all.values()));
  }

  public int size() {
    return entries.size();
  }
}
