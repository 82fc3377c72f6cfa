package dev.sluice.worker.apply;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.FieldWriter;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectDifference;
import dev.sluice.contract.event.ObjectDrift;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.name.ObjectId;
import dev.sluice.worker.fields.FieldDifferences;
import dev.sluice.worker.fields.FieldOwnership;
import dev.sluice.worker.live.LiveObjects;
import dev.sluice.worker.live.Suspect;
import dev.sluice.worker.live.UnownedObjects;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The differences of the chosen objects, from their writes or dry runs. Thread-safe. */
final class DriftComparison implements Writes.Listener {

  private final LiveObjects live;
  private final Instant now;

  private final Map<ObjectId, Instant> since = new HashMap<>();
  private final Map<ObjectId, ObjectDrift> drifts = new ConcurrentHashMap<>();
  private final Queue<ObjectChange> renewed = new ConcurrentLinkedQueue<>();

  /**
   * Creates the comparison of some objects.
   *
   * @param live receives what is written
   */
  DriftComparison(List<Suspect> chosen, LiveObjects live, Instant now) {
    this.live = live;
    this.now = now;
    chosen.forEach(suspect -> since.put(suspect.ref().id(), suspect.since()));
  }

  Map<ObjectId, ObjectDrift> drifts() {
    return drifts;
  }

  /** Returns the changes of objects that had not drifted, but depend on those that had. */
  List<ObjectChange> renewed() {
    return List.copyOf(renewed);
  }

  /** Notes an object that others had created, and that was deleted or is kept. */
  void returned(UnownedObjects.Returned object, LiveObject found) {
    drifts.put(
        object.ref().id(),
        new ObjectDrift(
            object.ref(),
            ObjectDrift.Kind.RETURNED,
            List.of(),
            FieldOwnership.others(found.content()),
            object.since()));
  }

  @Override
  public void written(Writes.Write write) {
    live.written(write.ref(), write.after());
    if (since.containsKey(write.ref().id())) {
      compared(write);
    } else {
      renewed.add(new ObjectChange(write.ref(), ObjectChange.Action.CONFIGURED));
    }
  }

  /** Notes what a write changed, or would change. */
  void compared(Writes.Write write) {
    if (write.before().isEmpty()) {
      add(write.ref(), ObjectDrift.Kind.DELETED, List.of(), List.of());
      return;
    }
    ObjectNode before = write.before().get().content();
    ObjectNode found = write.found().orElseThrow().content();
    List<ObjectDifference.Field> fields = FieldDifferences.between(before, write.after());
    boolean isOwned = FieldOwnership.isSame(found, write.after());
    if (!fields.isEmpty() || !isOwned) {
      add(
          write.ref(),
          fields.isEmpty() ? ObjectDrift.Kind.TAKEN_OVER : ObjectDrift.Kind.CHANGED,
          fields,
          FieldOwnership.writers(found, write.after()));
    }
  }

  private void add(
      ObjectRef ref,
      ObjectDrift.Kind kind,
      List<ObjectDifference.Field> fields,
      List<FieldWriter> writers) {
    drifts.put(
        ref.id(), new ObjectDrift(ref, kind, fields, writers, since.getOrDefault(ref.id(), now)));
  }
}
