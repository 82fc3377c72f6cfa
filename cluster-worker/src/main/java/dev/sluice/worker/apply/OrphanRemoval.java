package dev.sluice.worker.apply;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.fleet.Propagation;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ObjectId;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ApiResource;
import dev.sluice.worker.claims.Clearance;
import dev.sluice.worker.lane.HaltException;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.ledger.LedgerReading;
import dev.sluice.worker.ledger.LedgerStore;
import dev.sluice.worker.ledger.StoredLedger;
import dev.sluice.worker.live.UnownedObjects.Returned;
import dev.sluice.worker.manifest.Directives;
import dev.sluice.worker.manifest.Ownership;
import dev.sluice.worker.plan.PruneGuard;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removal of orphans: objects with an application's labels that its settled ledger does not have,
 * written by a generation that is not newer than the ledger. One that another application claims,
 * or with which other objects or data are lost, is kept.
 */
public final class OrphanRemoval {

  private static final Logger log = LoggerFactory.getLogger(OrphanRemoval.class);

  private final Clearance.Sources sources;
  private final LedgerStore ledgers;

  /** The result of removing an orphan. */
  public sealed interface Result {

    record Removed() implements Result {}

    record Kept(String reason) implements Result {}

    /** It was changed or deleted meanwhile. */
    record Changed() implements Result {}
  }

  public OrphanRemoval(Clearance.Sources sources, LedgerStore ledgers) {
    this.sources = sources;
    this.ledgers = ledgers;
  }

  /** Returns whether a live object is an orphan of the ledger's application. */
  public static boolean isOrphan(ObjectRef ref, LiveObject live, Ledger ledger) {
    return ledger.isSettled()
        && live.generation().filter(it -> it.isAfter(ledger.generation())).isEmpty()
        && ledger.inventory().find(ref.id()).isEmpty();
  }

  /**
   * Returns whether the candidates may belong to another installation. Checked after the objects
   * were listed, since their writer had written its ledger before.
   */
  public boolean hasNamesake() throws InterruptedException {
    Set<String> namespaces = ledgers.namesakes();
    if (!namespaces.isEmpty()) {
      log.error(
          "no orphan is removed: an installation with the same id '{}' has ledgers in {}; give one"
              + " of them another --installation",
          ledgers.installation(),
          namespaces);
    }
    return !namespaces.isEmpty();
  }

  /** Returns the clearance to remove some objects. */
  public Clearance clearance(Collection<ObjectId> objects) {
    return new Clearance(sources, Optional.empty(), objects);
  }

  /** Reads an object and the ledger; returns the object if it is an orphan now. */
  public Optional<LiveObject> find(ApplicationName application, ObjectRef ref)
      throws InterruptedException {
    Optional<ApiResource> resource = sources.discovery().find(ref.apiVersion(), ref.kind());
    Optional<ObjectNode> found =
        resource.isEmpty() ? Optional.empty() : sources.api().get(resource.get().path(ref));
    Optional<LiveObject> live = found.map(LiveObject::new);
    boolean isOrphan =
        live.isPresent()
            && !live.get().isTerminating()
            && live.get().belongsTo(new Ownership(ledgers.installation(), application))
            && ledgers.read(application) instanceof LedgerReading.Usable(StoredLedger stored)
            && isOrphan(ref, live.get(), stored.ledger());
    return isOrphan ? live : Optional.empty();
  }

  /** Removes an orphan as it was found, unless there is a reason to keep it. */
  public Result remove(ObjectRef ref, LiveObject live, Clearance clearance)
      throws InterruptedException {
    Optional<String> reason = reasonToKeep(ref, live, clearance);
    if (reason.isPresent()) {
      return new Result.Kept(reason.get());
    }
    String path = sources.discovery().find(ref.apiVersion(), ref.kind()).orElseThrow().path(ref);
    try {
      Propagation propagation =
          Directives.of(live.content()).propagation().orElse(Propagation.BACKGROUND);
      sources.api().delete(path, live.uid(), live.resourceVersion(), propagation);
      return new Result.Removed();
    } catch (ApiException e) {
      if (e.isNotFound() || e.isPreconditionFailed()) {
        return new Result.Changed();
      }
      throw e;
    }
  }

  /**
   * Removes objects that others created again.
   *
   * @param allowed whether an object may be removed
   * @param deleted receives those that were removed
   * @param left receives those that were not
   */
  void remove(
      List<Returned> objects,
      Attempt.Fence fence,
      Predicate<ObjectId> allowed,
      DriftComparison deleted,
      DriftComparison left)
      throws HaltException, InterruptedException {
    Clearance clearance = clearance(objects.stream().map(object -> object.ref().id()).toList());
    for (Returned object : objects) {
      Optional<LiveObject> live = find(object.application(), object.ref());
      if (live.isEmpty()) {
        continue;
      }
      boolean removed = false;
      if (allowed.test(object.ref().id()) && !hasNamesake()) {
        fence.check();
        removed = remove(object.ref(), live.get(), clearance) instanceof Result.Removed;
      }
      (removed ? deleted : left).returned(object, live.get());
    }
  }

  private static Optional<String> reasonToKeep(ObjectRef ref, LiveObject live, Clearance clearance)
      throws InterruptedException {
    boolean cleared =
        clearance.of(ref.id()) instanceof Clearance.Answer.Cleared
            && !clearance.isClaimedElsewhere(ref.id(), live.uid());
    if (!cleared) {
      return Optional.of("an application claims it, or may claim it");
    }
    Directives directives = Directives.of(live.content());
    if (directives.keep() || directives.guarded()) {
      return Optional.of(
          "its annotation forbids its deletion, or asks for an approval; delete it yourself, or"
              + " remove the annotation");
    }
    return PruneGuard.isProtected(ref)
        ? Optional.of(
            "other objects or data would be deleted with it; delete it yourself, or remove its"
                + " labels %s and %s"
                    .formatted(Ownership.APPLICATION_LABEL, Ownership.INSTALLATION_LABEL))
        : Optional.empty();
  }
}
