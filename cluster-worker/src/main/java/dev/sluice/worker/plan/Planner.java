package dev.sluice.worker.plan;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectRef;
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
 * Decides what to do; pure.
 *
 * <p>Every desired object ends in exactly one of applies, unchanged and skipped; every old object
 * that is not desired in exactly one of prunes and skipped.
 */
public final class Planner {

  /**
   * The plan that makes the cluster hold exactly the desired objects.
   *
   * <p>An object is unchanged if it was applied with the same digest before, and no unfinished
   * intent names it: of those nobody knows what became of them, so they are written again. An
   * object that is no longer desired and forbids its deletion leaves the inventory: whoever keeps
   * it owns it. One that stays because the policy does not prune is remembered, so that it goes
   * when the policy does prune.
   */
  public Plan plan(PlanRequest request) {
    if (request.desired().isEmpty()) {
      return new Plan.Refused(
          new Failure(
              "EmptyRendering",
              "nothing was rendered, and that is never read as 'delete all': put manifests there,"
                  + " or remove the application from the fleet",
              Failure.Stage.PLAN,
              Optional.empty()));
    }
    Draft draft = new Draft(request.old());
    Set<Identity> unfinished =
        request.unfinished().stream().map(Identity::of).collect(Collectors.toSet());
    for (Manifest manifest : request.desired()) {
      draft.desire(manifest, unfinished.contains(Identity.of(manifest.ref())));
    }
    for (InventoryEntry entry : draft.undesired()) {
      if (entry.keep()) {
        draft.skipped.add(entry.ref());
      } else if (!request.policy().prune()) {
        draft.skipped.add(entry.ref());
        draft.after.put(Identity.of(entry.ref()), entry);
      } else {
        draft.prunes.add(entry.ref());
      }
    }
    boolean install =
        request.old().entries().stream()
            .allMatch(entry -> unfinished.contains(Identity.of(entry.ref())));
    Plan.Ready ready = draft.finish(install);
    Optional<Failure> objection =
        request.approved()
            ? Optional.empty()
            : PruneGuard.objection(ready.prunes(), request.old().size(), request.policy());
    return objection.<Plan>map(failure -> new Plan.Held(failure, ready)).orElse(ready);
  }

  /**
   * The plan that leaves nothing of the application.
   *
   * <p>A removal was asked for by name and has passed the fleet's guard, so no share is counted. It
   * is not a reason to lose data, nor what others keep in a namespace: without approval, protected
   * kinds are left in the cluster and forgotten, and reported as skipped. (Holding the removal
   * instead would leave a removed application that never goes away.)
   *
   * @param orphan leave every object where it is and only forget it
   * @param approved whether protected kinds may be deleted too
   */
  public Plan.Ready removal(Inventory old, boolean orphan, boolean approved) {
    Draft draft = new Draft(old);
    for (InventoryEntry entry : old.entries()) {
      boolean stays = orphan || entry.keep() || (!approved && PruneGuard.isProtected(entry.ref()));
      (stays ? draft.skipped : draft.prunes).add(entry.ref());
    }
    return draft.finish(false);
  }

  /** A plan while it is drawn up. */
  private static final class Draft {

    private final Map<Identity, InventoryEntry> old = new LinkedHashMap<>();
    private final Map<Identity, InventoryEntry> during = new LinkedHashMap<>();
    private final Map<Identity, InventoryEntry> after = new LinkedHashMap<>();
    private final Map<Identity, Manifest> desired = new LinkedHashMap<>();
    private final List<ApplyStep> applies = new ArrayList<>();
    private final List<ObjectRef> unchanged = new ArrayList<>();
    private final List<ObjectRef> skipped = new ArrayList<>();
    private final List<ObjectRef> prunes = new ArrayList<>();

    Draft(Inventory inventory) {
      inventory.entries().forEach(entry -> old.put(Identity.of(entry.ref()), entry));
      during.putAll(old);
    }

    void desire(Manifest manifest, boolean unfinished) {
      Identity identity = Identity.of(manifest.ref());
      if (desired.put(identity, manifest) != null) {
        throw new IllegalArgumentException("desired twice: " + manifest);
      }
      InventoryEntry before = old.get(identity);
      Directives directives = manifest.directives();
      if (directives.ignore()) {
        skipped.add(manifest.ref());
        if (before != null) {
          after.put(identity, new InventoryEntry(before.ref(), before.digest(), directives.keep()));
        }
        return;
      }
      String digest = manifest.digest();
      InventoryEntry entry = new InventoryEntry(manifest.ref(), digest, directives.keep());
      after.put(identity, entry);
      during.put(identity, entry);
      if (before != null && before.digest().equals(digest) && !unfinished) {
        unchanged.add(manifest.ref());
        return;
      }
      ApplyStep.Reason reason =
          unfinished
              ? ApplyStep.Reason.REASSERT
              : before == null ? ApplyStep.Reason.NEW : ApplyStep.Reason.CHANGED;
      ApplyStep.Mode mode =
          directives.createOnly() ? ApplyStep.Mode.CREATE_ONLY : ApplyStep.Mode.APPLY;
      applies.add(new ApplyStep(manifest, digest, reason, mode));
    }

    List<InventoryEntry> undesired() {
      return old.entrySet().stream()
          .filter(entry -> !desired.containsKey(entry.getKey()))
          .map(Map.Entry::getValue)
          .toList();
    }

    /**
     * The plan.
     *
     * @param install whether the application has never been there as a whole
     */
    Plan.Ready finish(boolean install) {
      Map<Turn, List<ApplyStep>> turns = new TreeMap<>();
      applies.stream()
          .sorted(Comparator.comparing(ApplyStep::ref, Order.INSTANCE))
          .forEach(
              step ->
                  turns
                      .computeIfAbsent(Turn.of(step.manifest(), install), turn -> new ArrayList<>())
                      .add(step));
      return new Plan.Ready(
          turns.entrySet().stream().map(e -> new Stage(e.getKey().phase(), e.getValue())).toList(),
          unchanged.stream().sorted(Order.INSTANCE).toList(),
          skipped.stream().sorted(Order.INSTANCE).toList(),
          prunes.stream().sorted(Order.INSTANCE.reversed()).map(PruneStep::new).toList(),
          new Plan.Inventories(inventory(during), inventory(after)),
          desired.values().stream().map(Manifest::ref).collect(Collectors.toUnmodifiableSet()));
    }

    private static Inventory inventory(Map<Identity, InventoryEntry> entries) {
      return new Inventory(List.copyOf(entries.values()));
    }
  }
}
