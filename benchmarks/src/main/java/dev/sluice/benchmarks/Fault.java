package dev.sluice.benchmarks;

import java.util.Optional;

/** A faulty input, which must affect nothing but the application or record that it belongs to. */
interface Fault {

  /** Returns the name of the fault in the report. */
  String name();

  /** Injects the fault. */
  void inject(BlastRadiusRig rig) throws Exception;

  /** Removes what a harmless commit to the faulty application does not remove. */
  default void undo(BlastRadiusRig rig) throws Exception {}

  /**
   * Checks for damage, after the fault was undone.
   *
   * @return a description of the damage; empty if there is none
   */
  default Optional<String> damage(BlastRadiusRig rig) throws Exception {
    return Optional.empty();
  }
}
