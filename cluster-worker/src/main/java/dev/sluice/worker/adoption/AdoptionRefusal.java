package dev.sluice.worker.adoption;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.fleet.Adoption;
import dev.sluice.worker.lane.Outcome;
import dev.sluice.worker.lane.Wake;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** An object that exists already and may not be taken over. */
public record AdoptionRefusal(ObjectRef ref, AdoptionRule.Verdict.Refused verdict) {

  private static final int NAMED = 5;
  private static final Wake WAKE =
      new Wake.ClusterChange("a removal of the objects or of their owner's marks");

  /** Returns the outcome of an attempt that must not write these objects. */
  public static Outcome.Parked outcome(List<AdoptionRefusal> refusals, Adoption policy) {
    String named =
        refusals.stream().limit(NAMED).map(Object::toString).collect(Collectors.joining("; "));
    String more = refusals.size() > NAMED ? "; and %d more".formatted(refusals.size() - NAMED) : "";
    return new Outcome.Parked(
        new Failure(
            ApplyFailure.OWNED_BY_ANOTHER,
            "%s%s: %s".formatted(named, more, remedy(policy)),
            Failure.Stage.PLAN,
            Optional.of(refusals.getFirst().ref())),
        WAKE);
  }

  /** Returns what permits the object, for people. */
  private static String remedy(Adoption policy) {
    return policy == Adoption.NEVER
        ? "policy.adopt: never refuses objects that exist already; remove them from one of the two,"
            + " or set policy.adopt: unowned or force"
        : "remove them from one of the two, or stop the owner and set policy.adopt: force";
  }

  @Override
  public String toString() {
    return "%s %s".formatted(ref, verdict);
  }
}
