package dev.sluice.worker.plan;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.name.ObjectId;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The objects of an application in a cluster, sorted, each once whatever its version. */
public record Inventory(@JsonValue List<InventoryEntry> entries) {

  public static final Inventory EMPTY = new Inventory(List.of());

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public Inventory {
    entries = entries.stream().sorted(Comparator.comparing(InventoryEntry::ref)).toList();
    Set<ObjectId> seen = new HashSet<>();
    for (InventoryEntry entry : entries) {
      if (!seen.add(entry.ref().id())) {
        throw new IllegalArgumentException("twice in one inventory: " + entry.ref());
      }
    }
  }

  /** Returns the identities of the objects. */
  public Set<ObjectId> ids() {
    return entries.stream().map(entry -> entry.ref().id()).collect(Collectors.toUnmodifiableSet());
  }

  /** Returns the entry of an object. */
  public Optional<InventoryEntry> find(ObjectId object) {
    return entries.stream().filter(entry -> entry.ref().id().equals(object)).findFirst();
  }

  /** Returns the digests of the declarations that other applications may share. */
  public Map<ObjectId, String> declarations() {
    Map<ObjectId, String> declarations = new HashMap<>();
    for (InventoryEntry entry : entries) {
      entry.declaration().ifPresent(digest -> declarations.put(entry.ref().id(), digest));
    }
    return declarations;
  }

  /** Returns whether another inventory has an object in the same declaration. */
  public boolean shares(ObjectId object, Inventory other) {
    Optional<String> declaration = find(object).flatMap(InventoryEntry::declaration);
    return declaration.isPresent()
        && declaration.equals(other.find(object).flatMap(InventoryEntry::declaration));
  }

  /** Returns this inventory with another's entries of these objects. */
  public Inventory plus(Inventory other, Collection<ObjectRef> objects) {
    Set<ObjectId> added = objects.stream().map(ObjectRef::id).collect(Collectors.toSet());
    Map<ObjectId, InventoryEntry> all = new LinkedHashMap<>();
    other.entries().stream()
        .filter(entry -> added.contains(entry.ref().id()))
        .forEach(entry -> all.put(entry.ref().id(), entry));
    entries.forEach(entry -> all.put(entry.ref().id(), entry));
    return new Inventory(List.copyOf(all.values()));
  }

  public int size() {
    return entries.size();
  }

  /** Returns the number of objects without hooks, which are not part of the desired state. */
  public int objects() {
    return (int) entries.stream().filter(entry -> !entry.hook()).count();
  }
}
