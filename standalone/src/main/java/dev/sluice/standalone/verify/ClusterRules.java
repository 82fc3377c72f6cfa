package dev.sluice.standalone.verify;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectDifference.Field;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.health.Health;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.ObjectId;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.apply.LiveObject;
import dev.sluice.worker.apply.LiveValues;
import dev.sluice.worker.diff.LiveComparison;
import dev.sluice.worker.health.HealthChecks;
import dev.sluice.worker.health.ObjectHealth;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.ledger.LedgerListing;
import dev.sluice.worker.ledger.LedgerStore;
import dev.sluice.worker.ledger.StoredLedger;
import dev.sluice.worker.manifest.Directives;
import dev.sluice.worker.manifest.KnownFields;
import dev.sluice.worker.manifest.Manifest;
import dev.sluice.worker.manifest.ManifestException;
import dev.sluice.worker.manifest.Ownership;
import dev.sluice.worker.plan.Desired;
import dev.sluice.worker.plan.InventoryEntry;
import dev.sluice.worker.plan.LiveState;
import dev.sluice.worker.render.TargetRenderer;
import dev.sluice.worker.sandbox.RenderException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Rules for a cluster in which nothing is being synced: each application that is not parked is
 * exactly what its newest target renders to (I5), except for the drift that is shown; its shown
 * health is that of its objects (I5); live objects have the generation of their ledger (I3), and no
 * other object carries our labels (I3).
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
   * @param shown what the results show of each application
   */
  Findings check(
      Map<ApplicationName, SyncEvent> desired,
      Set<ApplicationName> parked,
      Map<ApplicationName, ShownState> shown,
      LedgerStore ledgerStore)
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
        ShownState observed = shown.getOrDefault(sync.application(), ShownState.NOTHING);
        checkSettled(sync, observed, ledger, ledgers);
      }
    }
    Findings strays = new StrayRules(cluster, installation, api, discovery).check(ledgers);
    violations.addAll(strays.violations());
    incomparable.addAll(strays.incomparable());
    return new Findings(violations, incomparable);
  }

  private void checkSettled(
      SyncEvent sync, ShownState shown, Optional<Ledger> ledger, LedgerListing ledgers)
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
          checkRendered(target, shown, ledger.get(), ledgers);
          checkHealth(target, shown, ledger.get());
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

  private void checkRendered(
      SyncEvent.Target target, ShownState shown, Ledger ledger, LedgerListing ledgers)
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
      Directives directives = manifest.directives();
      if (directives.ignore() || directives.createOnly() || manifest.hook().isPresent()) {
        continue;
      }
      Optional<ObjectNode> live = discovery.read(manifest.ref());
      if (live.isEmpty()) {
        // the cluster itself deletes a finished Job with a time to live
        if (!manifest.content().at("/spec/ttlSecondsAfterFinished").isNumber()) {
          checkShown(target, manifest.ref(), shown, Optional.empty());
        }
        continue;
      }
      LiveObject found = new LiveObject(live.get());
      Ledger writer = writer(manifest.ref().id(), found, ledger, ledgers);
      if (!directives.existence()) {
        compare(
            target, manifest.ref(), manifest.contentOf(writer.application()), live.get(), shown);
      }
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
      SyncEvent.Target target, ObjectRef ref, ObjectNode content, ObjectNode live, ShownState shown)
      throws InterruptedException {
    LiveComparison.Result result =
        comparison.compare(path(ref).orElseThrow(), ref, live, content, target.spec().policy());
    switch (result) {
      case LiveComparison.Result.Compared(List<Field> changes) ->
          checkShown(target, ref, shown, Optional.of(changes.stream().map(Field::path).toList()));
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

  /** Reports an object that differs from Git, except if exactly that is shown as its drift. */
  private void checkShown(
      SyncEvent.Target target, ObjectRef ref, ShownState shown, Optional<List<String>> changes) {
    shown
        .problem(ref, changes)
        .ifPresent(what -> report(Guarantee.I5_CONVERGENT, location(target, ref), what));
  }

  /** Reports a health that is not that of the live objects. */
  private void checkHealth(SyncEvent.Target target, ShownState shown, Ledger ledger)
      throws InterruptedException {
    if (!shown.hasHealth(target.generation())) {
      return;
    }
    Map<ObjectRef, String> unhealthy = new HashMap<>();
    for (InventoryEntry entry : ledger.inventory().entries()) {
      if (entry.hook()) {
        continue;
      }
      health(entry, target.spec().policy())
          .filter(health -> health.health() != Health.HEALTHY)
          .ifPresent(
              health ->
                  unhealthy.put(
                      entry.ref(), "%s: %s".formatted(health.health().word(), health.reason())));
    }
    shown
        .problemOfHealth(target.generation(), unhealthy)
        .ifPresent(what -> report(Guarantee.I5_CONVERGENT, target.application().value(), what));
  }

  /** Returns the health of an object; empty if it is left alone, or has ended and was deleted. */
  private Optional<ObjectHealth> health(InventoryEntry entry, Policy policy)
      throws InterruptedException {
    Optional<ObjectNode> live = discovery.read(entry.ref());
    boolean isWatched =
        live.filter(
                object ->
                    object
                        .at("/metadata/labels")
                        .path(Ownership.INSTALLATION_LABEL)
                        .asText("")
                        .equals(installation))
            .isPresent();
    if (!isWatched) {
      return entry.state().equals(Optional.of(LiveState.ANY))
          ? Optional.empty()
          : Optional.of(new ObjectHealth(Health.MISSING, "it does not exist"));
    }
    return live.map(object -> HealthChecks.of(object, policy.healthChecks()));
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
