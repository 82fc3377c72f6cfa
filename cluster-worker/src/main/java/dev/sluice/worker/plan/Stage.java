package dev.sluice.worker.plan;

import java.util.List;

/**
 * Steps that may run once the previous stages are done and, where a stage waits, their objects are
 * established.
 */
public record Stage(Phase phase, List<ApplyStep> steps) {

  public Stage {
    steps = List.copyOf(steps);
  }

  /**
   * Returns whether an object is deleted and created again if its immutable fields change: a hook,
   * since Jobs cannot be changed, or an object whose annotations ask for it, unless data would be
   * lost with it.
   */
  public boolean replaces(ApplyStep step) {
    return phase.isOfHooks()
        || (step.manifest().directives().replace() && !PruneGuard.isProtected(step.ref()));
  }

  /** The kinds of objects in a stage, in the order of the stages. */
  public enum Phase {
    /**
     * CustomResourceDefinition, Namespace, ClusterRole: other objects cannot be sent before them.
     */
    DEFINITIONS,
    /** Helm's hooks before an install or upgrade; one stage per weight. */
    HOOKS_BEFORE,
    /** Kinds ending in Class, which other objects refer to. */
    CLASSES,
    OBJECTS,
    /** Helm's hooks after an install or upgrade; one stage per weight. */
    HOOKS_AFTER;

    /** Returns whether later stages wait until this stage's objects are established or finished. */
    public boolean waits() {
      return this != OBJECTS;
    }

    public boolean isOfHooks() {
      return this == HOOKS_BEFORE || this == HOOKS_AFTER;
    }
  }
}
