package dev.sluice.worker.plan;

import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.name.GroupKind;
import java.util.Arrays;
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

  private static final List<GroupKind> FIRST =
      kinds(
          "CustomResourceDefinition.apiextensions.k8s.io",
          "Namespace",
          "ClusterRole.rbac.authorization.k8s.io",
          "ClusterClass.cluster.x-k8s.io",
          "RuntimeClass.node.k8s.io",
          "PriorityClass.scheduling.k8s.io",
          "StorageClass.storage.k8s.io",
          "VolumeSnapshotClass.snapshot.storage.k8s.io",
          "IngressClass.networking.k8s.io",
          "GatewayClass.gateway.networking.k8s.io",
          "ClusterRoleBinding.rbac.authorization.k8s.io",
          "ResourceQuota",
          "ServiceAccount",
          "Role.rbac.authorization.k8s.io",
          "RoleBinding.rbac.authorization.k8s.io",
          "ConfigMap",
          "Secret",
          "Service",
          "LimitRange",
          "Deployment.apps",
          "StatefulSet.apps",
          "CronJob.batch",
          "PodDisruptionBudget.policy");

  /**
   * Webhook configurations, which would validate or block everything that is written after them.
   */
  private static final List<GroupKind> LAST =
      kinds(
          "MutatingWebhookConfiguration.admissionregistration.k8s.io",
          "ValidatingWebhookConfiguration.admissionregistration.k8s.io");

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
      Comparator.comparing(Order::isDefinition)
          .thenComparing(Order::isClass)
          .reversed()
          .thenComparingInt(Order::rank)
          .thenComparing(Comparator.naturalOrder());

  private Order() {}

  @Override
  public int compare(ObjectRef left, ObjectRef right) {
    return COMPARATOR.compare(left, right);
  }

  /**
   * Returns whether other objects cannot be sent before it: a CustomResourceDefinition, a Namespace
   * or a ClusterRole.
   */
  static boolean isDefinition(ObjectRef ref) {
    return rank(ref) < DEFINITIONS;
  }

  /** Returns whether other objects refer to it: a StorageClass, for example. */
  private static boolean isClass(ObjectRef ref) {
    return ref.kind().endsWith("Class");
  }

  private static List<GroupKind> kinds(String... names) {
    return Arrays.stream(names).map(GroupKind::parse).toList();
  }

  private static int rank(ObjectRef ref) {
    return RANKS.getOrDefault(ref.groupKind(), UNKNOWN);
  }
}
