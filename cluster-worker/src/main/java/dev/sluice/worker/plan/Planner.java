package dev.sluice.worker.plan;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.name.ObjectId;
import dev.sluice.worker.manifest.Manifest;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

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
    PlanDraft draft = new PlanDraft(request.old(), request.policy());
    HookPlan hooks = new HookPlan(request.old(), request.unfinished(), request.runs());
    for (Manifest manifest : request.desired()) {
      if (manifest.hook().isPresent() && !manifest.directives().ignore()) {
        hooks.add(manifest);
      } else {
        draft.desire(manifest, request.unfinished().contains(manifest.ref().id()));
      }
    }
    draft.leave(entry -> !entry.hook());
    hooks.decide(draft.isEmpty());
    draft.add(hooks);
    draft.leave(InventoryEntry::hook);
    Plan.Ready ready = draft.finish(new Schedule(request.desired()), hooks);
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
        plan.prunes().stream()
            .filter(step -> !step.hook() && !gone.contains(step.ref().id()))
            .toList(),
        request.old().objects() - gone.size(),
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
    return removal(old, orphan, approved, List.of());
  }

  /**
   * Returns the plan that removes the application, with the hooks before and after it.
   *
   * @param hooks run unless every object is left in the cluster
   */
  public Plan.Ready removal(Inventory old, boolean orphan, boolean approved, List<HookStep> hooks) {
    PlanDraft draft = new PlanDraft(old, Policy.DEFAULT);
    Set<ObjectId> own = new HashSet<>(); // deleted after all have run
    if (!orphan) {
      hooks.forEach(hook -> own.add(hook.ref().id()));
    }
    for (InventoryEntry entry : old.entries()) {
      if (own.contains(entry.ref().id())) {
        continue;
      }
      boolean guarded = entry.guarded() || PruneGuard.isProtected(entry.ref());
      boolean stays = orphan || entry.keep() || (guarded && !approved);
      if (stays) {
        draft.skip(entry);
      } else {
        draft.prune(entry);
      }
    }
    Schedule schedule = new Schedule(List.of());
    if (!orphan) {
      for (HookStep hook : hooks) {
        draft.run(hook);
        schedule.add(hook);
      }
    }
    return draft.finish(schedule, new HookPlan(Inventory.EMPTY, Set.of(), Runs.NONE));
  }

  /** Returns the runs of the hooks of a removal, by their manifests. */
  public static List<HookStep> removalHooks(List<Manifest> hooks, Runs runs) {
    return HookPlan.ofRemoval(hooks, runs);
  }

  /**
   * The input of a plan.
   *
   * @param desired normalised, each object once
   * @param old the ledger's inventory
   * @param unfinished the write set of an intent that may be unfinished; empty if the ledger is
   *     done
   * @param approved whether a person approved this generation's deletions
   * @param runs decides about hooks
   */
  public record Request(
      List<Manifest> desired,
      Inventory old,
      Set<ObjectId> unfinished,
      Policy policy,
      boolean approved,
      Runs runs) {

    public Request {
      desired = List.copyOf(desired);
      unfinished = Set.copyOf(unfinished);
    }
  }

  /**
   * The circumstances of the runs of hooks.
   *
   * @param install whether nothing of the application was applied before
   * @param again whether the same inputs were applied to the end before
   * @param id differs for each generation of each application; part of generated names
   */
  public record Runs(boolean install, boolean again, String id) {

    /** The runs of a plan that runs no hooks. */
    public static final Runs NONE = new Runs(false, true, "");
  }
}
