package dev.sluice.contract.fleet;

import java.util.List;
import java.util.Optional;

/**
 * A rule for the health of the objects of one kind, as Flux's {@code healthCheckExprs}: conditions
 * in CEL over the object. The first that holds decides, in the order of the components.
 *
 * @param apiVersion of the objects
 * @param kind of the objects
 * @param inProgress holds for an object that is progressing; empty if there is no such condition
 * @param failed holds for an object that is degraded; empty if there is no such condition
 * @param current holds for an object that is healthy; an object for which nothing holds is
 *     progressing
 */
public record HealthCheck(
    String apiVersion,
    String kind,
    Optional<String> inProgress,
    Optional<String> failed,
    String current) {

  /** Returns whether this rule is for the objects of a kind. */
  public boolean isFor(String objectApiVersion, String objectKind) {
    return apiVersion.equals(objectApiVersion) && kind.equals(objectKind);
  }

  /** Returns all conditions. */
  public List<String> expressions() {
    return List.of(inProgress, failed, Optional.of(current)).stream()
        .flatMap(Optional::stream)
        .toList();
  }
}
