package dev.sluice.worker.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.GroupKind;
import dev.sluice.worker.adoption.AdoptionRefusal;
import dev.sluice.worker.adoption.AdoptionRule;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.claims.ObjectClaims;
import dev.sluice.worker.claims.OtherNames;
import dev.sluice.worker.claims.SharedObjects;
import dev.sluice.worker.lane.HaltException;
import dev.sluice.worker.lane.Outcome;
import dev.sluice.worker.lane.Wake;
import dev.sluice.worker.manifest.Ownership;
import dev.sluice.worker.manifest.SharedNodes;
import dev.sluice.worker.plan.ApplyStep;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/** Decides whether an application may write an object that others own or share. */
final class OwnerCheck {

  private static final Set<String> OF_THE_SERVER =
      Set.of("managedFields", "resourceVersion", "generation", "creationTimestamp", "uid");

  private final ClusterApi api;
  private final Discovery discovery;
  private final ObjectClaims claims;
  private final InvalidObjects invalid;
  private final OtherNames otherNames;

  OwnerCheck(ClusterApi api, Discovery discovery, ObjectClaims claims, InvalidObjects invalid) {
    this.api = api;
    this.discovery = discovery;
    this.claims = claims;
    this.invalid = invalid;
    this.otherNames = new OtherNames(discovery);
  }

  /**
   * Checks that the object may be written. Returns a future if another application may claim it,
   * which completes when that may be decided.
   *
   * @param live the object; empty if it does not exist
   * @throws HaltException if it may not
   */
  Optional<CompletableFuture<Void>> undecided(
      ApplyStep step, Optional<LiveObject> live, Attempt attempt)
      throws HaltException, InterruptedException {
    if (live.isPresent()) {
      requireWritable(step.ref(), live.get(), attempt);
    }
    ApplicationName application = attempt.owner().application();
    return switch (claims.shared().agree(step.ref().id(), application, step.declaration())) {
      case SharedObjects.Agreement.Undecided(CompletableFuture<Void> change) -> Optional.of(change);
      case SharedObjects.Agreement.Differs(ApplicationName other) ->
          throw step.declaration().isPresent()
              ? declaredDifferently(step, other, attempt)
              : ownedBy(other, step.ref());
      case SharedObjects.Agreement.Agreed _ ->
          live.isPresent() ? ofOwner(step, live.get(), attempt) : Optional.empty();
    };
  }

  private void requireWritable(ObjectRef ref, LiveObject live, Attempt attempt)
      throws HaltException, InterruptedException {
    attempt.requireNotNewer(live);
    if (live.isTerminating()) {
      throw Attempt.retry(
          ApplyFailure.TERMINATING,
          "%s is being deleted; it is created again once it is gone".formatted(ref),
          Failure.Stage.APPLY,
          Optional.of(ref));
    }
    if (attempt.adoption().of(ref, live.content())
        instanceof AdoptionRule.Verdict.Refused refused) {
      throw new HaltException(
          AdoptionRefusal.outcome(
              List.of(new AdoptionRefusal(ref, refused)), attempt.adoption().policy()));
    }
    if (live.belongsTo(attempt.owner().installation())) {
      live.flaw().ifPresent(flaw -> invalid.found(ref, flaw));
    }
  }

  /** Checks the claim of the application that the object's label names. */
  private Optional<CompletableFuture<Void>> ofOwner(
      ApplyStep step, LiveObject live, Attempt attempt) throws HaltException, InterruptedException {
    if (!live.belongsTo(attempt.owner().installation()) || live.application().isEmpty()) {
      return Optional.empty();
    }
    ObjectRef ref = step.ref();
    ApplicationName owner = live.application().get();
    Optional<ObjectRef> otherName =
        Optional.ofNullable(otherNames.claims(claims, ref.id(), live.uid()).get(owner));
    if (owner.equals(attempt.owner().application())) {
      if (otherName.isPresent()) {
        throw duplicate(ref, otherName.get());
      }
      return Optional.empty();
    }
    // before the claim is read, so that no change is missed
    CompletableFuture<Void> change = claims.changeOf(owner);
    claims.await(attempt.owner().application(), Set.of(owner));
    ObjectClaims.OwnerClaim claim = claims.ownerClaim(ref.id(), owner);
    Optional<String> declared = claims.declaration(owner, ref.id());
    boolean shares = declared.isPresent() && step.declaration().isPresent();
    if (claim == ObjectClaims.OwnerClaim.RELEASED && otherName.isPresent()) {
      throw ownedBy(owner, otherName.get());
    }
    if (claim == ObjectClaims.OwnerClaim.RELEASED
        || (shares && declared.equals(step.declaration()))) {
      // a worker that is no longer the leader has outdated claims
      attempt.fence().check();
      return Optional.empty();
    }
    if (claim == ObjectClaims.OwnerClaim.UNKNOWN) {
      return Optional.of(change);
    }
    throw shares ? declaredDifferently(step, owner, attempt) : ownedBy(owner, ref);
  }

