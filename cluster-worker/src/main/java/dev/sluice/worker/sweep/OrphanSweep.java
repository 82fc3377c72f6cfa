package dev.sluice.worker.sweep;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.ResultEvent.LedgerSummary;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.ObjectId;
import dev.sluice.contract.name.ServiceAccountName;
import dev.sluice.platform.process.FailureLog;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ApiKind;
import dev.sluice.worker.api.ApiResource;
import dev.sluice.worker.apply.AccountRequiredException;
import dev.sluice.worker.apply.Accounts;
import dev.sluice.worker.apply.InvalidObjects;
import dev.sluice.worker.apply.LiveObject;
import dev.sluice.worker.apply.OrphanRemoval;
import dev.sluice.worker.apply.OwnObjects;
import dev.sluice.worker.claims.Clearance;
import dev.sluice.worker.fields.FieldOwnership;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.ledger.LedgerReading;
import dev.sluice.worker.ledger.LedgerStore;
import dev.sluice.worker.ledger.StoredLedger;
import dev.sluice.worker.manifest.Ownership;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds and removes orphans that a fenced worker left: objects with an application's labels,
 * written by a generation that is not newer than its settled ledger, that are not in the ledger and
 * that no application claims. An orphan of a kind with which other objects or data are lost is only
 * logged, since its deletion needs an approval.
 *
 * <p>Only kinds are listed whose objects the watches do not account for: those that are not
 * watched, and those with an object that no application is known to have.
 *
 * <p>The ledger is read after the object was listed, and names all objects that an apply creates
 * before it creates them. So no object that a lane creates looks like an orphan.
 */
public final class OrphanSweep {

  private static final Logger log = LoggerFactory.getLogger(OrphanSweep.class);

  private static final int FORBIDDEN = 403;

  private final ClusterName cluster;
  private final Clearance.Sources sources;
  private final LedgerStore ledgers;
  private final OrphanRemoval removal;
  private final Accounts accounts;
  private final OwnObjects own;
  private final InvalidObjects invalid;
  private final Listener listener;
  private final FailureLog failures = new FailureLog(log, "sweep");
  private final Map<ObjectId, String> kept = new HashMap<>();

  /** Receiver of a sweep's results. */
  public interface Listener {

    /** Called with the orphans of an application that were removed. */
    void swept(ApplicationName application, List<ObjectChange> changes);

    /** Returns whether every labelled object of a kind is known to be an application's. */
    boolean isAccountedFor(ApiKind kind);

    /** Returns whether an object is known to be an application's. */
    boolean isAccountedFor(ApiKind kind, ObjectNode object);

    /** Called for each object that an application does not have, and that others created. */
    void returned(ApiKind kind, ObjectNode object);

    /** Called for each kind that could not be listed or cleaned up. */
    void unswept();
  }

  public OrphanSweep(
      ClusterName cluster,
      Clearance.Sources sources,
      LedgerStore ledgers,
      Accounts accounts,
      OwnObjects own,
      InvalidObjects invalid,
      Listener listener) {
    this.cluster = cluster;
    this.sources = sources;
    this.ledgers = ledgers;
    this.removal = new OrphanRemoval(sources, ledgers);
    this.accounts = accounts;
    this.own = own;
    this.invalid = invalid;
    this.listener = listener;
  }

  /**
   * Sweeps kinds; a failure for one does not stop the others.
   *
   * @param kinds that were ever written, as ledgers name them
   */
  public void sweep(Set<String> kinds) throws InterruptedException {
    Map<ApplicationName, List<ObjectChange>> swept = new TreeMap<>();
    try {
      for (String kind : new TreeSet<>(kinds)) {
        sweep(kind, swept);
      }
    } finally {
      swept.forEach(this::report);
    }
  }

  private void sweep(String text, Map<ApplicationName, List<ObjectChange>> swept)
      throws InterruptedException {
    try {
      Optional<ApiKind> kind = ApiKind.parse(text);
      if (kind.isEmpty()) {
        listener.unswept();
        failures.failed(work(text), "a ledger names it, and it is no kind");
        return;
      }
      if (listener.isAccountedFor(kind.get())) {
        failures.succeeded(work(text));
        return;
      }
      // the kind may have been removed since the last sweep
      sources.discovery().forget(kind.get().apiVersion());
      Optional<ApiResource> resource =
          sources.discovery().find(kind.get().apiVersion(), kind.get().kind());
      if (resource.isPresent()) {
        List<Suspect> suspects = suspects(kind.get(), resource.get());
        if (!suspects.isEmpty() && removal.hasNamesake()) {
          return;
        }
        Clearance clearance =
            removal.clearance(suspects.stream().map(suspect -> suspect.ref().id()).toList());
        for (Suspect suspect : suspects) {
          Optional<LiveObject> removed = remove(suspect, clearance);
          if (removed.isPresent()) {
            swept
                .computeIfAbsent(suspect.application(), _ -> new ArrayList<>())
                .add(
                    ObjectChange.deleted(
                        suspect.ref(),
                        removed.map(LiveObject::uid),
                        removed.map(LiveObject::resourceVersion),
                        ObjectChange.Cause.ORPHANED));
          }
        }
      }
      failures.succeeded(work(text));
    } catch (RuntimeException e) {
      failed(text, e);
    }
  }

