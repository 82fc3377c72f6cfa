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
    /** Kinds ending in Class, which others name. */
    CLASSES,
    OBJECTS;

    /** Whether the next stage waits until this one's objects are established. */
    public boolean waits() {
      return this != OBJECTS;
    }
  }
}
