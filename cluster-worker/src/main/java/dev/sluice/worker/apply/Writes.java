package dev.sluice.worker.apply;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.name.ObjectId;
import dev.sluice.worker.manifest.Directives;
import dev.sluice.worker.manifest.Manifest;
import dev.sluice.worker.plan.ApplyStep;
import dev.sluice.worker.plan.Inventory;
import dev.sluice.worker.plan.InventoryEntry;
import dev.sluice.worker.plan.LiveState;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The objects that an attempt wrote, and the states in which it left them. Thread-safe. */
final class Writes {

  private final Listener listener;
  private final Set<String> uids = ConcurrentHashMap.newKeySet();
  private final Map<ObjectId, InventoryEntry> entries = new ConcurrentHashMap<>();

  /**
   * One write.
   *
   * @param found the object as it was read first, with the managers that its fields had then; empty
   *     if it did not exist
   * @param before the object as it was read last, with the values that its fields had then
   * @param after the object as the server returned it
   */
  record Write(
      ObjectRef ref, Optional<LiveObject> found, Optional<LiveObject> before, ObjectNode after) {}

  /** Receives each write. */
  interface Listener {

    /** Called by the thread that wrote. */
    void written(Write write);
  }

  Writes(Listener listener) {
    this.listener = listener;
  }

  void add(ApplyStep step, Write write) {
    uids.add(new LiveObject(write.after()).uid());
    put(step, state(step.manifest(), write.after()));
    listener.written(write);
  }

  private static LiveState state(Manifest manifest, ObjectNode after) {
    if (manifest.isTransient()) {
      return LiveState.ANY;
    }
    Directives directives = manifest.directives();
    return directives.createOnly() || directives.existence()
        ? LiveState.EXISTS
        : LiveState.of(after);
  }

  /**
   * Notes an object that was left as it is.
   *
   * @param isOwn whether it has the application's labels, without which it is not watched
   */
  void left(ApplyStep step, boolean isOwn) {
    put(step, isOwn ? LiveState.EXISTS : LiveState.ANY);
  }

  private void put(ApplyStep step, LiveState state) {
    entries.put(step.ref().id(), step.entry().left(state));
  }

  /** Returns whether an object was written, or left as it is. */
  boolean has(ObjectRef ref) {
    return entries.containsKey(ref.id());
  }

  /** Returns whether an object with this uid was written; none of them is deleted. */
  boolean contains(String uid) {
    return uids.contains(uid);
  }

  /** Returns the inventory with the objects as they were written or left. */
  Inventory complete(Inventory inventory) {
    return new Inventory(
        inventory.entries().stream()
            .map(entry -> entries.getOrDefault(entry.ref().id(), entry))
            .toList());
  }
}
