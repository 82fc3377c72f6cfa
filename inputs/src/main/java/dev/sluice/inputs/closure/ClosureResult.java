package dev.sluice.inputs.closure;

import dev.sluice.contract.event.Failure;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.walk.Footprint;

/** What became of finding an application's inputs in a commit. */
public sealed interface ClosureResult {

  /** What was looked at; also of a refusal, so that whatever may heal it is noticed. */
  Footprint footprint();

  /**
   * These are the inputs.
   *
   * @param tree that has the closure's files, those from elsewhere too
   */
  record Resolved(Closure closure, SourceTree tree) implements ClosureResult {
    @Override
    public Footprint footprint() {
      return closure.footprint();
    }
  }

  /**
   * These inputs cannot be rendered, whenever that is tried.
   *
   * @param failure stage {@code SOURCE}
   */
  record Refused(Failure failure, Footprint footprint) implements ClosureResult {}
}
