package dev.sluice.simulated;

import static dev.sluice.simulated.Manifests.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Requests that schedulers, kubelets and workload controllers make. */
@Tag("kubernetes")
class PodsContractIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private static ClusterFixture fixture;
  private static KubernetesClient client;
  private static String namespace;
  private static Manifests manifests;

  @BeforeAll
  static void open() {
    fixture = ClusterFixture.open();
    client = fixture.client();
    namespace = fixture.namespace();
    manifests = new Manifests(client, namespace);
  }

  @AfterAll
  static void close() {
    fixture.close();
  }

  private static PodResource pod(String name) {
    return client.pods().inNamespace(namespace).withName(name);
  }

  /** Creates a pod that no scheduler of the cluster takes. */
  private static Pod create(String name) {
    assumeTrue(fixture.isAtLeast(37), "pods of earlier releases have no generation");
    manifests.apply(
        "test",
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: %s}
        spec:
          schedulerName: none
          terminationGracePeriodSeconds: 25
          containers: [{name: a, image: 'a:1'}]
        """
            .formatted(name));
    return pod(name).get();
  }

  private static JsonNode bind(Pod pod, String node) {
    return json(
        client.raw(
            "/api/v1/namespaces/%s/pods/%s/binding"
                .formatted(namespace, pod.getMetadata().getName()),
            "POST",
            """
            {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": "%s", "uid": "%s"},
              "target": {"kind": "Node", "name": "%s"}}
            """
                .formatted(pod.getMetadata().getName(), pod.getMetadata().getUid(), node)));
  }

  private static JsonNode json(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void startsPodsAsPendingOfTheirFirstGeneration() {
    Pod pod = create("fresh");

    assertThat(pod.getMetadata().getGeneration()).isEqualTo(1);
    assertThat(pod.getStatus().getPhase()).isEqualTo("Pending");
    assertThat(pod.getStatus().getQosClass()).isEqualTo("BestEffort");
  }

  @Test
  void bindsAPodToANodeOnce() {
    Pod pod = create("bound");

    assertThat(bind(pod, "one").path("status").asText()).isEqualTo("Success");

    Pod bound = pod("bound").get();
    assertThat(bound.getSpec().getNodeName()).isEqualTo("one");
    assertThat(bound.getMetadata().getGeneration()).isEqualTo(1);
    assertThat(bound.getStatus().getConditions())
        .singleElement()
        .satisfies(
            condition -> {
              assertThat(condition.getType()).isEqualTo("PodScheduled");
              assertThat(condition.getStatus()).isEqualTo("True");
            });
    assertThat(bound.getMetadata().getManagedFields())
        .extracting(entry -> entry.getManager() + " " + entry.getOperation())
        .containsExactly("test Apply");
    assertThat(refusal(() -> bind(pod, "two")).getMessage())
        .isEqualTo(
            "Operation cannot be fulfilled on pods/binding \"bound\": pod bound is already assigned"
                + " to node \"one\"");
  }

  @Test
  void removesAPodThatIsNotBoundAtOnce() {
    create("unbound");

    pod("unbound").delete();

    assertThat(pod("unbound").get()).isNull();
  }

  @Test
  void keepsABoundPodUntilItsKubeletEndsIt() {
    bind(create("graceful"), "one");

    pod("graceful").delete();

    Pod terminating = pod("graceful").get();
    assertThat(terminating.getMetadata().getDeletionTimestamp()).isNotNull();
    assertThat(terminating.getMetadata().getDeletionGracePeriodSeconds()).isEqualTo(25);
    assertThat(terminating.getMetadata().getGeneration()).isEqualTo(2);
    pod("graceful").withGracePeriod(7).delete();
    assertThat(pod("graceful").get().getMetadata().getDeletionGracePeriodSeconds()).isEqualTo(7);
    pod("graceful").withGracePeriod(0).delete();
    assertThat(pod("graceful").get()).isNull();
  }

  @Test
  void removesAFinishedPodAtOnce() {
    bind(create("finished"), "one");
    pod("finished")
        .subresource("status")
        .patch(PatchContext.of(PatchType.STRATEGIC_MERGE), "{\"status\": {\"phase\": \"Failed\"}}");

    pod("finished").delete();

    await().atMost(PATIENCE).until(() -> pod("finished").get() == null);
  }

  @Test
  void takesAnnotationsButNoLabelsWithTheStatusOfADeployment() {
    assumeTrue(fixture.readsJsonOfBuiltInKinds(), "the patch is of a built-in kind");
    manifests.apply(
        "test",
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: annotated}
        spec:
          paused: true
          selector: {matchLabels: {app: a}}
          template:
            metadata: {labels: {app: a}}
            spec: {containers: [{name: a, image: 'a:1'}]}
        """);
    var deployment = client.apps().deployments().inNamespace(namespace).withName("annotated");

    deployment
        .subresource("status")
        .patch(
            PatchContext.of(PatchType.STRATEGIC_MERGE),
            "{\"metadata\": {\"annotations\": {\"a\": \"b\"}, \"labels\": {\"c\": \"d\"}}}");

    var metadata = deployment.get().getMetadata();
    assertThat(metadata.getAnnotations()).containsEntry("a", "b");
    assertThat(metadata.getLabels()).isNullOrEmpty();
    assertThat(metadata.getGeneration()).isEqualTo(1);
    assertThat(metadata.getManagedFields())
        .anySatisfy(
            entry -> {
              assertThat(entry.getSubresource()).isEqualTo("status");
              assertThat(entry.getFieldsV1().getAdditionalProperties()).containsKey("f:metadata");
            });
  }

  @Test
  void storesRevisionsOfTemplates() {
    assumeTrue(fixture.readsJsonOfBuiltInKinds(), "the object is of a built-in kind");
    String revision =
        """
        apiVersion: apps/v1
        kind: ControllerRevision
        metadata: {name: a-1}
        data: {spec: {template: {b: 1}}}
        revision: 1
        """;
    manifests.apply("test", revision);

    assertThat(manifests.resource(revision).get().getAdditionalProperties())
        .containsEntry("revision", 1)
        .containsKey("data");
    assertThat(
            refusal(() -> manifests.apply("test", revision.replace("b: 1", "b: 2"))).getMessage())
        .isEqualTo(
            "ControllerRevision.apps \"a-1\" is invalid: data: Invalid value: "
                + "{\"spec\":{\"template\":{\"b\":2}}}: field is immutable");
  }
}
