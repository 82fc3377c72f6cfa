package dev.sluice.worker.plan;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.contract.fleet.IgnoredDifference;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.name.ObjectId;
import dev.sluice.worker.manifest.Directives;
import dev.sluice.worker.manifest.Manifest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Plans the changes of a target; pure.
 *
 * <p>Every desired object ends in exactly one of applies, unchanged and skipped; every old object
 * that is not desired in exactly one of prunes and skipped.
 */
public final class Planner {

  /**
   * Returns the plan that makes the cluster hold exactly the desired objects.
   *
   * <p>An object is unchanged if it was applied with the same digest before, and no unfinished
   * intent names it; the state of objects in an intent is unknown, so they are written again. An
   * object that is no longer desired and forbids its deletion leaves the inventory and is no longer
   * managed. One that stays because the policy does not prune remains in the inventory, so that it
   * is deleted once the policy does prune.
   */
  public Plan plan(Request request) {
    if (request.desired().isEmpty()) {
      return new Plan.Refused(
          new Failure(
              RenderFailure.EMPTY_RENDERING,
              "nothing was rendered, and that is never read as 'delete all': put manifests there,"
                  + " or remove the application from the fleet",
              Failure.Stage.PLAN,
              Optional.empty()));
    }
    Draft draft = new Draft(request.old(), request.policy());
    Set<ObjectId> unfinished = request.unfinished();
    for (Manifest manifest : request.desired()) {
      draft.desire(manifest, unfinished.contains(manifest.ref().id()));
    }
    for (InventoryEntry entry : draft.undesired()) {
      if (entry.keep()) {
        draft.skipped.add(entry.ref());
      } else if (!request.policy().prune()) {
        draft.skipped.add(entry.ref());
        draft.after.put(entry.ref().id(), entry);
      } else {
        draft.prunes.add(entry.ref());
      }
    }
    boolean install =
        request.old().entries().stream().allMatch(entry -> unfinished.contains(entry.ref().id()));
    Plan.Ready ready = draft.finish(install);
    Optional<Failure> objection =
        request.approved() ? Optional.empty() : objection(request, ready, Set.of());
    return objection.<Plan>map(failure -> new Plan.Held(failure, ready)).orElse(ready);
  }

  /**
   * Returns why the plan must wait, if only some of the old objects still exist.
   *
   * @param gone the deletions of the plan that delete nothing
   */
  public static Optional<Failure> objection(Request request, Plan.Ready plan, Set<ObjectId> gone) {
    return PruneGuard.objection(
        plan.prunes().stream().filter(step -> !gone.contains(step.ref().id())).toList(),
        request.old().size() - gone.size(),
        request.policy());
  }

  /**
   * Returns the plan that removes the application.
   *
   * <p>A removal was requested by name and has passed the fleet's guard, so the prune limit does
   * not apply. It must not destroy data, nor other objects in a namespace: without approval,
   * protected kinds are left in the cluster, dropped from the inventory and reported as skipped.
   * (If the removal were held instead, a removed application would stay forever.)
   *
   * @param orphan whether every object is left in the cluster and only dropped from the inventory
   * @param approved whether protected kinds may be deleted too
   */
  public Plan.Ready removal(Inventory old, boolean orphan, boolean approved) {
    Draft draft = new Draft(old, Policy.DEFAULT);
    for (InventoryEntry entry : old.entries()) {
      boolean stays = orphan || entry.keep() || (!approved && PruneGuard.isProtected(entry.ref()));
      (stays ? draft.skipped : draft.prunes).add(entry.ref());
    }
    return draft.finish(false);
  }

  /** A plan under construction. */
  private static final class Draft {

    private final Map<ObjectId, InventoryEntry> old = new LinkedHashMap<>();
    private final Map<ObjectId, InventoryEntry> during = new LinkedHashMap<>();
    private final Map<ObjectId, InventoryEntry> after = new LinkedHashMap<>();
    private final Map<ObjectId, Manifest> desired = new LinkedHashMap<>();
    private final List<ApplyStep> applies = new ArrayList<>();
    private final List<ObjectRef> unchanged = new ArrayList<>();
    private final List<ObjectRef> skipped = new ArrayList<>();
    private final List<ObjectRef> prunes = new ArrayList<>();
    private final Policy policy;

