package dev.sluice.worker.plan;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectRef;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What to do about a target, decided before anything is done. */
public sealed interface Plan {

  /**
   * May be carried out.
   *
   * @param stages in order, only those with steps
   * @param unchanged needs no call
   * @param skipped left alone, whether rendered or not, because an annotation, the policy or the
   *     protection of its kind says so
   * @param prunes in order, after all applies
   * @param inventories what the ledger says while and after the plan is carried out
   * @param claims every object that the target has, whether it is written or not
   */
  record Ready(
      List<Stage> stages,
      List<ObjectRef> unchanged,
      List<ObjectRef> skipped,
      List<PruneStep> prunes,
      Inventories inventories,
      Set<ObjectRef> claims)
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
      return new Ready(stages, unchanged, skipped, others, inventories, claims);
    }

    public List<ApplyStep> applies() {
      return stages.stream().flatMap(stage -> stage.steps().stream()).toList();
    }

    /** What an intent names: all that is about to be written or deleted. */
    public Set<ObjectRef> writeSet() {
      Set<ObjectRef> refs = new TreeSet<>();
      applies().forEach(step -> refs.add(step.ref()));
      prunes.forEach(step -> refs.add(step.ref()));
      return refs;
    }

    /** Nothing to write and nothing to delete. */
    public boolean isNothing() {
      return stages.isEmpty() && prunes.isEmpty();
    }
  }

  /**
   * Must not be carried out before someone approves, or the inputs change.
   *
   * @param ready the plan that an approval lets pass
   */
  record Held(Failure failure, Ready ready) implements Plan {}

  /** Cannot be carried out, whoever approves. */
  record Refused(Failure failure) implements Plan {}

  /**
   * The ledger's inventories.
   *
   * @param during old and intended together: whatever happens in between, nothing is forgotten
   * @param after once all is done
   */
  record Inventories(Inventory during, Inventory after) {}
}
