package dev.sluice.worker.apply;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectChange.Action;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ApiResource;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.api.WriteMode;
import dev.sluice.worker.claims.ObjectClaims;
import dev.sluice.worker.fields.FilledFields;
import dev.sluice.worker.fields.IgnoredFields;
import dev.sluice.worker.fields.Precedence;
import dev.sluice.worker.lane.ApiErrorClassifier;
import dev.sluice.worker.lane.HaltException;
import dev.sluice.worker.lane.Outcome;
import dev.sluice.worker.lane.Wake;
import dev.sluice.worker.live.LiveObjects;
import dev.sluice.worker.manifest.Ownership;
import dev.sluice.worker.manifest.SharedNodes;
import dev.sluice.worker.plan.ApplyStep;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Writes single objects by server-side apply, always with a precondition. If the API of a kind
 * knows no server-side apply, {@link ClientSideApply} writes.
 *
 * <p>An object that exists is written at the {@code resourceVersion} and {@code uid} that were
 * read. One that does not exist is written at {@value ClusterApi#ABSENT}, which no object ever has:
 * the server creates an absent object and answers 409 for an existing one, so a late create
 * overwrites nothing. The annotation {@value Ownership#GENERATION_ANNOTATION} makes every write a
 * change, even of equal content. So every write raises the resourceVersion, and a worker that read
 * the object before cannot write it.
 */
final class ObjectWriter {

  /**
   * The error of servers before 1.24 for Services that are created with a resourceVersion
   * (kubernetes#106745); such objects are read before they are created.
   */
  private static final String NO_PRECONDITION =
      "resourceVersion should not be set on objects to be created";

  private static final int TRIES = 5;

  private final ClusterApi api;
  private final Discovery discovery;
  private final ObjectClaims claims;
  private final LiveObjects known;
  private final ManagedFields fields;
  private final OwnerCheck owners;
  private final ClientSideApply clientSide;

  ObjectWriter(
      ClusterApi api,
      Discovery discovery,
      ObjectClaims claims,
      InvalidObjects invalid,
      LiveObjects known) {
    this.api = api;
    this.discovery = discovery;
    this.claims = claims;
    this.known = known;
    this.fields = new ManagedFields(api, discovery);
    this.owners = new OwnerCheck(api, discovery, claims, invalid);
    this.clientSide = new ClientSideApply(api, discovery.writeModes());
  }

  /**
   * Writes one object.
   *
   * @throws HaltException if no other object can be written either
   */
  Written write(ApplyStep step, Attempt attempt) throws HaltException, InterruptedException {
    ApplicationName application = attempt.owner().application();
    Optional<String> applied = claims.shared().applied(step.ref().id(), application);
    boolean written = false;
    try {
      Written result = tryToWrite(step, attempt);
      written = result instanceof Written.Done;
      return result;
    } catch (ApiException e) {
      if (e.isNotFound()) {
        discovery.forget(step.ref().apiVersion());
      }
      return Written.Refused.of(
          located(
              ApiErrorClassifier.classify(e, Failure.Stage.APPLY, Optional.of(step.ref())), step));
    } catch (HaltException e) {
      return Written.Refused.of(e.outcome());
    } finally {
      if (!written) {
        claims.shared().set(step.ref().id(), application, applied);
      }
    }
  }

  /** Adds to a failure where the object was read from; the server names only the field. */
  private static Outcome located(Outcome outcome, ApplyStep step) {
    if (!(outcome instanceof Outcome.Parked(Failure failure, Wake wake))) {
      return outcome;
    }
    String message = "%s: %s".formatted(step.manifest().source(), failure.message());
    return new Outcome.Parked(
        new Failure(failure.code(), message, failure.stage(), failure.object()), wake);
  }

  private Written tryToWrite(ApplyStep step, Attempt attempt)
      throws HaltException, InterruptedException {
    ObjectRef ref = step.ref();
    ApiResource resource = resource(ref);
    String path = resource.path(ref);
    IgnoredFields ignored = IgnoredFields.of(ref, attempt.policy().ignored());
    ObjectNode content = step.manifest().content();
    Optional<LiveObject> live = unread(step, ignored, attempt);
    boolean isRead = live.isEmpty();
    if (isRead) {
      live = first(step, path, attempt);
    }
    Optional<ApiException> refusal = Optional.empty();
    Optional<ManagedFields.Claim> claim = Optional.empty();
    Optional<LiveObject> found = Optional.empty();
    boolean force = attempt.forces(step);
    for (int tries = 0; tries < TRIES; tries++) {
      WriteMode mode = clientSide.mode(ref);
      if (!isRead && mode != WriteMode.APPLY) { // which merges with what is live
        live = read(path);
        isRead = true;
      }
      if (live.isPresent() && step.mode() == ApplyStep.Mode.CREATE_ONLY) {
        attempt.written().left(step, live.get().belongsTo(attempt.owner()));
        return new Written.Done(new ObjectChange(ref, Action.SKIPPED));
      }
      Optional<CompletableFuture<Void>> undecided = owners.undecided(step, live, attempt);
      if (undecided.isPresent()) {
        return new Written.Undecided(ref, undecided.get());
      }
      Optional<LiveObject> before = live;
      if (found.isEmpty()) {
        found = live;
      }
      try {
        if (live.isPresent()) {
          content = ignored.applicable(content, live.get().content());
        }
        if (live.isPresent() && mode == WriteMode.APPLY) {
          Precedence precedence =
              new Precedence(force, attempt.adoption().formerManagers(ref, live.get().content()));
          live = Optional.of(fields.fold(path, content, live.get(), precedence, ignored));
        }
        if (live.isPresent() && refusal.isPresent() && claim.isEmpty()) {
          claim = fields.claim(path, content, live.get(), force, refusal.get());
          live = Optional.of(claim.orElseThrow(refusal::get).after());
          content = claim.get().desired();
        }
        ObjectNode after =
            mode == WriteMode.APPLY
                ? apply(step, path, content, live, attempt)
                : clientSide.write(mode, resource, ref, live, body(content, live, attempt));
        attempt.written().add(step, new Writes.Write(ref, found, before, after));
        return new Written.Done(AppliedChange.of(step, found, before, after));
      } catch (ApiException e) {
        // a patch of an object that is gone is answered with 404, not with 409 as an apply is
        boolean changed = e.isPreconditionFailed() || (e.isNotFound() && live.isPresent());
        if (e.isNamespaceMissing() && attempt.created().equals(Optional.of(ref.namespace()))) {
          api.ensureNamespace(ref.namespace());
          live = Optional.empty();
        } else if (changed || (!isRead && isRefusal(e))) {
          if (changed) {
            attempt.fence().check();
          }
          live = read(path);
          found = isRead ? found : Optional.empty();
          isRead = true;
        } else if (e.code() == 422 && live.isPresent() && refusal.isEmpty()) {
          refusal = Optional.of(e);
        } else if (!clientSide.learns(ref, mode, e)) {
          if (claim.isPresent()) {
            fields.release(path, claim.get(), e);
          }
          throw e;
        }
      }
    }
    throw Attempt.retry(
        ApplyFailure.CONFLICT,
        "%s changed every time between reading and writing it".formatted(ref),
        Failure.Stage.APPLY,
        Optional.of(ref));
  }

  private ObjectNode apply(
      ApplyStep step, String path, ObjectNode content, Optional<LiveObject> live, Attempt attempt)
      throws InterruptedException {
    // the server says of such fields that they belong to an earlier deployment
    boolean untracked = live.isPresent() && live.get().isUntracked();
    boolean force = attempt.forces(step) || untracked;
    ObjectNode after = apply(path, body(content, live, attempt), live.isPresent(), force);
    return untracked ? applyAgain(step, path, content, new LiveObject(after), attempt) : after;
  }

  /**
   * Applies an object again whose fields nobody managed before: the first apply has the server give
   * all of them to a manager, {@code before-first-apply}, from which they can be taken over.
   */
  private ObjectNode applyAgain(
      ApplyStep step, String path, ObjectNode content, LiveObject applied, Attempt attempt)
      throws InterruptedException {
    boolean force = attempt.forces(step);
    IgnoredFields ignored = IgnoredFields.of(step.ref(), attempt.policy().ignored());
    LiveObject folded =
        fields.fold(path, content, applied, new Precedence(force, Set.of()), ignored);
    return apply(path, body(content, Optional.of(folded), attempt), true, force);
  }

  private ObjectNode apply(String path, ObjectNode body, boolean isThere, boolean force)
      throws InterruptedException {
    try {
      return api.apply(path, body, force);
    } catch (ApiException e) {
      boolean refusesPrecondition =
          !isThere && e.code() == 500 && String.valueOf(e.getMessage()).contains(NO_PRECONDITION);
      if (!refusesPrecondition) {
        throw e;
      }
      if (api.get(path).isPresent()) {
        throw e;
      }
      body.withObject("/metadata").remove("resourceVersion");
      return api.apply(path, body, force);
    }
  }

  private static ObjectNode body(ObjectNode content, Optional<LiveObject> live, Attempt attempt) {
    ObjectNode body =
        SharedNodes.copy(
            live.map(there -> FilledFields.unclaimed(content, there.content())).orElse(content));
    ObjectNode metadata = SharedNodes.own(body, "metadata");
    metadata.put(
        "resourceVersion", live.map(LiveObject::resourceVersion).orElse(ClusterApi.ABSENT));
    live.ifPresent(there -> metadata.put("uid", there.uid()));
    SharedNodes.own(metadata, "annotations")
        .put(Ownership.GENERATION_ANNOTATION, attempt.generation().toString());
    return body;
  }

  /** Returns whether the server has judged the object: it is not only busy. */
  private static boolean isRefusal(ApiException error) {
    return error.code() >= 400 && error.code() < 500 && error.code() != 429;
  }

  /**
   * Returns the metadata of an object that need not be read, since nobody else manages fields of it
   * and its manifest does not depend on live values. If the object has another version by now, or
   * is refused, it is read after all. A heal reads its objects, to show what had differed.
   */
  private Optional<LiveObject> unread(ApplyStep step, IgnoredFields ignored, Attempt attempt) {
    boolean isAlone =
        step.reason() == ApplyStep.Reason.CHANGED
            && step.mode() == ApplyStep.Mode.APPLY
            && ignored.equals(IgnoredFields.NONE)
            && !attempt.early().areOfHeal()
            && !FilledFields.mayHaveAny(step.manifest().content());
    return isAlone
        ? known.known(attempt.owner().application(), step.ref()).map(LiveObject::new)
        : Optional.empty();
  }

  /** Returns the object as far as it is known before the write. */
  private Optional<LiveObject> first(ApplyStep step, String path, Attempt attempt)
      throws HaltException, InterruptedException {
    if (attempt.early().has(step.ref())) {
      return attempt.early().object(step.ref());
    }
    // an object that was never applied most likely does not exist, so it is created without a read
    return step.reason() == ApplyStep.Reason.NEW ? Optional.empty() : read(path);
  }

  private Optional<LiveObject> read(String path) throws InterruptedException {
    return api.get(path).map(LiveObject::new);
  }

  private ApiResource resource(ObjectRef ref) throws HaltException, InterruptedException {
    Optional<ApiResource> resource = discovery.find(ref.apiVersion(), ref.kind());
    if (resource.isEmpty()) {
      throw Attempt.park(
          ApplyFailure.MISSING_KIND,
          "the cluster serves no %s in %s: install its CustomResourceDefinition"
              .formatted(ref.kind(), ref.apiVersion()),
          Failure.Stage.APPLY,
          ref,
          "the kind's CustomResourceDefinition");
    }
    if (resource.get().namespaced() == ref.namespace().isEmpty()) {
      throw Attempt.park(
          ApplyFailure.INVALID,
          "%s is %s in the cluster, unlike in the CustomResourceDefinition of its application"
              .formatted(
                  ref.groupKind(), resource.get().namespaced() ? "namespaced" : "cluster-scoped"),
          Failure.Stage.APPLY,
          ref,
          "the kind's CustomResourceDefinition");
    }
    return resource.get();
  }
}
