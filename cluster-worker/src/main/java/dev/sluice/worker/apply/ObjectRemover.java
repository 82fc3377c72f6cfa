package dev.sluice.worker.apply;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectChange.Action;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.fleet.Propagation;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ApiResource;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.claims.Clearance;
import dev.sluice.worker.claims.ObjectClaims;
import dev.sluice.worker.claims.OtherNames;
import dev.sluice.worker.fields.LastApplied;
import dev.sluice.worker.lane.ApiErrorClassifier;
import dev.sluice.worker.lane.HaltException;
import dev.sluice.worker.manifest.Ownership;
import dev.sluice.worker.plan.ApplyStep;
import dev.sluice.worker.plan.PruneStep;
import java.time.Duration;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Deletes single objects. An object is deleted only if it still carries the application's labels,
 * is exactly the one that was read (by uid and resourceVersion), and no other application claims
 * it.
 */
final class ObjectRemover {

  private static final int TRIES = 5;
  // the cluster is polled: a watch of one object would take as many calls, and longer to begin
  private static final Duration POLL_INTERVAL = Duration.ofMillis(25);
  private static final int MAX_POLLS = 400; // 10 s

  private final ClusterApi api;
  private final Discovery discovery;
  private final ObjectClaims claims;
  private final OwnObjects own;
  private final OtherNames otherNames;
  private final ClientSideApply clientSide;

  ObjectRemover(ClusterApi api, Discovery discovery, ObjectClaims claims, OwnObjects own) {
    this.api = api;
    this.discovery = discovery;
    this.claims = claims;
    this.own = own;
    this.otherNames = new OtherNames(discovery);
    this.clientSide = new ClientSideApply(api, discovery.writeModes());
  }

  /** Deletes an object that is to be created again. */
  Removal remove(ApplyStep step, Attempt attempt) throws HaltException, InterruptedException {
    PruneStep deletion = PruneStep.of(step.entry(), attempt.policy().propagation());
    return remove(deletion, Optional.empty(), attempt);
  }

  /**
   * Deletes an object that is no longer desired.
   *
   * @param clearance checked again for the object; empty if a person approved its deletion,
   *     whatever the claims
   */
  Removal remove(PruneStep step, Optional<Clearance> clearance, Attempt attempt)
      throws HaltException, InterruptedException {
    ObjectRef ref = step.ref();
    try {
      return tryToRemove(step, clearance, attempt);
    } catch (ApiException e) {
      throw new HaltException(
          ApiErrorClassifier.classify(e, Failure.Stage.PRUNE, Optional.of(ref)));
    }
  }

  /** Removes the application's labels from an object that stays. */
  void release(ObjectRef ref, Attempt attempt) throws HaltException, InterruptedException {
    try {
      Optional<ApiResource> resource = discovery.find(ref.apiVersion(), ref.kind());
      if (resource.isEmpty()) {
        return;
      }
      String path = resource.get().path(ref);
      Optional<LiveObject> live = api.get(path).map(LiveObject::new);
      boolean leaves =
          live.isPresent() && live.get().belongsTo(attempt.owner()) && !isClaimed(ref, live.get());
      if (leaves) {
        attempt.requireNotNewer(live.get());
        Optional<ApplicationName> heir =
            claims.shared().heir(ref.id(), attempt.owner().application());
        if (heir.isPresent()) {
          // a worker that is no longer the leader has outdated claims
          attempt.fence().check();
          if (!handOver(path, ref, live.get(), heir.get())) {
            throw Attempt.retry(
                ApplyFailure.CONFLICT,
                "%s changed between reading it and handing it over to %s"
                    .formatted(ref, heir.get()),
                Failure.Stage.PRUNE,
                Optional.of(ref));
          }
          return;
        }
        ObjectNode patch = Json.mapper().createObjectNode();
        ObjectNode metadata = patch.putObject("metadata");
        metadata
            .putObject("labels")
            .putNull(Ownership.APPLICATION_LABEL)
            .putNull(Ownership.INSTALLATION_LABEL);
        metadata
            .putObject("annotations")
            .putNull(Ownership.GENERATION_ANNOTATION)
            .putNull(LastApplied.ANNOTATION);
        var unused = clientSide.patch(path, ref, live.get(), patch);
      }
    } catch (ApiException e) {
      if (!e.isNotFound()) {
        throw new HaltException(
            ApiErrorClassifier.classify(e, Failure.Stage.PRUNE, Optional.of(ref)));
      }
    }
  }

