package dev.sluice.worker.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.ObjectRef;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class OrderTest {

  private static final List<ObjectRef> SORTED =
      List.of(
          ref("apiextensions.k8s.io/v1", "CustomResourceDefinition", ""),
          ref("v1", "Namespace", ""),
          ref("rbac.authorization.k8s.io/v1", "ClusterRole", ""),
          ref("scheduling.k8s.io/v1", "PriorityClass", ""),
          ref("storage.k8s.io/v1", "StorageClass", ""),
          ref("networking.k8s.io/v1", "IngressClass", ""),
          ref("example.com/v1", "TenantClass", ""),
          ref("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", ""),
          ref("v1", "ResourceQuota", "a"),
          ref("v1", "ServiceAccount", "a"),
          ref("rbac.authorization.k8s.io/v1", "Role", "a"),
          ref("rbac.authorization.k8s.io/v1", "RoleBinding", "a"),
          ref("v1", "ConfigMap", "a"),
          ref("v1", "ConfigMap", "b"),
          ref("v1", "Secret", "a"),
          ref("v1", "Service", "a"),
          ref("v1", "LimitRange", "a"),
          ref("apps/v1", "Deployment", "a"),
          ref("apps/v1", "StatefulSet", "a"),
          ref("batch/v1", "CronJob", "a"),
          ref("policy/v1", "PodDisruptionBudget", "a"),
          ref("apps/v1", "DaemonSet", "a"),
          ref("batch/v1", "Job", "a"),
          ref("serving.knative.dev/v1", "Service", "a"),
          ref("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", ""),
          ref("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", ""));

  @Test
  void beginsWithDefinitionsAndThenClasses() {
    assertThat(SORTED.stream().map(Order::isDefinition).toList())
        .startsWith(true, true, true)
        .filteredOn(is -> is)
        .hasSize(3);
    assertThat(SORTED.subList(3, SORTED.size()).stream().takeWhile(ref -> isClass(ref)))
        .extracting(ObjectRef::kind)
        .containsExactly("PriorityClass", "StorageClass", "IngressClass", "TenantClass");
  }

  private static boolean isClass(ObjectRef ref) {
    return ref.kind().endsWith("Class");
  }

  @RepeatedTest(50)
  void sortsAnyShuffleToTheSameOrder(RepetitionInfo repetition) {
    List<ObjectRef> shuffled = new ArrayList<>(SORTED);
    Collections.shuffle(shuffled, new Random(repetition.getCurrentRepetition()));

    assertThat(shuffled.stream().sorted(Order.INSTANCE).toList()).isEqualTo(SORTED);
  }

  @RepeatedTest(20)
  void isATotalOrder(RepetitionInfo repetition) {
    List<ObjectRef> refs = new RandomObjects(repetition.getCurrentRepetition()).refs(30);

    for (ObjectRef a : refs) {
      for (ObjectRef b : refs) {
        int forth = Integer.signum(Order.INSTANCE.compare(a, b));
        assertThat(Integer.signum(Order.INSTANCE.compare(b, a))).isEqualTo(-forth);
        assertThat(forth == 0).isEqualTo(a.equals(b));
        for (ObjectRef c : refs) {
          if (forth <= 0 && Order.INSTANCE.compare(b, c) <= 0) {
            assertThat(Order.INSTANCE.compare(a, c)).isLessThanOrEqualTo(0);
          }
        }
      }
    }
  }

  private static ObjectRef ref(String apiVersion, String kind, String namespace) {
    return new ObjectRef(apiVersion, kind, namespace, "x");
  }
}
