package dev.sluice.worker.plan;

import java.util.List;

/** Steps that may be done once the stages before are done and, if those wait, established. */
public record Stage(Phase phase, List<ApplyStep> steps) {

  public Stage {
    steps = List.copyOf(steps);
  }

  /** Which objects a stage holds; in the order of the stages. */
  public enum Phase {
    /** CustomResourceDefinition, Namespace, ClusterRole: others cannot even be sent before. */
    DEFINITIONS,
    /** Helm's hooks before an install or upgrade; a stage for each weight. */
    HOOKS_BEFORE,
    /** Kinds ending in Class, which others name. */
    CLASSES,
    OBJECTS,
    /** Helm's hooks after an install or upgrade; a stage for each weight. */
    HOOKS_AFTER;

    /** Whether what comes next waits until this stage's objects are established, or are over. */
    public boolean waits() {
      return this != OBJECTS;
    }

    public boolean isOfHooks() {
      return this == HOOKS_BEFORE || this == HOOKS_AFTER;
    }
  }
}