  /**
   * Makes an application that shares an object its owner. Its generation is set, too, so that this
   * write is not taken for one of a later generation. Returns false if the object has changed.
   */
  private boolean handOver(String path, ObjectRef ref, LiveObject live, ApplicationName heir)
      throws InterruptedException {
    ObjectNode patch = Json.mapper().createObjectNode();
    ObjectNode metadata = patch.putObject("metadata");
    metadata.putObject("labels").put(Ownership.APPLICATION_LABEL, heir.value());
    claims
        .planned(heir)
        .ifPresent(
            generation ->
                metadata
                    .putObject("annotations")
                    .put(Ownership.GENERATION_ANNOTATION, generation.toString()));
    try {
      var unused = clientSide.patch(path, ref, live, patch);
      return true;
    } catch (ApiException e) {
      if (e.isPreconditionFailed() || e.isNotFound()) {
        return false;
      }
      throw e;
    }
  }

  /**
   * Returns the uid of an object that this application may delete. Empty if there is none: it was
   * deleted, or transferred, or another application claims it, if under another name.
   */
  Optional<String> uid(ObjectRef ref, Attempt attempt) throws HaltException, InterruptedException {
    try {
      Optional<LiveObject> live = discovery.read(ref).map(LiveObject::new);
      boolean deletable =
          live.isPresent()
              && live.get().belongsTo(attempt.owner())
              && claims.claimant(ref.id(), Optional.of(attempt.owner().application())).isEmpty()
              && !isClaimed(ref, live.get());
      return deletable ? live.map(LiveObject::uid) : Optional.empty();
    } catch (ApiException e) {
      throw new HaltException(
          ApiErrorClassifier.classify(e, Failure.Stage.PRUNE, Optional.of(ref)));
    }
  }

  /** Returns whether an application claims the object under another name. */
  private boolean isClaimed(ObjectRef ref, LiveObject live) throws InterruptedException {
    return !otherNames.claims(claims, ref.id(), live.uid()).isEmpty();
  }

  /** Waits until a deleted object is gone. */
  void awaitGone(ObjectRef ref, Attempt attempt) throws HaltException, InterruptedException {
    for (int polls = 0; polls < MAX_POLLS; polls++) {
      if (isGone(ref)) {
        return;
      }
      attempt.pace().pause(POLL_INTERVAL);
    }
    throw Attempt.retry(
        ApplyFailure.TERMINATING,
        "%s is deleted, but its finalizers keep it".formatted(ref),
        Failure.Stage.PRUNE,
        Optional.of(ref));
  }

  /** Returns whether the object does not exist. */
  private boolean isGone(ObjectRef ref) throws HaltException, InterruptedException {
    try {
      return discovery.read(ref).isEmpty();
    } catch (ApiException e) {
      throw new HaltException(
          ApiErrorClassifier.classify(e, Failure.Stage.PRUNE, Optional.of(ref)));
    }
  }