  private static HaltException ownedBy(ApplicationName owner, ObjectRef ref) {
    return Attempt.park(
        ApplyFailure.OWNED_BY_ANOTHER,
        ("%s belongs to application %s: remove it from one of the two, or share it: declare it in"
                + " the same way in both, and set policy.sharedObjects: %s in both")
            .formatted(
                ref, owner, ref.groupKind().equals(GroupKind.NAMESPACE) ? "namespaces" : "all"),
        Failure.Stage.APPLY,
        ref,
        "a release of the object by application %s".formatted(owner));
  }

  private HaltException declaredDifferently(ApplyStep step, ApplicationName other, Attempt attempt)
      throws InterruptedException {
    String field = difference(step, attempt.forces(step)).map(" (%s)"::formatted).orElse("");
    return Attempt.park(
        ApplyFailure.SHARED_OBJECT_DIFFERS,
        ("applications %s and %s share %s, and declare it differently%s: declare it in the same"
                + " way in both, or remove it from one")
            .formatted(attempt.owner().application(), other, step.ref(), field),
        Failure.Stage.APPLY,
        step.ref(),
        "a change of application %s".formatted(other));
  }

  private static HaltException duplicate(ObjectRef ref, ObjectRef other) {
    return new HaltException(
        new Outcome.Parked(
            new Failure(
                RenderFailure.DUPLICATE_OBJECT,
                "%s in %s and in %s are one object in this cluster: remove one of the two"
                    .formatted(ref, other.apiVersion(), ref.apiVersion()),
                Failure.Stage.APPLY,
                Optional.of(ref)),
            new Wake.NewInput()));
  }

  /** Returns a field of the live object that the write would change. */
  private Optional<String> difference(ApplyStep step, boolean force) throws InterruptedException {
    try {
      Optional<ObjectNode> live = discovery.read(step.ref());
      if (live.isEmpty()) {
        return Optional.empty();
      }
      LiveObject there = new LiveObject(live.get());
      ObjectNode body =
          there
              .application()
              .map(owner -> step.manifest().contentOf(owner))
              .orElseGet(() -> SharedNodes.copy(step.manifest().content()));
      ObjectNode metadata = SharedNodes.own(body, "metadata");
      there
          .generation()
          .ifPresent(
              written ->
                  SharedNodes.own(metadata, "annotations")
                      .put(Ownership.GENERATION_ANNOTATION, written.toString()));
      String path =
          discovery.find(step.ref().apiVersion(), step.ref().kind()).orElseThrow().path(step.ref());
      return difference("", live.get(), api.applyDry(path, body, force));
    } catch (ApiException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> difference(String path, JsonNode live, JsonNode wanted) {
    if (live.equals(wanted)) {
      return Optional.empty();
    }
    if (!live.isObject() || !wanted.isObject()) {
      return Optional.of(path);
    }
    Set<String> names = new TreeSet<>();
    live.fieldNames().forEachRemaining(names::add);
    wanted.fieldNames().forEachRemaining(names::add);
    if (path.equals("metadata")) {
      names.removeAll(OF_THE_SERVER);
    }
    return names.stream()
        .flatMap(
            name ->
                difference(
                    path.isEmpty() ? name : path + "." + name, live.path(name), wanted.path(name))
                    .stream())
        .findFirst();
  }
}
