package dev.sluice.standalone.verify;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.ObjectId;
import dev.sluice.worker.api.ApiException;
import dev.sluice.worker.api.ApiKind;
import dev.sluice.worker.api.ApiResource;
import dev.sluice.worker.api.ClusterApi;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.ledger.LedgerListing;
import dev.sluice.worker.ledger.LedgerNames;
import dev.sluice.worker.manifest.Ownership;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Rules for the objects of a cluster that carry our labels: each is in a ledger (I3). */
final class StrayRules {

  private final ClusterName cluster;
  private final String installation;
  private final ClusterApi api;
  private final Discovery discovery;
  private final List<Violation> violations = new ArrayList<>();
  private final List<Findings.Incomparable> incomparable = new ArrayList<>();

  StrayRules(ClusterName cluster, String installation, ClusterApi api, Discovery discovery) {
    this.cluster = cluster;
    this.installation = installation;
    this.api = api;
    this.discovery = discovery;
  }

  /** Reports objects with our labels that no ledger has; an unreadable ledger may have them. */
  Findings check(LedgerListing ledgers) throws InterruptedException {
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
        checkKind(
            ApiKind.parse(kind).orElseThrow(() -> new IllegalArgumentException(kind)),
            known,
            unreadable);
      } catch (ApiException | IllegalArgumentException e) {
        incomparable(
            kind, "it cannot be listed, so its stray objects are not found: " + e.getMessage());
      }
    }
    return new Findings(violations, incomparable);
  }

  private void checkKind(ApiKind kind, Set<ObjectId> known, Set<String> unreadable)
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

  private void incomparable(String where, String reason) {
    incomparable.add(new Findings.Incomparable(cluster + ", " + where, reason));
  }

  private void report(Guarantee guarantee, String where, String what) {
    violations.add(new Violation(guarantee, cluster + ", " + where, what));
  }
}
