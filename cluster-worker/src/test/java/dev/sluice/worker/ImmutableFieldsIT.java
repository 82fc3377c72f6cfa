package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.fleet.Policy;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Changes of fields that cannot be changed: refused with the field's name, or replaced if the
 * policy or the object asks for it, but never where data would be lost.
 */
@Tag("kubernetes")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ImmutableFieldsIT {

  /** Of a Service, by values. The server fills in an empty one, which then stays. */
  private static final Map<String, String> ADDRESSES = Map.of("a", "\"\"", "b", "None");

  private Bench bench;
  private int applications;

  /** A kind with a field that cannot be changed. */
  enum Change {
    JOB_TEMPLATE(
        "spec.template",
        """
        apiVersion: batch/v1
        kind: Job
        metadata: {name: NAME ANNOTATIONS}
        spec:
          suspend: true
          template:
            spec: {restartPolicy: Never, containers: [{name: c, image: "registry.local/VALUE:1"}]}
        """),
    CLAIM_TEMPLATES(
        "spec",
        """
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: NAME ANNOTATIONS}
        spec:
          replicas: 0
          serviceName: none
          selector: {matchLabels: {app: NAME}}
          template:
            metadata: {labels: {app: NAME}}
            spec: {containers: [{name: c, image: "registry.local/app:1"}]}
          volumeClaimTemplates:
          - metadata: {name: VALUE}
            spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}
        """),
    CLUSTER_IP(
        "spec.clusterIP",
        """
        apiVersion: v1
        kind: Service
        metadata: {name: NAME ANNOTATIONS}
        spec: {ports: [{port: 80}], clusterIP: CLUSTERIP}
        """),
    SELECTOR(
        "spec.selector",
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: NAME ANNOTATIONS}
        spec:
          replicas: 0
          selector: {matchLabels: {app: NAME-VALUE}}
          template:
            metadata: {labels: {app: NAME-VALUE}}
            spec: {containers: [{name: c, image: "registry.local/app:1"}]}
        """),
    ROLE_REFERENCE(
        "roleRef",
        """
        apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata: {name: NAME ANNOTATIONS}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: VALUE}
        subjects: [{kind: User, name: nobody, apiGroup: rbac.authorization.k8s.io}]
        """),
    SECRET_TYPE(
        "type",
        """
        apiVersion: v1
        kind: Secret
        metadata: {name: NAME ANNOTATIONS}
        type: example.org/VALUE
        stringData: {key: "hidden"}
        """);

    private final String field;
    private final String manifest;

    Change(String field, String manifest) {
      this.field = field;
      this.manifest = manifest;
    }

    String manifest(String name, String value, String annotations) {
      return manifest
          .replace("NAME", name)
          .replace("CLUSTERIP", ADDRESSES.getOrDefault(value, ""))
          .replace("VALUE", value)
          .replace(" ANNOTATIONS", annotations.isEmpty() ? "" : ", annotations: " + annotations);
    }
  }

  @BeforeAll
  void open() {
    bench = new Bench();
    bench.fixture.assumeJsonOfBuiltInKinds();
    bench.worker("one");
  }

  @AfterAll
  void close() {
    bench.close();
  }

  @ParameterizedTest
  @EnumSource
  void isRefusedWithTheFieldsName(Change change) {
    String name = name(change);
    String before = apply(name, 1, Policy.DEFAULT, change.manifest(name, "a", ""));

    bench.targets.send(bench.targets.target(name, 2, change.manifest(name, "b", "")));

    Failure failure = bench.awaitParked(name);
    assertThat(failure.code()).isEqualTo(ApplyFailure.IMMUTABLE_FIELD);
    assertThat(failure.message()).contains(change.field, name).doesNotContain("hidden");
    assertThat(uid(change.manifest(name, "a", ""))).isEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource
  void isReplacedIfThePolicySaysSo(Change change) {
    String name = name(change);
    Policy replacing = Targets.with(Policy.DEFAULT, "replace", true);
    String before = apply(name, 1, replacing, change.manifest(name, "a", ""));

    String after = apply(name, 2, replacing, change.manifest(name, "b", ""));

    assertThat(after).isNotEqualTo(before);
    if (change == Change.CLUSTER_IP) {
      return; // another address would have to be a free one
    }
    // the object says otherwise
    String kept = "{sluice.dev/replace: disabled}";
    apply(name, 3, replacing, change.manifest(name, "b", kept));
    bench.targets.send(bench.targets.target(name, 4, replacing, change.manifest(name, "c", kept)));
    assertThat(bench.awaitParked(name).code()).isEqualTo(ApplyFailure.IMMUTABLE_FIELD);
  }

  private String name(Change change) {
    applications++;
    return "%s-%d"
        .formatted(change.name().toLowerCase(Locale.ROOT).replace('_', '-'), applications);
  }

  /** Returns the uid of the object afterwards. */
  private String apply(String name, long generation, Policy policy, String manifest) {
    bench.targets.send(bench.targets.target(name, generation, policy, manifest));
    bench.awaitApplied(name, generation);
    return uid(manifest);
  }

  private String uid(String manifest) {
    GenericKubernetesResource stated =
        Serialization.unmarshal(manifest, GenericKubernetesResource.class);
    return bench
        .fixture
        .client()
        .genericKubernetesResources(stated.getApiVersion(), stated.getKind())
        .inNamespace(bench.namespace)
        .withName(stated.getMetadata().getName())
        .get()
        .getMetadata()
        .getUid();
  }
}
