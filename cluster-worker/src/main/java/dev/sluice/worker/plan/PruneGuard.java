package dev.sluice.worker.plan;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.fleet.Policy;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Refuses deletions that look like an accident.
 *
 * <p>Two rules. A Namespace, CustomResourceDefinition or PersistentVolumeClaim takes more with it
 * than itself: none goes without approval. And no more than the policy's share of the old inventory
 * goes in one generation; up to {@value #ALWAYS_ALLOWED} deletions are not counted as a share, or
 * an application of three objects could not have one renamed. A limit of 0 percent means what it
 * says: no deletion at all.
 */
final class PruneGuard {

  static final int ALWAYS_ALLOWED = 2;

  private static final int NAMED = 5;

  private static final Set<Identity> PROTECTED =
      Set.of(
          new Identity("", "Namespace", "", ""),
          new Identity("apiextensions.k8s.io", "CustomResourceDefinition", "", ""),
          new Identity("", "PersistentVolumeClaim", "", ""));

  private PruneGuard() {}

  static boolean isProtected(ObjectRef ref) {
    return PROTECTED.contains(new Identity(ref.group(), ref.kind(), "", ""));
  }

  /** Why these deletions must wait; empty if they may go ahead. */
  static Optional<Failure> objection(List<PruneStep> prunes, int inventory, Policy policy) {
    List<ObjectRef> guarded =
        prunes.stream().map(PruneStep::ref).filter(PruneGuard::isProtected).toList();
    if (!guarded.isEmpty()) {
      return Optional.of(
          held(
              "PruneProtected",
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
              "PruneLimit",
              ("this generation would delete %d of the application's %d objects (%s), and"
                      + " pruneLimitPercent is %d: approve the generation, put the manifests back, or"
                      + " raise the limit")
                  .formatted(all.size(), inventory, named(all), policy.pruneLimitPercent()),
              all));
    }
    return Optional.empty();
  }

  private static Failure held(String code, String message, List<ObjectRef> objects) {
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
