package dev.sluice.worker.apply;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.GroupKind;
import dev.sluice.worker.ledger.LedgerNames;
import dev.sluice.worker.manifest.Manifest;
import dev.sluice.worker.manifest.ManifestException;
import dev.sluice.worker.protect.ProtectionPolicy;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The objects that Sluice itself consists of in a cluster. Its state (the Lease, the ledgers, their
 * signing key, the policy that protects applications) is never written or deleted for an
 * application. The rest of its namespace, and its own cluster-wide permissions, are reserved for
 * applications that deploy Sluice itself, since a workload in that namespace could read the key.
 *
 * @param namespace the system namespace
 * @param deployers applications that may write everything but the state
 */
public record OwnObjects(String namespace, Set<ApplicationName> deployers) {

  /** Prefix of every installation's Lease, and of the names in k8s/base. */
  private static final String WORKER = "sluice-worker";

  private static final Set<GroupKind> CLUSTER_RIGHTS =
      Set.of(
          GroupKind.parse("ClusterRole.rbac.authorization.k8s.io"),
          GroupKind.parse("ClusterRoleBinding.rbac.authorization.k8s.io"));

  /** The prefixes of the names of state. */
  private static final Map<GroupKind, List<String>> STATE =
      Map.of(
          GroupKind.parse("Lease.coordination.k8s.io"),
          List.of(WORKER + "-"),
          GroupKind.parse("ValidatingAdmissionPolicy.admissionregistration.k8s.io"),
          List.of(ProtectionPolicy.PREFIX),
          GroupKind.parse("ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io"),
          List.of(ProtectionPolicy.PREFIX),
          GroupKind.CONFIG_MAP,
          List.of(LedgerNames.PREFIX, LedgerNames.OLD_PREFIX, ProtectionPolicy.PREFIX),
          GroupKind.SECRET,
          List.of(LedgerNames.KEY_PREFIX));

  public OwnObjects {
    deployers = Set.copyOf(deployers);
  }

  /**
   * Checks the manifests of an application.
   *
   * @param manifests normalised, so that each has its namespace
   * @throws ManifestException if one is an object of Sluice itself
   */
  void check(ApplicationName application, List<Manifest> manifests) throws ManifestException {
    for (Manifest manifest : manifests) {
      if (isState(manifest.ref()) || isMarkedAsState(manifest.content())) {
        throw refused(
            manifest, "is what Sluice keeps about itself, and is never written for an application");
      }
      if (isInstallation(manifest.ref()) && !deployers.contains(application)) {
        throw refused(
            manifest,
            "is a part of Sluice itself, which only applications may write that the worker's"
                + " --deploys-sluice names");
      }
    }
  }

  /** Returns whether the object is state of Sluice, of this or of another installation. */
  public boolean isState(ObjectRef ref) {
    // without a namespace the kind's scope is unknown, and the name decides
    boolean isHere = ref.namespace().equals(namespace) || ref.namespace().isEmpty();
    return isHere
        && STATE.getOrDefault(ref.groupKind(), List.of()).stream().anyMatch(ref.name()::startsWith);
  }

  /** Returns whether a selection by label would take the object for state of Sluice. */
  private static boolean isMarkedAsState(JsonNode content) {
    JsonNode metadata = content.path("metadata");
    return LedgerNames.RESERVED.stream()
        .anyMatch(
            name -> metadata.path("labels").has(name) || metadata.path("annotations").has(name));
  }

  private boolean isInstallation(ObjectRef ref) {
    boolean isNamespace =
        ref.groupKind().equals(GroupKind.NAMESPACE) && ref.name().equals(namespace);
    boolean isClusterRight =
        CLUSTER_RIGHTS.contains(ref.groupKind())
            && (ref.name().equals(WORKER) || ref.name().startsWith(WORKER + "-"));
    return isNamespace || isClusterRight || ref.namespace().equals(namespace);
  }

  private static ManifestException refused(Manifest manifest, String reason) {
    return ManifestException.refused(
        RenderFailure.OWN_OBJECT,
        "%s: %s %s: remove it from the application"
            .formatted(manifest.source(), manifest.ref(), reason),
        manifest.ref());
  }
}