  private void failed(String kind, Throwable cause) {
    listener.unswept();
    failures.failed(work(kind), cause);
  }

  private String work(String kind) {
    return "the sweep of %s in the cluster %s".formatted(kind, cluster);
  }

  private void report(ApplicationName application, List<ObjectChange> changes) {
    log.atInfo()
        .addKeyValue("cluster", cluster)
        .addKeyValue("application", application)
        .log("removed {} objects that a fenced worker had left", changes.size());
    listener.swept(application, changes);
  }

  /** An object that looks like an orphan; the account is that of the ledger. */
  private record Suspect(
      ApplicationName application, Optional<ServiceAccountName> account, ObjectRef ref) {

    static Suspect of(Ledger ledger, ObjectRef ref) {
      return new Suspect(ledger.application(), ledger.account(), ref);
    }
  }

  private List<Suspect> suspects(ApiKind kind, ApiResource resource) throws InterruptedException {
    Map<ApplicationName, List<ObjectNode>> unaccounted = new TreeMap<>();
    sources
        .api()
        .listMetadata(
            resource.collection(""),
            Ownership.INSTALLATION_LABEL + "=" + ledgers.installation(),
            object -> {
              if (!own.isState(ref(kind, object)) && !listener.isAccountedFor(kind, object)) {
                owner(kind, object)
                    .ifPresent(
                        owner ->
                            unaccounted.computeIfAbsent(owner, _ -> new ArrayList<>()).add(object));
              }
            });
    List<Suspect> suspects = new ArrayList<>();
    ledgers.read(
        unaccounted.keySet(),
        reading -> {
          if (reading instanceof LedgerReading.Usable(StoredLedger stored)) {
            unaccounted.get(reading.application()).stream()
                .filter(object -> isSuspect(kind, object, stored.ledger()))
                .map(object -> Suspect.of(stored.ledger(), ref(kind, object)))
                .forEach(suspects::add);
          }
        });
    return suspects;
  }

  /** Returns the application that an object names; empty if the object cannot be an orphan. */
  private Optional<ApplicationName> owner(ApiKind kind, ObjectNode object) {
    LiveObject live = new LiveObject(object);
    ObjectRef ref = ref(kind, object);
    Optional<String> flaw =
        ApiResource.isName(ref.name()) ? live.flaw() : Optional.of("it has no name");
    flaw.ifPresent(what -> invalid.found(ref, what));
    return flaw.isPresent() || live.generation().isEmpty() || live.isTerminating()
        ? Optional.empty()
        : live.application();
  }

  private boolean isSuspect(ApiKind kind, ObjectNode object, Ledger ledger) {
    return OrphanRemoval.isOrphan(ref(kind, object), new LiveObject(object), ledger)
        && !returned(kind, object, ledger);
  }

  private static ObjectRef ref(ApiKind kind, ObjectNode object) {
    return new ObjectRef(
        kind.apiVersion(),
        kind.kind(),
        object.path("metadata").path("namespace").asText(""),
        object.path("metadata").path("name").asText(""));
  }

  /**
   * Hands an object that others created to the application's lane, which decides by the
   * application's policy. A fenced worker's object has fields that Sluice owns.
   */
  private boolean returned(ApiKind kind, ObjectNode object, Ledger ledger) {
    if (ledger.phase() != LedgerSummary.Phase.DONE || FieldOwnership.digest(object).isPresent()) {
      return false;
    }
    listener.returned(kind, object);
    return true;
  }

  /** Removes an orphan; returns the object that was removed, if one was. */
  private Optional<LiveObject> remove(Suspect suspect, Clearance clearance)
      throws InterruptedException {
    Optional<LiveObject> live = Optional.empty();
    OrphanRemoval.Result result;
    try {
      OrphanRemoval as = accounts.of(suspect.account()).orphans();
      live = as.find(suspect.application(), suspect.ref());
      if (live.isEmpty()) {
        return live;
      }
      result = as.remove(suspect.ref(), live.get(), clearance);
    } catch (AccountRequiredException e) {
      result = new OrphanRemoval.Result.Kept("its application has no service account");
    } catch (ApiException e) {
      if (e.code() != FORBIDDEN || suspect.account().isEmpty()) {
        throw e;
      }
      // the permissions of one account must not stop the sweep of others' objects
      result =
          new OrphanRemoval.Result.Kept(
              "the service account %s may not read or delete it"
                  .formatted(suspect.account().get()));
    }
    if (result instanceof OrphanRemoval.Result.Kept(String reason)) {
      if (!reason.equals(kept.put(suspect.ref().id(), reason))) {
        log.atInfo()
            .addKeyValue("cluster", cluster)
            .addKeyValue("object", suspect.ref())
            .log("kept an object that looks orphaned: {}", reason);
      }
    } else {
      kept.remove(suspect.ref().id());
    }
    // one that someone else changed meanwhile is checked again by the next sweep
    boolean isRemoved = result instanceof OrphanRemoval.Result.Removed;
    return live.filter(_ -> isRemoved);
  }
}
