package dev.sluice.inputs.closure;

import dev.sluice.contract.event.Failure;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.walk.Footprint;

/** Result of resolving a source's inputs at a commit. */
public sealed interface ClosureResult {

  /**
   * Returns the paths that the result depends on. A refusal has them too, so that a change that may
   * fix it is detected.
   */
  Footprint footprint();

  /**
   * The inputs were resolved.
   *
   * @param tree the tree with all files of the closure, including remote ones
   */
  record Resolved(Closure closure, SourceTree tree) implements ClosureResult {
    @Override
    public Footprint footprint() {
      return closure.footprint();
    }
  }

  /**
   * The inputs cannot be rendered; retrying does not help.
   *
   * @param failure of stage {@code SOURCE}
   */
  record Refused(Failure failure, Footprint footprint) implements ClosureResult {}
}
