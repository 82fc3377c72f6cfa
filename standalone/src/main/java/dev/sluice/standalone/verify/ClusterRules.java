package dev.sluice.standalone.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectDifference.Field;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.ObjectId;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ApiKind;
import dev.sluice.worker.api.ApiResource;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.apply.LiveObject;
import dev.sluice.worker.apply.LiveValues;
import dev.sluice.worker.diff.LiveComparison;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.ledger.LedgerListing;
import dev.sluice.worker.ledger.LedgerNames;
import dev.sluice.worker.ledger.LedgerStore;
import dev.sluice.worker.ledger.StoredLedger;
import dev.sluice.worker.manifest.KnownFields;
import dev.sluice.worker.manifest.Manifest;
import dev.sluice.worker.manifest.ManifestException;
import dev.sluice.worker.manifest.Ownership;
import dev.sluice.worker.plan.Desired;
import dev.sluice.worker.render.TargetRenderer;
import dev.sluice.worker.sandbox.RenderException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Rules for a cluster in which nothing is being synced: each application that is not parked is
 * exactly what its newest target renders to (I5), live objects have the generation of their ledger
 * (I3), and no other object carries our labels (I3, I5).
 */
final class ClusterRules {

  private final ClusterName cluster;
  private final String installation;
  private final ClusterApi api;
  private final Discovery discovery;
  private final LiveComparison comparison;
  private final TargetRenderer targets;
  private final List<Violation> violations = new ArrayList<>();
  private final List<Findings.Incomparable> incomparable = new ArrayList<>();

  ClusterRules(ClusterName cluster, String installation, ClusterApi api, TargetRenderer targets) {
    this.cluster = cluster;
    this.installation = installation;
    this.api = api;
    this.discovery = new Discovery(api);
    this.comparison = new LiveComparison(api, discovery);
    this.targets = targets;
  }

  /**
   * Checks the cluster.
   *
   * @param desired the newest sync record of each application
   * @param parked applications that may be behind their newest target
   */
  Findings check(
      Map<ApplicationName, SyncEvent> desired, Set<ApplicationName> parked, LedgerStore ledgerStore)
      throws InterruptedException {
    LedgerListing ledgers = ledgerStore.list();
    ledgers
        .unreadable()
        .forEach(
            (application, failure) ->
                report(Guarantee.I5_CONVERGENT, application.value(), failure.message()));
    for (SyncEvent sync : desired.values()) {
      boolean isUnreadable = ledgers.unreadable().containsKey(sync.application());
      if (!parked.contains(sync.application()) && !isUnreadable) {
        Optional<Ledger> ledger =
            Optional.ofNullable(ledgers.usable().get(sync.application())).map(StoredLedger::ledger);
        checkSettled(sync, ledger, ledgers);
      }
    }
    checkStrays(ledgers);
    return new Findings(violations, incomparable);
  }

  private void checkSettled(SyncEvent sync, Optional<Ledger> ledger, LedgerListing ledgers)
      throws InterruptedException {
    if (ledger.isEmpty() || !ledger.get().holds(sync.generation())) {
      report(
          Guarantee.I5_CONVERGENT,
          sync.application().value(),
          "the newest target is generation %s, the ledger is at %s"
              .formatted(
                  sync.generation(),
                  ledger
                      .map(l -> l.generation().map(Object::toString).orElse("-") + " " + l.phase())
                      .orElse("none")));
      return;
    }
    switch (sync) {
      case SyncEvent.Removal removal -> checkRemoved(removal, ledger.get());
      case SyncEvent.Target target -> {
        try {
          checkRendered(target, ledger.get(), ledgers);
        } catch (ApiException e) {
          if (!e.isGroupUnavailable()) {
            throw e;
          }
          incomparable(target.application().value(), String.valueOf(e.getMessage()));
        }
      }
    }
  }

  private void checkRemoved(SyncEvent.Removal removal, Ledger ledger) {
    if (!removal.orphan() && !ledger.inventory().entries().isEmpty()) {
      report(
          Guarantee.I5_CONVERGENT,
          removal.application().value(),
          "is removed, but its inventory still has %d objects"
              .formatted(ledger.inventory().entries().size()));
    }
  }

  private void checkRendered(SyncEvent.Target target, Ledger ledger, LedgerListing ledgers)
      throws InterruptedException {
    List<Manifest> manifests;
    try {
      Desired desired = targets.read(target, discovery::namespaced, KnownFields.ANY, discovery);
      manifests = new LiveValues(discovery).keep(desired, ledger.inventory()).manifests();
    } catch (RenderException | ManifestException e) {
      report(
          Guarantee.I5_CONVERGENT,
          target.application().value(),
          "is settled, but its target does not render: " + e.getMessage());
      return;
    }
    for (Manifest manifest : manifests) {
      if (manifest.directives().ignore() || manifest.directives().createOnly()) {
        continue;
      }
      Optional<ObjectNode> live = discovery.read(manifest.ref());
      if (live.isEmpty()) {
        // the cluster itself deletes a finished Job with a time to live
        if (!manifest.content().at("/spec/ttlSecondsAfterFinished").isNumber()) {
          report(
              Guarantee.I5_CONVERGENT, location(target, manifest.ref()), "is not in the cluster");
        }
        continue;
      }
      LiveObject found = new LiveObject(live.get());
      Ledger writer = writer(manifest.ref().id(), found, ledger, ledgers);
      compare(target, manifest, manifest.contentOf(writer.application()), live.get());
      Optional<Generation> written = found.generation();
      Generation begun = writer.generation().orElseThrow();
      if (written.isEmpty() || written.get().isAfter(begun)) {
        report(
            Guarantee.I3_FENCED,
            location(target, manifest.ref()),
            "was written at generation %s, the ledger is at %s"
                .formatted(written.map(Generation::toString).orElse("-"), begun));
      }
    }
  }