  private Removal tryToRemove(PruneStep step, Optional<Clearance> clearance, Attempt attempt)
      throws HaltException, InterruptedException {
    ObjectRef ref = step.ref();
    if (own.isState(ref)) {
      return new Removal(
          Action.SKIPPED, false); // applied by an application under an earlier version
    }
    Optional<ApiResource> resource = discovery.find(ref.apiVersion(), ref.kind());
    if (resource.isEmpty()) {
      return new Removal(Action.DELETED, false); // deleted with its kind
    }
    String path = resource.get().path(ref);
    ApplicationName application = attempt.owner().application();
    boolean handedOver = false;
    for (int tries = 0; tries < TRIES; tries++) {
      Optional<ObjectNode> found = api.get(path);
      if (found.isEmpty()) {
        return new Removal(Action.DELETED, false);
      }
      LiveObject live = new LiveObject(found.get());
      Optional<ApplicationName> claimant = claims.claimant(ref.id(), Optional.of(application));
      // one that was handed over, and that its new owner then left, is deleted here
      boolean isOurs = live.belongsTo(attempt.owner()) || (handedOver && claimant.isEmpty());
      if (!isOurs) {
        boolean ofAnother =
            live.belongsTo(attempt.owner().installation())
                && !live.label(Ownership.APPLICATION_LABEL).isEmpty();
        return new Removal(ofAnother ? Action.TRANSFERRED : Action.SKIPPED, false);
      }
      attempt.requireNotNewer(live);
      Optional<ApplicationName> heir = claims.shared().heir(ref.id(), application);
      if (heir.isPresent() && !live.isTerminating()) {
        attempt.fence().check();
        handedOver |= handOver(path, ref, live, heir.get());
        continue;
      }
      if (claimant.isPresent()) {
        return new Removal(Action.TRANSFERRED, false);
      }
      SortedMap<ApplicationName, ObjectRef> elsewhere =
          otherNames.claims(claims, ref.id(), live.uid());
      boolean isWritten = !step.hook() && attempt.written().contains(live.uid());
      if (elsewhere.containsKey(application) || isWritten) {
        return new Removal(Action.UNCHANGED, false);
      }
      if (!elsewhere.isEmpty()) {
        return new Removal(Action.TRANSFERRED, false);
      }
      if (clearance.isPresent()) {
        requireCleared(ref, clearance.get());
      }
      if (step.approved().filter(uid -> !uid.equals(live.uid())).isPresent()) {
        throw Attempt.retry(
            ApplyFailure.OBJECT_REPLACED,
            "%s is not the object whose deletion was approved".formatted(ref),
            Failure.Stage.PRUNE,
            Optional.of(ref));
      }
      if (live.isTerminating()) {
        return new Removal(Action.DELETED, true, Optional.of(live));
      }
      requireNewest(ref, attempt);
      try {
        boolean podsEndFirst = step.hook() && ref.groupKind().equals(HookLogs.JOB);
        Propagation propagation = podsEndFirst ? Propagation.FOREGROUND : step.propagation();
        api.delete(path, live.uid(), live.resourceVersion(), propagation);
        boolean pending = live.hasFinalizers() || propagation == Propagation.FOREGROUND;
        return new Removal(Action.DELETED, pending, Optional.of(live));
      } catch (ApiException e) {
        if (e.isNotFound()) {
          return new Removal(Action.DELETED, false);
        }
        if (!e.isPreconditionFailed()) {
          throw e;
        }
        attempt.fence().check();
      }
    }
    throw Attempt.retry(
        ApplyFailure.CONFLICT,
        "%s changed every time between reading and deleting it".formatted(ref),
        Failure.Stage.PRUNE,
        Optional.of(ref));
  }

  /**
   * Requires that no newer target of the same application arrived, which may contain the object
   * again.
   */
  private void requireNewest(ObjectRef ref, Attempt attempt) throws HaltException {
    if (!claims.isNewest(attempt.owner().application(), attempt.generation())) {
      throw Attempt.retry(
          ApplyFailure.SUPERSEDED,
          "%s was not deleted: a newer generation came".formatted(ref),
          Failure.Stage.PRUNE,
          Optional.of(ref));
    }
  }

  /**
   * Requires that the object is still cleared: a target may have arrived since the deletions were
   * decided.
   */
  private static void requireCleared(ObjectRef ref, Clearance clearance)
      throws HaltException, InterruptedException {
    if (clearance.of(ref.id()) instanceof Clearance.Answer.Unknown) {
      throw Attempt.retry(
          ApplyFailure.CLAIMS_CHANGED,
          "%s may be claimed by a target that has just come".formatted(ref),
          Failure.Stage.PRUNE,
          Optional.of(ref));
    }
  }
}
