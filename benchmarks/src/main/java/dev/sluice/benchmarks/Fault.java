package dev.sluice.benchmarks;

import java.util.Optional;

/** An input that must affect nothing but the application or record that it belongs to. */
interface Fault {

  /** A name for the report. */
  String name();

  /** Brings the fault about. */
  void inject(BlastRadiusRig rig) throws Exception;

  /** Takes away what a harmless commit to the faulty application does not. */
  default void undo(BlastRadiusRig rig) throws Exception {}

  /**
   * Looks for damage, after the fault was undone.
   *
   * @return what is damaged; empty if nothing is
   */
  default Optional<String> damage(BlastRadiusRig rig) throws Exception {
    return Optional.empty();
  }
}
