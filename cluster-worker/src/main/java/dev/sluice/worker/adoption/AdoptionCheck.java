package dev.sluice.worker.adoption;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.fleet.Adoption;
import dev.sluice.contract.name.GroupKind;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.lane.ApiErrorClassifier;
import dev.sluice.worker.lane.BoundedParallel;
import dev.sluice.worker.lane.HaltException;
import dev.sluice.worker.lane.Outcome;
import dev.sluice.worker.plan.ApplyStep;
import dev.sluice.worker.plan.Plan;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Check of a plan before anything of it is written: of the objects that its application applies for
 * the first time, none may exist already that it may not take over. Reads the metadata of each of
 * these objects at most once, and no others. An object that is created meanwhile, or was when an
 * attempt was interrupted, is found by its write.
 */
public final class AdoptionCheck {

  private final Discovery discovery;
  private final ForeignObjects foreign;

  /** Checks plans of an installation. */
  public AdoptionCheck(ClusterApi api, Discovery discovery, String installation) {
    this.discovery = discovery;
    this.foreign = new ForeignObjects(api, discovery, installation);
  }

  /** The metadata of an object that was read. */
  private record Read(ObjectRef ref, Optional<ObjectNode> live) {}

  /**
   * Checks a plan.
   *
   * @throws HaltException if an object may not be taken over; it names the objects
   */
  public void check(Plan.Ready plan, AdoptionRule rule) throws HaltException, InterruptedException {
    if (rule.policy() == Adoption.FORCE) {
      return;
    }
    List<AdoptionRefusal> refusals = new ArrayList<>();
    for (Read read : read(plan, rule)) {
      read.live()
          // one that is being deleted is created again once it is gone
          .filter(live -> !live.path("metadata").hasNonNull("deletionTimestamp"))
          .map(live -> rule.of(read.ref(), live))
          .filter(AdoptionRule.Verdict.Refused.class::isInstance)
          .map(AdoptionRule.Verdict.Refused.class::cast)
          .ifPresent(refused -> refusals.add(new AdoptionRefusal(read.ref(), refused)));
    }
    if (!refusals.isEmpty()) {
      throw new HaltException(AdoptionRefusal.outcome(refusals, rule.policy()));
    }
  }

  /** Reads the new objects; those in a new namespace cannot exist. */
  private List<Read> read(Plan.Ready plan, AdoptionRule rule)
      throws HaltException, InterruptedException {
    List<ObjectRef> added =
        plan.applies().stream()
            .filter(step -> step.reason() != ApplyStep.Reason.REASSERT)
            .filter(step -> !rule.applied().contains(step.ref().id()))
            .filter(step -> step.mode() == ApplyStep.Mode.APPLY)
            .map(ApplyStep::ref)
            .toList();
    List<Read> read = all(added.stream().filter(AdoptionCheck::isNamespace).toList());
    Set<String> absent = new HashSet<>();
    read.stream()
        .filter(namespace -> namespace.live().isEmpty())
        .forEach(namespace -> absent.add(namespace.ref().name()));
    read.addAll(
        all(
            added.stream()
                .filter(ref -> !isNamespace(ref) && !absent.contains(ref.namespace()))
                .toList()));
    return read;
  }

  private static boolean isNamespace(ObjectRef ref) {
    return ref.groupKind().equals(GroupKind.NAMESPACE);
  }

  private List<Read> all(List<ObjectRef> refs) throws HaltException, InterruptedException {
    return new ArrayList<>(BoundedParallel.all(refs, this::read));
  }

  private Read read(ObjectRef ref) throws HaltException, InterruptedException {
    try {
      // only a read of a namespace itself tells that nothing can exist in it
      return new Read(ref, isNamespace(ref) ? discovery.readMetadata(ref) : foreign.read(ref));
    } catch (ApiException e) {
      Outcome outcome = ApiErrorClassifier.classify(e, Failure.Stage.PLAN, Optional.of(ref));
      if (outcome instanceof Outcome.RetryAfter retry
          && retry.failure().code() == ApplyFailure.WEBHOOK_UNAVAILABLE) {
        // the webhook may be an object of this very plan; the write decides about this one
        return new Read(ref, Optional.empty());
      }
      throw new HaltException(outcome);
    }
  }
}
