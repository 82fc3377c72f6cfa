package dev.sluice.standalone.local;

import dev.sluice.worker.manifest.Scopes;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Scopes without a cluster: those of Kubernetes' own kinds. Any other kind is assumed to be
 * namespaced, and recorded.
 */
final class AssumedScopes implements Scopes {

  /** Cluster-scoped kinds of Kubernetes' own groups, up to 1.36. */
  private static final Set<String> CLUSTER_SCOPED =
      Set.of(
          " ComponentStatus",
          " Namespace",
          " Node",
          " PersistentVolume",
          "admissionregistration.k8s.io MutatingAdmissionPolicy",
          "admissionregistration.k8s.io MutatingAdmissionPolicyBinding",
          "admissionregistration.k8s.io MutatingWebhookConfiguration",
          "admissionregistration.k8s.io ValidatingAdmissionPolicy",
          "admissionregistration.k8s.io ValidatingAdmissionPolicyBinding",
          "admissionregistration.k8s.io ValidatingWebhookConfiguration",
          "apiextensions.k8s.io CustomResourceDefinition",
          "apiregistration.k8s.io APIService",
          "authentication.k8s.io SelfSubjectReview",
          "authentication.k8s.io TokenReview",
          "authorization.k8s.io SelfSubjectAccessReview",
          "authorization.k8s.io SelfSubjectRulesReview",
          "authorization.k8s.io SubjectAccessReview",
          "certificates.k8s.io CertificateSigningRequest",
          "certificates.k8s.io ClusterTrustBundle",
          "flowcontrol.apiserver.k8s.io FlowSchema",
          "flowcontrol.apiserver.k8s.io PriorityLevelConfiguration",
          "networking.k8s.io IPAddress",
          "networking.k8s.io IngressClass",
          "networking.k8s.io ServiceCIDR",
          "node.k8s.io RuntimeClass",
          "policy PodSecurityPolicy",
          "rbac.authorization.k8s.io ClusterRole",
          "rbac.authorization.k8s.io ClusterRoleBinding",
          "resource.k8s.io DeviceClass",
          "resource.k8s.io ResourceSlice",
          "scheduling.k8s.io PriorityClass",
          "storage.k8s.io CSIDriver",
          "storage.k8s.io CSINode",
          "storage.k8s.io StorageClass",
          "storage.k8s.io VolumeAttachment",
          "storage.k8s.io VolumeAttributesClass",
          "storagemigration.k8s.io StorageVersionMigration");

  private static final Set<String> OWN_GROUPS =
      Set.of("", "apps", "autoscaling", "batch", "extensions", "policy");

  private final SortedSet<String> assumed = new TreeSet<>();

  @Override
  public Optional<Boolean> namespaced(String apiVersion, String kind) {
    int slash = apiVersion.indexOf('/');
    String group = slash < 0 ? "" : apiVersion.substring(0, slash);
    if (CLUSTER_SCOPED.contains(group + " " + kind)) {
      return Optional.of(false);
    }
    boolean own =
        OWN_GROUPS.contains(group)
            || CLUSTER_SCOPED.stream().anyMatch(known -> known.startsWith(group + " "))
            || Set.of("coordination.k8s.io", "discovery.k8s.io", "events.k8s.io").contains(group);
    if (!own) {
      assumed.add(apiVersion + " " + kind);
    }
    return Optional.of(true);
  }

  /** Returns unknown kinds that were assumed to be namespaced. */
  SortedSet<String> assumed() {
    return assumed;
  }
}
