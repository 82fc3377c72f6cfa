package dev.sluice.worker.plan;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.name.ObjectId;
import dev.sluice.worker.manifest.Manifest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The decision about a target, made before anything is done. */
public sealed interface Plan {

  /**
   * A plan that may be executed.
   *
   * @param stages in order, only those with steps
   * @param unchanged needs no call
   * @param skipped left alone, whether rendered or not, because of an annotation, the policy or the
   *     protection of its kind
   * @param prunes in order, after all applies
   * @param inventories the ledger's inventories while and after the plan is executed
   * @param claims every object of the target, whether it is written or not
   * @param otherHooks the hooks that do not run before the deletions
   */
  record Ready(
      List<Stage> stages,
      List<ObjectRef> unchanged,
      List<ObjectRef> skipped,
      List<PruneStep> prunes,
      Inventories inventories,
      Set<ObjectRef> claims,
      OtherHooks otherHooks)
      implements Plan {

    public Ready {
      stages = List.copyOf(stages);
      unchanged = List.copyOf(unchanged);
      skipped = List.copyOf(skipped);
      prunes = List.copyOf(prunes);
      claims = Set.copyOf(claims);
    }

    /** Returns the same plan with other deletions. */
    public Ready withPrunes(List<PruneStep> others) {
      return new Ready(stages, unchanged, skipped, others, inventories, claims, otherHooks);
    }

    /** Returns the digests of the declarations that other applications may share. */
    public Map<ObjectId, String> declarations() {
      Map<ObjectId, String> declarations = new HashMap<>();
      for (InventoryEntry entry : inventories.after().entries()) {
        if (claims.contains(entry.ref())) {
          entry.declaration().ifPresent(digest -> declarations.put(entry.ref().id(), digest));
        }
      }
      return declarations;
    }

    /** Returns the writes of objects, and the runs of hooks. */
    public List<ApplyStep> applies() {
      return Stream.concat(stages.stream(), otherHooks.afterDeletion().stream())
          .flatMap(
              stage ->
                  Stream.concat(stage.steps().stream(), stage.hooks().stream().map(HookStep::step)))
          .toList();
    }

    /** Returns the runs of hooks, except those for a failure. */
    public List<HookStep> hooks() {
      return Stream.concat(stages.stream(), otherHooks.afterDeletion().stream())
          .flatMap(stage -> stage.hooks().stream())
          .toList();
    }

    /** Returns the intent: all objects that are, or may be, written or deleted. */
    public Set<ObjectRef> writeSet() {
      Set<ObjectRef> refs = new TreeSet<>();
      if (!isEmpty()) {
        otherHooks.onFailure().forEach(hook -> refs.add(hook.ref()));
      }
      applies().forEach(step -> refs.add(step.ref()));
      prunes.forEach(step -> refs.add(step.ref()));
      return refs;
    }

    /** Returns whether nothing is written and nothing deleted. */
    public boolean isEmpty() {
      return stages.isEmpty() && prunes.isEmpty();
    }
  }

  /**
   * A plan that needs an approval, or other inputs.
   *
   * @param ready the plan that an approval releases
   */
  record Held(Failure failure, Ready ready) implements Plan {}

  /** A target that cannot be executed, even with an approval. */
  record Refused(Failure failure) implements Plan {}

  /**
   * The hooks of a plan that do not run before its deletions.
   *
   * @param onFailure run if the target cannot be applied
   * @param onRemoval to be kept, and run when the application is removed
   * @param afterDeletion the stages of hooks that run after the deletions of a removal
   */
  record OtherHooks(List<HookStep> onFailure, List<Manifest> onRemoval, List<Stage> afterDeletion) {

    public OtherHooks {
      onFailure = List.copyOf(onFailure);
      onRemoval = List.copyOf(onRemoval);
      afterDeletion = List.copyOf(afterDeletion);
    }
  }

  /**
   * The ledger's inventories.
   *
   * @param during old and desired objects joined, so that no object is forgotten if the worker dies
   * @param after the inventory once all is done
   */
  record Inventories(Inventory during, Inventory after) {}
}
