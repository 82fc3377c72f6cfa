package dev.sluice.contract.fleet;

import java.util.Optional;

/**
 * The properties of an application that a worker needs besides its inputs; a change of them is a
 * new generation.
 *
 * @param namespace the default namespace, for namespaced objects without one
 * @param project the bounds of the application; empty for the default project without bounds, and
 *     in events of earlier versions
 */
public record ApplicationSpec(String namespace, Policy policy, Optional<Project> project) {

  /** Creates the specification of an application without bounds. */
  public ApplicationSpec(String namespace, Policy policy) {
    this(namespace, policy, Optional.empty());
  }

  /** Returns this specification with other bounds. */
  public ApplicationSpec in(Optional<Project> bounds) {
    return new ApplicationSpec(namespace, policy, bounds);
  }
}
