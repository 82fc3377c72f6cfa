package dev.sluice.worker.plan;

import dev.sluice.contract.event.ObjectRef;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The total order in which objects are written; they are deleted in reverse.
 *
 * <p>Phases and kinds are Flux's (its {@code ssa/sort.go}), ties are ordered by group, kind,
 * namespace and name. A kind has its place only in its own group: Knative's {@code Service}, for
 * example, is an unknown kind, and comes after the Deployments.
 */
public final class Order implements Comparator<ObjectRef> {

  public static final Order INSTANCE = new Order();

  private static final String RBAC = "rbac.authorization.k8s.io";

  private static final List<GroupKind> FIRST =
      List.of(
          new GroupKind("apiextensions.k8s.io", "CustomResourceDefinition"),
          new GroupKind("", "Namespace"),
          new GroupKind(RBAC, "ClusterRole"),
          new GroupKind("cluster.x-k8s.io", "ClusterClass"),
          new GroupKind("node.k8s.io", "RuntimeClass"),
          new GroupKind("scheduling.k8s.io", "PriorityClass"),
          new GroupKind("storage.k8s.io", "StorageClass"),
          new GroupKind("snapshot.storage.k8s.io", "VolumeSnapshotClass"),
          new GroupKind("networking.k8s.io", "IngressClass"),
          new GroupKind("gateway.networking.k8s.io", "GatewayClass"),
          new GroupKind(RBAC, "ClusterRoleBinding"),
          new GroupKind("", "ResourceQuota"),
          new GroupKind("", "ServiceAccount"),
          new GroupKind(RBAC, "Role"),
          new GroupKind(RBAC, "RoleBinding"),
          new GroupKind("", "ConfigMap"),
          new GroupKind("", "Secret"),
          new GroupKind("", "Service"),
          new GroupKind("", "LimitRange"),
          new GroupKind("apps", "Deployment"),
          new GroupKind("apps", "StatefulSet"),
          new GroupKind("batch", "CronJob"),
          new GroupKind("policy", "PodDisruptionBudget"));

  /**
   * Webhook configurations, which would validate or block everything that is written after them.
   */
  private static final List<GroupKind> LAST =
      List.of(
          new GroupKind("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
          new GroupKind("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"));

  private static final Map<GroupKind, Integer> RANKS =
      IntStream.range(0, FIRST.size() + LAST.size())
          .boxed()
          .collect(
              Collectors.toUnmodifiableMap(
                  i -> i < FIRST.size() ? FIRST.get(i) : LAST.get(i - FIRST.size()),
                  i -> i < FIRST.size() ? i : i + 1));

  private static final int UNKNOWN = FIRST.size();
  private static final int DEFINITIONS = 3;

  private static final Comparator<ObjectRef> COMPARATOR =
      Comparator.comparing(Order::phase)
          .thenComparingInt(Order::rank)
          .thenComparing(Comparator.naturalOrder());

  private Order() {}

  @Override
  public int compare(ObjectRef left, ObjectRef right) {
    return COMPARATOR.compare(left, right);
  }

  /** Returns the phase that the object belongs to. */
  public static Stage.Phase phase(ObjectRef ref) {
    if (rank(ref) < DEFINITIONS) {
      return Stage.Phase.DEFINITIONS;
    }
    return ref.kind().endsWith("Class") ? Stage.Phase.CLASSES : Stage.Phase.OBJECTS;
  }

  private static int rank(ObjectRef ref) {
    return RANKS.getOrDefault(new GroupKind(ref.group(), ref.kind()), UNKNOWN);
  }

  private record GroupKind(String group, String kind) {}
}
