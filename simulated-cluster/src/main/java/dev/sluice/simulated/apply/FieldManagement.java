package dev.sluice.simulated.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.apply.ApplyConflictException.Conflict;
import dev.sluice.simulated.schema.Type;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Server-side apply, and ownership tracking of all other writes, for objects of one type.
 *
 * <p>Pure: takes objects, returns new ones. Follows the Kubernetes reference documentation
 * "Server-Side Apply" and KEP-555: a manager that applies owns the fields it applies, loses those
 * it stops applying, and conflicts over fields that another manager owns with a different value.
 *
 * @param type type of the objects
 * @param resets fields that this endpoint never changes, such as {@code status} on the main one
 */
public record FieldManagement(Type type, FieldSet resets) {
  private static final FieldSet UNTRACKED =
      paths(
          "apiVersion",
          "kind",
          "metadata",
          "metadata.name",
          "metadata.namespace",
          "metadata.creationTimestamp",
          "metadata.selfLink",
          "metadata.uid",
          "metadata.clusterName",
          "metadata.generation",
          "metadata.managedFields",
          "metadata.resourceVersion");

  /** Returns a set of paths of plain names, each written with dots. */
  public static FieldSet paths(String... paths) {
    FieldSet set = new FieldSet();
    for (String path : paths) {
      List<PathElement> steps = new ArrayList<>();
      for (String name : path.split("\\.", -1)) {
        steps.add(new PathElement.Name(name));
      }
      set.insert(steps);
    }
    return set;
  }

  /**
   * Applies a configuration.
   *
   * @param live the stored object, or one with only its kind if there is none
   * @param applied the manager's configuration, already checked against the type
   * @param time current time, RFC 3339 in seconds
   * @return the new object with its managed fields, or empty if nothing changes
   * @throws ApplyConflictException if other managers own fields that would change and {@code force}
   *     is off
   */
  public Optional<ObjectNode> apply(
      ObjectNode live, ObjectNode applied, FieldOwner owner, String time, boolean force) {
    ObjectNode bare = withoutManagedFields(live);
    ManagedFields before = ManagedFields.of(live);
    if (isUntracked(live, before)) {
      FieldOwner unknown =
          new FieldOwner(
              "before-first-apply",
              FieldOwner.Operation.UPDATE,
              owner.apiVersion(),
              Optional.empty());
      FieldSet all =
          Comparison.between(type, bare.objectNode(), bare)
              .added()
              .difference(UNTRACKED)
              .recursiveDifference(resets);
      before = before.with(new ManagedFields.Entry(unknown, time, all));
    }
    // as the API server, which cannot compare the fields of two groups
    FieldSet last =
        before
            .find(owner)
            .filter(entry -> entry.owner().group().equals(owner.group()))
            .map(ManagedFields.Entry::fields)
            .orElseGet(FieldSet::new);
    FieldSet claimed = Claims.of(type, applied).recursiveDifference(resets);
    ManagedFields managed = before.with(new ManagedFields.Entry(owner, time, claimed));

    JsonNode merged = Merge.of(type, bare, applied);
    JsonNode pruned = last.isEmpty() ? merged : prune(merged, managed, last);
    Comparison changes = Comparison.between(type, bare, pruned);
    // the name and similar fields keep the metadata during pruning; afterwards no manager owns them
    ManagedFields settled = settle(managed, changes, owner, force).map(e -> e.without(UNTRACKED));
    if (changes.isSame() && settled.ownsSame(before)) {
      return Optional.empty();
    }
    ObjectNode result = pruned.deepCopy();
    settled.writeTo(result);
    return Optional.of(result);
  }

  /**
   * Updates the ownership for a write that is not an apply.
   *
   * @param live the stored object, or one with only its kind if there is none
   * @param updated the object to be stored; its managed fields are used only if they are absent (an
   *     empty list drops all ownership), as in the API server
   */
  public ObjectNode update(ObjectNode live, ObjectNode updated, FieldOwner owner, String time) {
    boolean hasEntries = updated.path("metadata").has("managedFields");
    ManagedFields before =
        hasEntries
            ? readable(updated).orElseGet(() -> ManagedFields.of(live))
            : ManagedFields.of(live);
    ObjectNode bare = withoutManagedFields(updated);
    boolean isDropped = hasEntries && updated.path("metadata").path("managedFields").isEmpty();
    if (isDropped || isUntracked(live, before)) {
      return bare;
    }
    Comparison changes = Comparison.between(type, withoutManagedFields(live), bare);
    ManagedFields settled = settle(before, changes, owner, true);
    FieldSet former = settled.fieldsOf(owner);
    FieldSet now =
        former
            .difference(changes.removed())
            .union(changes.modified())
            .union(changes.added())
            .difference(UNTRACKED)
            .recursiveDifference(resets);
    String since =
        before
            .find(owner)
            .filter(e -> e.fields().equals(now))
            .map(ManagedFields.Entry::time)
            .orElse(time);
    settled.with(new ManagedFields.Entry(owner, since, now)).writeTo(bare);
    return bare;
  }

  /**
   * Returns whether an object exists whose fields have no owners. They get one at the first apply,
   * and no other write gives them one.
   */
  private static boolean isUntracked(ObjectNode live, ManagedFields managed) {
    return live.path("metadata").has("uid") && managed.entries().isEmpty();
  }

  private static Optional<ManagedFields> readable(ObjectNode object) {
    try {
      return Optional.of(ManagedFields.of(object));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Transfers changed fields from their other owners, or throws a conflict. */
  private ManagedFields settle(
      ManagedFields managed, Comparison changes, FieldOwner owner, boolean force) {
    FieldSet touched = changes.modified().union(changes.added());
    if (!force) {
      List<Conflict> conflicts = new ArrayList<>();
      managed.entries().stream()
          .filter(e -> !e.owner().isSameAs(owner))
          .sorted(Comparator.comparing(e -> e.owner().show(e.time())))
          .forEach(
              entry ->
                  entry.fields().intersection(touched).paths().stream()
                      .map(p -> new Conflict(entry.owner().show(entry.time()), FieldSet.show(p)))
                      .forEach(conflicts::add));
      if (!conflicts.isEmpty()) {
        throw new ApplyConflictException(conflicts);
      }
    }
    return managed.map(
        entry -> {
          FieldSet kept = entry.fields().difference(changes.removed());
          return new ManagedFields.Entry(
              entry.owner(),
              entry.time(),
              entry.owner().isSameAs(owner) ? kept : kept.difference(touched));
        });
  }

  /** Removes fields that the manager applied before and that no manager claims now. */
  private JsonNode prune(JsonNode merged, ManagedFields managed, FieldSet last) {
    JsonNode pruned = Removal.of(type, merged, last.withNamedFields(type));
    FieldSet all = Claims.of(type, merged).withNamedFields(type);
    FieldSet left = Claims.of(type, pruned).withNamedFields(type);
    FieldSet owned = managed.union().withNamedFields(type);
    JsonNode restored = Removal.of(type, merged, all.difference(left.union(owned)));
    FieldSet restoredSet = Claims.of(type, restored).withNamedFields(type);
    return Removal.of(
        type, merged, all.difference(restoredSet).intersection(last.withNamedFields(type)));
  }

  private static ObjectNode withoutManagedFields(ObjectNode object) {
    ObjectNode copy = object.objectNode();
    copy.setAll(object);
    if (object.get("metadata") instanceof ObjectNode metadata) {
      ObjectNode rest = copy.putObject("metadata");
      rest.setAll(metadata);
      rest.remove("managedFields");
    }
    return copy;
  }
}
