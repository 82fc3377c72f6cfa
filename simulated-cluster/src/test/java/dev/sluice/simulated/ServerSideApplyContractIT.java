package dev.sluice.simulated;

import static dev.sluice.simulated.Manifests.configMap;
import static dev.sluice.simulated.Manifests.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusCause;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kubernetes")
class ServerSideApplyContractIT {
  private static final String DEPLOYMENT =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: %s
      spec:
        replicas: 0
        selector:
          matchLabels: {app: web}
        template:
          metadata:
            labels: {app: web}
          spec:
            containers:
            %s
      """;

  private static final String REPLACE = "[{\"op\": \"replace\", \"path\": \"%s\", \"value\": %s}]";

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

  private static ConfigMap live(String name) {
    return client.configMaps().inNamespace(namespace).withName(name).get();
  }

  private static List<String> owned(GenericKubernetesResource object) {
    return object.getMetadata().getManagedFields().stream()
        .filter(e -> e.getOperation().equals("Apply"))
        .map(e -> e.getManager() + " " + Serialization.asJson(e.getFieldsV1()))
        .toList();
  }

  @Test
  void theApplierOwnsItsFields() {
    GenericKubernetesResource applied = manifests.apply("one", configMap("owned", "a: '1'"));

    assertThat(owned(applied)).containsExactly("one {\"f:data\":{\"f:a\":{}}}");
    ManagedFieldsEntry entry = applied.getMetadata().getManagedFields().getFirst();
    assertThat(entry.getFieldsType()).isEqualTo("FieldsV1");
    assertThat(entry.getApiVersion()).isEqualTo("v1");
    assertThat(entry.getTime()).isNotEmpty();
  }

  @Test
  void changesNothingWhenNothingChanges() {
    GenericKubernetesResource first = manifests.apply("one", configMap("same", "a: '1'"));
    GenericKubernetesResource second = manifests.apply("one", configMap("same", "a: '1'"));

    assertThat(second.getMetadata().getResourceVersion())
        .isEqualTo(first.getMetadata().getResourceVersion());
  }

  @Test
  void removesFieldsThatAreNoLongerApplied() {
    manifests.apply("one", configMap("dropped", "a: '1'", "b: '2'"));
    manifests.apply("one", configMap("dropped", "b: '2'"));

    assertThat(live("dropped").getData()).isEqualTo(Map.of("b", "2"));
  }

  @Test
  void fieldsWithoutOwnersBelongToBeforeFirstApplyOnceTheObjectIsApplied() {
    fixture.assumeJsonOfBuiltInKinds();
    manifests.apply("one", configMap("untracked", "a: '1'", "b: '2'"));
    patch("untracked", PatchType.JSON, REPLACE.formatted("/metadata/managedFields", "[{}]"));
    patch("untracked", PatchType.JSON, REPLACE.formatted("/data/b", "\"3\""));
    assertThat(live("untracked").getMetadata().getManagedFields()).isEmpty();

    GenericKubernetesResource applied =
        manifests.apply("two", configMap("untracked", "a: '1'", "c: '4'"));

    assertThat(applied.getMetadata().getManagedFields())
        .extracting(
            entry ->
                "%s %s %s"
                    .formatted(
                        entry.getManager(),
                        entry.getOperation(),
                        Serialization.asJson(entry.getFieldsV1())))
        .containsExactlyInAnyOrder(
            "two Apply {\"f:data\":{\"f:a\":{},\"f:c\":{}}}",
            "before-first-apply Update {\"f:data\":{\".\":{},\"f:a\":{},\"f:b\":{}}}");
    assertThat(live("untracked").getData()).isEqualTo(Map.of("a", "1", "b", "3", "c", "4"));
  }

  private static void patch(String name, PatchType type, String patch) {
    var unused =
        client
            .configMaps()
            .inNamespace(namespace)
            .withName(name)
            .patch(PatchContext.of(type), patch);
  }

  @Test
  void aServiceLosesWhatOnlyItsFormerTypeHas() {
    service("NodePort");
    assertThat(service("ClusterIP").toString()).doesNotContain("nodePort", "externalTrafficPolicy");
    assertThat(service("LoadBalancer").at("/ports/0/nodePort").asInt()).isPositive();
    JsonNode clusterIp = service("ClusterIP");
    assertThat(clusterIp.toString())
        .doesNotContain("nodePort", "externalTrafficPolicy", "allocateLoadBalancerNodePorts");
    assertThat(clusterIp.path("clusterIP").asText()).isNotEmpty();
    assertThat(service("ExternalName").properties())
        .extracting(Map.Entry::getKey)
        .containsExactlyInAnyOrder("type", "externalName", "ports", "sessionAffinity");
    assertThat(service("NodePort").path("clusterIP").asText()).isNotEmpty();
  }

  private static JsonNode service(String type) {
    GenericKubernetesResource applied =
        manifests.apply(
            "one",
            """
            apiVersion: v1
            kind: Service
            metadata: {name: typed}
            spec: {type: %s, ports: [{port: 80, protocol: TCP}]%s}
            """
                .formatted(type, type.equals("ExternalName") ? ", externalName: example.org" : ""));
    return new ObjectMapper().valueToTree(applied.getAdditionalProperties().get("spec"));
  }

  @Test
  void anObjectThatIsServedInTwoGroupsIsOneObject() {
    String event =
        """
        apiVersion: %s
        kind: Event
        metadata: {name: happened, labels: {%s: x}}
        %s
        """;
    String old =
        event.formatted(
            "v1", "a", "involvedObject: {namespace: %s}\nmessage: m".formatted(namespace));
    String renamed =
        event.formatted(
            "events.k8s.io/v1", "b", "regarding: {namespace: %s}\nnote: m".formatted(namespace));

    GenericKubernetesResource first = manifests.apply("one", old);
    GenericKubernetesResource second = manifests.apply("one", renamed);

    assertThat(second.getMetadata().getUid()).isEqualTo(first.getMetadata().getUid());
    assertThat(second.getApiVersion()).isEqualTo("events.k8s.io/v1");
    assertThat(second.getAdditionalProperties().get("note")).isEqualTo("m");
    Event live =
        client.v1().events().inNamespace(namespace).withLabel("b").list().getItems().getFirst();
    // the server cannot compare the fields of two groups, so it removes none
    assertThat(live.getMetadata().getLabels()).isEqualTo(Map.of("a", "x", "b", "x"));
    assertThat(live.getMessage()).isEqualTo("m");
    assertThat(live.getInvolvedObject().getNamespace()).isEqualTo(namespace);
    if (fixture.isAtLeast(21)) { // 1.20 takes the change
      Status refused = refusal(() -> manifests.apply("one", renamed.replace("note: m", "note: n")));
      assertThat(refused.getMessage())
          .isEqualTo(
              "Event \"happened\" is invalid: message: Invalid value: \"n\": field is immutable");
    }

    client.resource(second).delete();
    assertThat(client.v1().events().inNamespace(namespace).withName("happened").get()).isNull();
  }

  @Test
  void keepsFieldsThatAnotherManagerOwnsToo() {
    manifests.apply("one", configMap("shared", "a: '1'", "b: '2'"));
    manifests.apply("two", configMap("shared", "a: '1'"));
    GenericKubernetesResource left = manifests.apply("one", configMap("shared", "b: '2'"));

    assertThat(live("shared").getData()).isEqualTo(Map.of("a", "1", "b", "2"));
    assertThat(owned(left))
        .containsExactlyInAnyOrder(
            "one {\"f:data\":{\"f:b\":{}}}", "two {\"f:data\":{\"f:a\":{}}}");
  }

  @Test
  void conflictsOverAnotherValue() {
    manifests.apply("one", configMap("conflict", "a: '1'", "b: '2'"));

    Status one = refusal(() -> manifests.apply("two", configMap("conflict", "a: '9'")));
    assertThat(one.getCode()).isEqualTo(409);
    assertThat(one.getReason()).isEqualTo("Conflict");
    assertThat(one.getMessage())
        .isEqualTo("Apply failed with 1 conflict: conflict with \"one\": .data.a");
    StatusCause cause = one.getDetails().getCauses().getFirst();
    assertThat(cause.getReason()).isEqualTo("FieldManagerConflict");
    assertThat(cause.getField()).isEqualTo(".data.a");
    assertThat(cause.getMessage()).isEqualTo("conflict with \"one\"");

    Status both = refusal(() -> manifests.apply("two", configMap("conflict", "a: '9'", "b: '9'")));
    assertThat(both.getMessage())
        .isEqualTo("Apply failed with 2 conflicts: conflicts with \"one\":\n- .data.a\n- .data.b");
  }

  @Test
  void takesFieldsByForce() {
    manifests.apply("one", configMap("forced", "a: '1'", "b: '2'"));
    GenericKubernetesResource taken = manifests.force("two", configMap("forced", "a: '9'"));

    assertThat(live("forced").getData()).isEqualTo(Map.of("a", "9", "b", "2"));
    assertThat(owned(taken))
        .containsExactlyInAnyOrder(
            "one {\"f:data\":{\"f:b\":{}}}", "two {\"f:data\":{\"f:a\":{}}}");
  }

  @Test
  void mergesListElementsByKey() {
    manifests.apply(
        "one",
        DEPLOYMENT.formatted("lists", "- {name: web, image: 'a:1', env: [{name: A, value: '1'}]}"));
    manifests.apply(
        "two", DEPLOYMENT.formatted("lists", "- {name: web, env: [{name: B, value: '2'}]}"));
    manifests.apply(
        "one",
        DEPLOYMENT.formatted("lists", "- {name: web, image: 'a:2', env: [{name: C, value: '3'}]}"));

    Deployment live = client.apps().deployments().inNamespace(namespace).withName("lists").get();
    var container = live.getSpec().getTemplate().getSpec().getContainers().getFirst();
    assertThat(container.getImage()).isEqualTo("a:2");
    assertThat(container.getEnv()).extracting(e -> e.getName()).containsExactlyInAnyOrder("B", "C");
  }

  @Test
  void removesAListElementThatItsOnlyOwnerDrops() {
    manifests.apply(
        "one",
        DEPLOYMENT.formatted(
            "sidecar", "- {name: web, image: 'a:1'}\n      - {name: side, image: 'b:1'}"));
    manifests.apply("one", DEPLOYMENT.formatted("sidecar", "- {name: web, image: 'a:1'}"));

    Deployment live = client.apps().deployments().inNamespace(namespace).withName("sidecar").get();
    assertThat(live.getSpec().getTemplate().getSpec().getContainers())
        .extracting(c -> c.getName())
        .containsExactly("web");
  }

  @Test
  void countsGenerationsOfTheSpec() {
    var first =
        manifests.apply("one", DEPLOYMENT.formatted("counted", "- {name: web, image: 'a:1'}"));
    var same =
        manifests.apply("one", DEPLOYMENT.formatted("counted", "- {name: web, image: 'a:1'}"));
    var other =
        manifests.apply("one", DEPLOYMENT.formatted("counted", "- {name: web, image: 'a:2'}"));

    assertThat(first.getMetadata().getGeneration()).isEqualTo(1);
    assertThat(same.getMetadata().getGeneration()).isEqualTo(1);
    assertThat(other.getMetadata().getGeneration()).isEqualTo(2);
  }

  @Test
  void takesAResourceVersionAsPrecondition() {
    String old =
        manifests.apply("one", configMap("fenced", "a: '1'")).getMetadata().getResourceVersion();
    manifests.apply("one", configMap("fenced", "a: '2'"));
    String stale =
        configMap("fenced", "a: '3'")
            .replace("name: fenced", "name: fenced\n  resourceVersion: '" + old + "'");

    Status status = refusal(() -> manifests.force("one", stale));

    assertThat(status.getCode()).isEqualTo(409);
    assertThat(status.getMessage())
        .isEqualTo(
            "Operation cannot be fulfilled on configmaps \"fenced\": the object has been modified;"
                + " please apply your changes to the latest version and try again");
    assertThat(live("fenced").getData()).containsEntry("a", "2");
  }

  @Test
  void doesNotCreateAnObjectWithAnExpectedUid() {
    String gone = configMap("gone", "a: '1'").replace("name: gone", "name: gone\n  uid: 0b5ecdd6");

    Status status = refusal(() -> manifests.apply("one", gone));

    assertThat(status.getCode()).isEqualTo(409);
    assertThat(status.getMessage()).contains("uid mismatch");
    assertThat(live("gone")).isNull();
  }

  @Test
  void refusesAnotherUid() {
    manifests.apply("one", configMap("identity", "a: '1'"));
    String other =
        configMap("identity", "a: '2'")
            .replace("name: identity", "name: identity\n  uid: 0b5ecdd6");

    Status status = refusal(() -> manifests.apply("one", other));

    assertThat(status.getCode()).isEqualTo(422);
    assertThat(status.getMessage())
        .contains("metadata.uid: Invalid value: \"0b5ecdd6\": field is immutable");
  }

  @Test
  void storesNothingInADryRun() {
    manifests.apply("one", configMap("dry", "a: '1'"));
    GenericKubernetesResource shown =
        manifests
            .resource(configMap("dry", "a: '2'"))
            .dryRun()
            .fieldManager("one")
            .serverSideApply();

    assertThat(shown.getAdditionalProperties().get("data")).isEqualTo(Map.of("a", "2"));
    assertThat(live("dry").getData()).containsEntry("a", "1");
  }

  @Test
  void refusesUndeclaredFields() {
    Status unknown =
        refusal(() -> manifests.apply("one", configMap("typed", "a: '1'") + "bogus: 1\n"));
    assertThat(unknown.getCode()).isEqualTo(500);
    assertThat(unknown.getMessage())
        .startsWith("failed to create typed patch object")
        .endsWith(": .bogus: field not declared in schema");

    Status mistyped = refusal(() -> manifests.apply("one", configMap("typed", "a: 1")));
    assertThat(mistyped.getMessage())
        .startsWith("failed to create typed patch object")
        .contains(": .data.a: expected string, got ");
  }

  @Test
  void needsANamespace() {
    Manifests nowhere = new Manifests(client, "sluice-test-missing");

    Status status = refusal(() -> nowhere.apply("one", configMap("a", "a: '1'")));

    assertThat(status.getCode()).isEqualTo(404);
    assertThat(status.getMessage()).isEqualTo("namespaces \"sluice-test-missing\" not found");
  }
}
