package dev.sluice.worker.plan;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.name.GroupKind;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Refuses deletions that look accidental.
 *
 * <p>There are two rules. Deleting a Namespace, CustomResourceDefinition or PersistentVolumeClaim
 * also deletes other objects or data, so each needs an approval; so does an object whose manifest
 * asked for one. And one generation may delete no more than the policy's percentage of the old
 * inventory; up to {@value #ALWAYS_ALLOWED} deletions are exempt, or an object of a three-object
 * application could not be renamed. A limit of 0 percent allows no deletion at all.
 */
public final class PruneGuard {

  static final int ALWAYS_ALLOWED = 2;

  private static final int NAMED = 5;

  private static final Set<GroupKind> PROTECTED =
      Set.of(
          GroupKind.NAMESPACE,
          GroupKind.CUSTOM_RESOURCE_DEFINITION,
          GroupKind.parse("PersistentVolumeClaim"));

  private PruneGuard() {}

  /** Returns whether other objects or data are lost with objects of the kind. */
  public static boolean isProtected(ObjectRef ref) {
    return PROTECTED.contains(ref.groupKind());
  }

  /** Returns why these deletions must wait; empty if they may proceed. */
  static Optional<Failure> objection(List<PruneStep> prunes, int inventory, Policy policy) {
    List<ObjectRef> guarded =
        prunes.stream()
            .filter(step -> step.guarded() || isProtected(step.ref()))
            .map(PruneStep::ref)
            .toList();
    if (!guarded.isEmpty()) {
      return Optional.of(
          held(
              ApplyFailure.PRUNE_PROTECTED,
              "this generation would delete %s: approve the generation, put the manifest back, or"
                      .formatted(named(guarded))
                  + " forbid its deletion with the annotation sluice.dev/prune: disabled first",
              guarded));
    }
    List<ObjectRef> all = prunes.stream().map(PruneStep::ref).toList();
    boolean counted = all.size() > ALWAYS_ALLOWED || policy.pruneLimitPercent() == 0;
    if (counted && 100L * all.size() > (long) policy.pruneLimitPercent() * inventory) {
      return Optional.of(
          held(
              ApplyFailure.PRUNE_LIMIT,
              ("this generation would delete %d of the application's %d objects (%s), and"
                      + " pruneLimitPercent is %d: approve the generation, put the manifests back, or"
                      + " raise the limit")
                  .formatted(all.size(), inventory, named(all), policy.pruneLimitPercent()),
              all));
    }
    return Optional.empty();
  }

  private static Failure held(FailureCode code, String message, List<ObjectRef> objects) {
    return new Failure(code, message, Failure.Stage.PRUNE, Optional.of(objects.getFirst()));
  }

  private static String named(List<ObjectRef> objects) {
    String names =
        objects.stream().limit(NAMED).map(ObjectRef::toString).collect(Collectors.joining(", "));
    return objects.size() <= NAMED
        ? names
        : names + " and %d more".formatted(objects.size() - NAMED);
  }
}