  /** Returns the ledger of the application that wrote an object, if it shares the object. */
  private static Ledger writer(
      ObjectId object, LiveObject live, Ledger ledger, LedgerListing ledgers) {
    return live.application()
        .map(ledgers.usable()::get)
        .map(StoredLedger::ledger)
        .filter(other -> other.inventory().shares(object, ledger.inventory()))
        .orElse(ledger);
  }

  /**
   * Reports fields that another apply of the manifest would change; never their values.
   *
   * @param content of the manifest, as the application that wrote the object last declares it
   */
  private void compare(
      SyncEvent.Target target, Manifest manifest, ObjectNode content, ObjectNode live)
      throws InterruptedException {
    ObjectRef ref = manifest.ref();
    LiveComparison.Result result =
        comparison.compare(path(ref).orElseThrow(), ref, live, content, target.spec().policy());
    switch (result) {
      case LiveComparison.Result.Compared(List<Field> changes) -> {
        if (!changes.isEmpty()) {
          report(
              Guarantee.I5_CONVERGENT,
              location(target, ref),
              "is not what Git says, in "
                  + changes.stream().map(Field::path).collect(Collectors.joining(", ")));
        }
      }
      case LiveComparison.Result.Refused(String status) ->
          report(
              Guarantee.I5_CONVERGENT,
              location(target, ref),
              "is refused by the API server when it is applied again in a dry run (%s)"
                  .formatted(status));
      case LiveComparison.Result.Unknown(String reason) ->
          incomparable(location(target, ref), reason);
    }
  }

  /** Reports objects with our labels that no ledger has; an unreadable ledger may have them. */
  private void checkStrays(LedgerListing ledgers) throws InterruptedException {
    Set<String> unreadable =
        ledgers.unreadable().keySet().stream()
            .map(ApplicationName::value)
            .collect(Collectors.toSet());
    Set<String> kinds = new TreeSet<>();
    Set<ObjectId> known = new HashSet<>();
    ledgers
        .usable()
        .values()
        .forEach(
            stored -> {
              kinds.addAll(stored.ledger().kinds());
              known.addAll(stored.ledger().inventory().ids());
            });
    for (String kind : kinds) {
      try {
        checkStrays(
            ApiKind.parse(kind).orElseThrow(() -> new IllegalArgumentException(kind)),
            known,
            unreadable);
      } catch (ApiException | IllegalArgumentException e) {
        incomparable(
            kind, "it cannot be listed, so its stray objects are not found: " + e.getMessage());
      }
    }
  }

  private void checkStrays(ApiKind kind, Set<ObjectId> known, Set<String> unreadable)
      throws InterruptedException {
    Optional<ApiResource> resource = discovery.find(kind.apiVersion(), kind.kind());
    if (resource.isEmpty()) {
      return;
    }
    api.listMetadata(
        resource.get().collection(""),
        Ownership.INSTALLATION_LABEL + "=" + installation,
        object -> {
          JsonNode metadata = object.path("metadata");
          boolean isLedger =
              metadata.path("labels").path(LedgerNames.LABEL).asText("").equals("true");
          boolean isGoing = metadata.has("deletionTimestamp");
          ObjectRef ref =
              new ObjectRef(
                  kind.apiVersion(),
                  kind.kind(),
                  metadata.path("namespace").asText(""),
                  metadata.path("name").asText());
          String application =
              metadata.path("labels").path(Ownership.APPLICATION_LABEL).asText("?");
          boolean isKnown = known.contains(ref.id()) || unreadable.contains(application);
          if (!isLedger && !isGoing && !isKnown) {
            report(
                Guarantee.I3_FENCED,
                ref.toString(),
                "carries our labels, but no ledger has it: application " + application);
          }
        });
  }

  private Optional<String> path(ObjectRef ref) throws InterruptedException {
    return discovery.find(ref.apiVersion(), ref.kind()).map(resource -> resource.path(ref));
  }

  private static String location(SyncEvent.Target target, ObjectRef ref) {
    return target.application() + ", " + ref;
  }

  private void incomparable(String where, String reason) {
    incomparable.add(new Findings.Incomparable(cluster + ", " + where, reason));
  }

  private void report(Guarantee guarantee, String where, String what) {
    violations.add(new Violation(guarantee, cluster + ", " + where, what));
  }
}
