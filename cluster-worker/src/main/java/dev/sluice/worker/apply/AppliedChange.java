package dev.sluice.worker.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectChange.Action;
import dev.sluice.worker.fields.FieldOwnership;
import dev.sluice.worker.fields.LastApplied;
import dev.sluice.worker.manifest.Ownership;
import dev.sluice.worker.plan.ApplyStep;
import dev.sluice.worker.plan.Plan;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Describes changes for the record: what a plan will change, and what an apply has changed in an
 * object. Pure.
 */
final class AppliedChange {

  /** Fields of the metadata that differ after each apply, or are compared one by one. */
  private static final Set<String> METADATA =
      Set.of("resourceVersion", "managedFields", "annotations");

  private AppliedChange() {}

  /**
   * Returns the change.
   *
   * @param found the object as it was read first, with the managers that its fields had then; empty
   *     if it did not exist
   * @param before the object as it was read last before the apply
   * @param after the object as the server returned it
   */
  static ObjectChange of(
      ApplyStep step, Optional<LiveObject> found, Optional<LiveObject> before, ObjectNode after) {
    List<String> takenFrom =
        found.map(first -> FieldOwnership.dispossessed(first.content(), after)).orElse(List.of());
    LiveObject result = new LiveObject(after);
    return new ObjectChange(
        step.ref(),
        action(before.map(LiveObject::content), after, takenFrom),
        Optional.of(result.uid()),
        found.map(LiveObject::resourceVersion),
        Optional.of(result.resourceVersion()),
        Optional.of(step.entry().manifestDigest()),
        Optional.of(takenFrom),
        Optional.empty());
  }

  private static Action action(
      Optional<ObjectNode> before, ObjectNode after, List<String> takenFrom) {
    if (before.isEmpty()) {
      return Action.CREATED;
    }
    return takenFrom.isEmpty() && isSame(before.get(), after)
        ? Action.REASSERTED
        : Action.CONFIGURED;
  }

  /** Returns whether two states of an object differ only in what each apply changes. */
  private static boolean isSame(JsonNode before, JsonNode after) {
    return isSame(before, after, Set.of("metadata", "status"))
        && isSame(before.path("metadata"), after.path("metadata"), METADATA)
        && isSame(
            before.at("/metadata/annotations"),
            after.at("/metadata/annotations"),
            Set.of(Ownership.GENERATION_ANNOTATION, LastApplied.ANNOTATION));
  }

  private static boolean isSame(JsonNode before, JsonNode after, Set<String> except) {
    Set<String> fields = new HashSet<>();
    before.fieldNames().forEachRemaining(fields::add);
    after.fieldNames().forEachRemaining(fields::add);
    fields.removeAll(except);
    return fields.stream().allMatch(field -> before.path(field).equals(after.path(field)));
  }

  /** Returns the changes that a plan announces. */
  static List<ObjectChange> planned(Plan.Ready plan) {
    List<ObjectChange> changes = new ArrayList<>();
    plan.applies()
        .forEach(
            step ->
                changes.add(
                    new ObjectChange(
                        step.ref(),
                        switch (step.reason()) {
                          case NEW -> Action.CREATED;
                          case CHANGED, REASSERT -> Action.CONFIGURED;
                        })));
    plan.prunes().forEach(step -> changes.add(new ObjectChange(step.ref(), Action.DELETED)));
    return changes;
  }
}
