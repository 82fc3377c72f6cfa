package dev.sluice.worker.apply;

import dev.sluice.contract.event.DeletionPlan;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.worker.lane.Outcome;
import dev.sluice.worker.lane.Wake;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.stream.Collectors;

/**
 * Objects that a generation should delete but keeps for now, since another application may claim
 * them.
 *
 * @param plan the plan that an approval has to name
 * @param unknown the applications whose claims are unknown; empty if records of the same commit are
 *     still missing
 */
record KeptObjects(List<ObjectRef> objects, DeletionPlan plan, SortedSet<ApplicationName> unknown) {

  private static final int NAMED = 5;

  /** Returns as many of them as a result may list. */
  List<ObjectRef> listed() {
    return objects.subList(0, Math.min(objects.size(), DeletionPlan.MAX_LISTED));
  }

  /** Returns the outcome of the attempt that keeps them. */
  Outcome outcome() {
    FailureCode code =
        unknown.isEmpty() ? ApplyFailure.COMMIT_INCOMPLETE : ApplyFailure.CLAIMS_UNKNOWN;
    String names = unknown.stream().map(Object::toString).collect(Collectors.joining(", "));
    String reason =
        unknown.isEmpty()
            ? "not all applications of its commit have been sent here, and one may claim them"
            : "%s may claim them, but its newest target has no plan yet, or its sources are refused: fix it"
                .formatted(names);
    Failure failure =
        new Failure(
            code,
            "%d objects to be deleted are kept (%s): %s, or approve the deletion"
                .formatted(objects.size(), named(), reason),
            Failure.Stage.PRUNE,
            Optional.of(objects.getFirst()));
    String wakesOn =
        unknown.isEmpty()
            ? "the rest of the commit, an approval, or a new generation"
            : "a plan for %s, an approval, or a new generation".formatted(names);
    return new Outcome.Parked(failure.awaiting(plan), new Wake.ClusterChange(wakesOn));
  }

  private String named() {
    String first =
        objects.stream().limit(NAMED).map(ObjectRef::toString).collect(Collectors.joining(", "));
    return objects.size() <= NAMED
        ? first
        : first + " and %d more".formatted(objects.size() - NAMED);
  }
}
