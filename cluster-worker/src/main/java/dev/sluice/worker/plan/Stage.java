package dev.sluice.worker.plan;

import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.worker.manifest.Directives;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * Steps that may run once the previous stages are done: objects that are written, and hooks that
 * run to their end.
 *
 * @param awaited objects that have to be healthy before the next stage, whether written or not
 * @param passing those that may be gone again, such as Jobs that are deleted after their end
 */
public record Stage(
    Phase phase,
    int wave,
    List<ApplyStep> steps,
    List<HookStep> hooks,
    List<ObjectRef> awaited,
    Set<ObjectRef> passing) {

  public Stage {
    steps = List.copyOf(steps);
    hooks = List.copyOf(hooks);
    awaited = List.copyOf(awaited);
    passing = Set.copyOf(passing);
  }

  /** Creates a stage that only writes objects. */
  public Stage(Phase phase, List<ApplyStep> steps) {
    this(phase, 0, steps, List.of(), List.of(), Set.of());
  }

  /** Returns the stage that writes only these of its objects, and does not wait. */
  public Stage only(Collection<ApplyStep> chosen) {
    return new Stage(
        phase,
        wave,
        steps.stream().filter(chosen::contains).toList(),
        List.of(),
        List.of(),
        Set.of());
  }

  /**
   * Returns whether an object is deleted and created again if its immutable fields change: one
   * whose annotations, or the policy, ask for it, unless data would be lost with it, or its
   * deletion is forbidden or needs an approval.
   */
  public static boolean replaces(ApplyStep step, Policy policy) {
    Directives directives = step.manifest().directives();
    return directives.replaces(policy.replaces())
        && !directives.keep()
        && !directives.guarded()
        && !PruneGuard.isProtected(step.ref());
  }

  /** Returns its name for people. */
  public String shown() {
    return wave == 0 ? phase.text : "%s wave %d".formatted(phase.text, wave);
  }

  /** The kinds of stages, in their order. */
  public enum Phase {
    /**
     * CustomResourceDefinition, Namespace, ClusterRole without a wave of their own: other objects
     * cannot be sent before them.
     */
    DEFINITIONS("definitions"),
    PRE_SYNC("PreSync"),
    SYNC("Sync"),
    POST_SYNC("PostSync"),
    PRE_DELETE("PreDelete"),
    POST_DELETE("PostDelete");

    private final String text;

    Phase(String text) {
      this.text = text;
    }
  }
}
