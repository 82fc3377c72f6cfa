package dev.sluice.api.projection;

import dev.sluice.contract.event.FieldWriter;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectDrift;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.ObservedEvent.Contended;
import dev.sluice.contract.event.ObservedEvent.Drifted;
import dev.sluice.contract.event.ObservedEvent.Healed;
import dev.sluice.contract.name.ObjectId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Drift of an application in a cluster, according to the events so far. Pure.
 *
 * @param objects the objects that differ from the done generation
 * @param omitted the number of further objects that differ
 * @param heals whether the worker puts the generation's fields back
 * @param contended the objects that another writer changes each time after they were healed
 */
public record Drift(
    List<ObjectDrift> objects, int omitted, boolean heals, List<Contention> contended) {

  public static final Drift NONE = new Drift(List.of(), 0, true, List.of());

  public Drift {
    objects = List.copyOf(objects);
    contended = List.copyOf(contended);
  }

  /**
   * An object that needs too many heals.
   *
   * @param at when the worker reported it
   * @param pause the time from then to the next heal
   */
  public record Contention(
      ObjectRef object,
      List<FieldWriter> writers,
      int heals,
      Duration within,
      Duration pause,
      Instant at) {}

  /** Returns the drift that replaces this one. */
  Drift drifted(Drifted event) {
    Set<ObjectId> differ = ids(event.objects().stream().map(ObjectDrift::object).toList());
    return new Drift(
        event.objects(),
        event.omitted().orElse(0),
        event.heals(),
        contended.stream().filter(one -> differ.contains(one.object().id())).toList());
  }

  /** Returns the drift without the objects that were healed. */
  Drift healed(Healed event) {
    Set<ObjectId> healed = ids(event.changes().stream().map(ObjectChange::object).toList());
    return new Drift(
        objects.stream().filter(one -> !healed.contains(one.object().id())).toList(),
        Math.max(0, omitted - event.omitted().orElse(0)),
        heals,
        contended.stream().filter(one -> !healed.contains(one.object().id())).toList());
  }

  /** Returns the drift with a contended object. */
  Drift contended(Contended event, Instant at) {
    List<Contention> all = new ArrayList<>(contended);
    all.removeIf(one -> one.object().id().equals(event.object().id()));
    all.add(
        new Contention(
            event.object(), event.writers(), event.heals(), event.within(), event.pause(), at));
    return new Drift(objects, omitted, heals, all);
  }

  /** Returns the objects of the event that did not differ before, or not in this way. */
  List<ObjectDrift> news(Drifted event) {
    return event.objects().stream().filter(one -> !objects.contains(one)).toList();
  }

  /** Returns since when an object differs or is contended. */
  Instant since() {
    return Stream.concat(
            objects.stream().map(ObjectDrift::since), contended.stream().map(Contention::at))
        .min(Comparator.naturalOrder())
        .orElse(Instant.EPOCH);
  }

  boolean isOver() {
    return size() == 0 && contended.isEmpty();
  }

  /** Returns the number of objects that differ. */
  public int size() {
    return objects.size() + omitted;
  }

  private static Set<ObjectId> ids(List<ObjectRef> objects) {
    return objects.stream().map(ObjectRef::id).collect(Collectors.toSet());
  }
}
