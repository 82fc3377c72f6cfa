package dev.sluice.worker.apply;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.FieldWriter;
import dev.sluice.contract.event.ObjectDifference;
import dev.sluice.contract.event.ObjectDrift;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.name.ObjectId;
import dev.sluice.worker.fields.FieldDifferences;
import dev.sluice.worker.fields.FieldOwnership;
import dev.sluice.worker.live.LiveObjects;
import dev.sluice.worker.live.LiveObjects.Suspect;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The differences of the chosen objects, from their writes or dry runs. Thread-safe. */
final class DriftComparison implements Writes.Listener {

  private final LiveObjects live;
  private final Instant now;

  private final Map<ObjectId, Instant> since = new HashMap<>();
  private final Map<ObjectId, ObjectDrift> drifts = new ConcurrentHashMap<>();

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

  @Override
  public void written(ObjectRef ref, Optional<LiveObject> before, ObjectNode after) {
    live.written(ref, after);
    compared(ref, before, after);
  }

  void compared(ObjectRef ref, Optional<LiveObject> before, ObjectNode after) {
    if (before.isEmpty()) {
      add(ref, ObjectDrift.Kind.DELETED, List.of(), List.of());
      return;
    }
    ObjectNode found = before.get().content();
    List<ObjectDifference.Field> fields = FieldDifferences.between(found, after);
    boolean isOwned = FieldOwnership.isSame(found, after);
    if (!fields.isEmpty() || !isOwned) {
      add(
          ref,
          fields.isEmpty() ? ObjectDrift.Kind.TAKEN_OVER : ObjectDrift.Kind.CHANGED,
          fields,
          FieldOwnership.writers(found, after));
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