    Draft(Inventory inventory, Policy policy) {
      this.policy = policy;
      inventory.entries().forEach(entry -> old.put(entry.ref().id(), entry));
      during.putAll(old);
    }

    void desire(Manifest manifest, boolean unfinished) {
      ObjectId id = manifest.ref().id();
      if (desired.put(id, manifest) != null) {
        throw new IllegalArgumentException("desired twice: " + manifest);
      }
      InventoryEntry before = old.get(id);
      Directives directives = manifest.directives();
      if (directives.ignore()) {
        skipped.add(manifest.ref());
        if (before != null) {
          after.put(
              id,
              new InventoryEntry(before.ref(), before.digest(), directives.keep())
                  .left(LiveState.ANY));
        }
        return;
      }
      String digest = digest(manifest);
      boolean equal = before != null && before.digest().equals(digest);
      Optional<String> declaration =
          policy.shares(manifest.ref().groupKind())
              ? Optional.of(manifest.declaration())
              : Optional.empty();
      InventoryEntry entry =
          new InventoryEntry(
              manifest.ref(),
              digest,
              directives.keep(),
              declaration,
              equal ? before.state() : Optional.empty());
      after.put(id, entry);
      during.put(id, entry);
      if (equal && !unfinished) {
        unchanged.add(manifest.ref());
        return;
      }
      ApplyStep.Reason reason =
          unfinished
              ? ApplyStep.Reason.REASSERT
              : before == null ? ApplyStep.Reason.NEW : ApplyStep.Reason.CHANGED;
      ApplyStep.Mode mode =
          directives.createOnly() ? ApplyStep.Mode.CREATE_ONLY : ApplyStep.Mode.APPLY;
      applies.add(new ApplyStep(manifest, entry, reason, mode));
    }

    /** Returns the digest of a manifest and of the rules about fields that may differ. */
    private String digest(Manifest manifest) {
      ObjectRef ref = manifest.ref();
      List<IgnoredDifference> about =
          policy.ignored().stream()
              .filter(rule -> rule.matches(ref.groupKind(), ref.namespace(), ref.name()))
              .toList();
      return about.isEmpty()
          ? manifest.digest()
          : "%s%s%08x"
              .formatted(manifest.digest(), InventoryEntry.RULES, about.toString().hashCode());
    }

    List<InventoryEntry> undesired() {
      return old.entrySet().stream()
          .filter(entry -> !desired.containsKey(entry.getKey()))
          .map(Map.Entry::getValue)
          .toList();
    }

    /**
     * Returns the finished plan.
     *
     * @param install whether nothing of the application was applied before
     */
    Plan.Ready finish(boolean install) {
      Map<Order.Turn, List<ApplyStep>> turns = new TreeMap<>();
      applies.stream()
          .sorted(Comparator.comparing(ApplyStep::ref, Order.INSTANCE))
          .forEach(
              step ->
                  turns
                      .computeIfAbsent(
                          Order.Turn.of(step.manifest(), install), turn -> new ArrayList<>())
                      .add(step));
      return new Plan.Ready(
          turns.entrySet().stream().map(e -> new Stage(e.getKey().phase(), e.getValue())).toList(),
          unchanged.stream().sorted(Order.INSTANCE).toList(),
          skipped.stream().sorted(Order.INSTANCE).toList(),
          prunes.stream().sorted(Order.INSTANCE.reversed()).map(PruneStep::new).toList(),
          new Plan.Inventories(inventory(during), inventory(after)),
          desired.values().stream().map(Manifest::ref).collect(Collectors.toUnmodifiableSet()));
    }

    private static Inventory inventory(Map<ObjectId, InventoryEntry> entries) {
      return new Inventory(List.copyOf(entries.values()));
    }
  }

  /**
   * The input of a plan.
   *
   * @param desired normalised, each object once
   * @param old the ledger's inventory
   * @param unfinished the write set of an intent that may be unfinished; empty if the ledger is
   *     done
   * @param approved whether a person approved this generation's deletions
   */
  public record Request(
      List<Manifest> desired,
      Inventory old,
      Set<ObjectId> unfinished,
      Policy policy,
      boolean approved) {

    public Request {
      desired = List.copyOf(desired);
      unfinished = Set.copyOf(unfinished);
    }
  }
}
