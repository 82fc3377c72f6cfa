package dev.sluice.simulated;

import static dev.sluice.simulated.Manifests.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kubernetes")
class CustomResourcesContractIT {
  private static final String GROUP =
      "t" + UUID.randomUUID().toString().substring(0, 8) + ".example.com";
  private static final String DEFINITION =
      """
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata: {name: widgets.%1$s}
      spec:
        group: %1$s
        scope: Namespaced
        names: {plural: widgets, singular: widget, kind: Widget, listKind: WidgetList}
        versions:
        - name: v1
          served: true
          storage: true
          subresources: {status: {}}
          schema:
            openAPIV3Schema:
              type: object
              properties:
                spec:
                  type: object
                  required: [size]
                  properties:
                    size: {type: integer, minimum: 1, maximum: 9}
                    color: {type: string, enum: [red, green], default: red}
                    parts:
                      type: array
                      x-kubernetes-list-type: map
                      x-kubernetes-list-map-keys: [id]
                      items:
                        type: object
                        required: [id]
                        properties: {id: {type: string}, count: {type: integer}}
                status:
                  type: object
                  properties: {phase: {type: string}}
      """
          .formatted(GROUP);

  private static ClusterFixture fixture;
  private static KubernetesClient client;
  private static Manifests manifests;

  @BeforeAll
  static void open() {
    fixture = ClusterFixture.open();
    client = fixture.client();
    // a stored definition would break such a server permanently: it cannot read it back
    fixture.assumeJsonOfBuiltInKinds();
    manifests = new Manifests(client, fixture.namespace());
    manifests.apply("one", DEFINITION);
    fixture.cleanUp(
        () ->
            client
                .apiextensions()
                .v1()
                .customResourceDefinitions()
                .withName("widgets." + GROUP)
                .delete());
    await()
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptionsMatching(e -> e instanceof KubernetesClientException)
        .until(() -> !client.getApiResources(GROUP + "/v1").getResources().isEmpty());
    await()
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptionsMatching(e -> e instanceof KubernetesClientException)
        .until(
            () ->
                manifests.apply("one", widget("probe", "size: 1")).getMetadata().getUid() != null);
  }

  @AfterAll
  static void close() {
    fixture.close();
  }

  private static String widget(String name, String spec) {
    return """
    apiVersion: %s/v1
    kind: Widget
    metadata: {name: %s}
    spec: {%s}
    """
        .formatted(GROUP, name, spec);
  }

  @Test
  void answersANewDefinitionWithoutConditions() {
    String definition = DEFINITION.replace("widget", "gadget").replace("Widget", "Gadget");
    fixture.cleanUp(
        () ->
            client
                .apiextensions()
                .v1()
                .customResourceDefinitions()
                .withName("gadgets." + GROUP)
                .delete());

    GenericKubernetesResource created = manifests.apply("one", definition);

    assertThat(created.<Map<String, Object>>get("status"))
        .containsEntry("conditions", null)
        .containsEntry("storedVersions", List.of("v1"));
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                manifests.resource(definition).get().<String>get("status", "conditions", 1, "type"),
            "Established"::equals);
  }

  @Test
  void establishesDefinitions() {
    var definition =
        client.apiextensions().v1().customResourceDefinitions().withName("widgets." + GROUP).get();

    assertThat(definition.getStatus().getConditions())
        .filteredOn(c -> c.getType().equals("Established"))
        .extracting(c -> c.getStatus())
        .containsExactly("True");
  }

  @Test
  void setsDefaultsAndDropsUnknownFields() {
    GenericKubernetesResource created =
        manifests.resource(widget("pruned", "size: 2, unknown: 1")).create();

    assertThat(created.getAdditionalProperties().get("spec"))
        .isEqualTo(Map.of("size", 2, "color", "red"));
    assertThat(created.getMetadata().getGeneration()).isEqualTo(1);
  }

  /** The owners of fields stay recorded in the version that they used. */
  @Test
  void refusesEveryApplyAfterAVersionOfAnEarlierOneIsGone() {
    String definition = DEFINITION.replace("widget", "sprocket").replace("Widget", "Sprocket");
    String beta =
        definition
            .substring(definition.indexOf("  - name: v1"))
            .replace("storage: true", "storage: false");
    fixture.cleanUp(
        () ->
            client
                .apiextensions()
                .v1()
                .customResourceDefinitions()
                .withName("sprockets." + GROUP)
                .delete());
    manifests.apply("one", definition + beta.replace("name: v1", "name: v1beta1"));
    String object = widget("lasting", "size: 1").replace("Widget", "Sprocket");
    await()
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptionsMatching(e -> e instanceof KubernetesClientException)
        .until(
            () ->
                manifests.apply("one", object.replace("/v1", "/v1beta1")).getMetadata().getUid()
                    != null);
    manifests.apply("two", object);

    manifests.apply("one", definition);

    String message = "request to convert CR to an invalid group/version: %s/v1beta1";
    for (String manager : List.of("one", "two")) {
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () -> {
                Status status = refusal(() -> manifests.force(manager, object));
                assertThat(status.getCode()).isEqualTo(500);
                assertThat(status.getMessage()).isEqualTo(message.formatted(GROUP));
              });
    }
  }

  private static void refuses(String spec, String message) {
    Status status = refusal(() -> manifests.resource(widget("refused", spec)).create());
    assertThat(status.getCode()).isEqualTo(422);
    assertThat(status.getMessage())
        .startsWith("Widget." + GROUP + " \"refused\" is invalid: ")
        .contains(message);
  }

  @Test
  void validatesAgainstTheSchema() {
    refuses("color: red", "spec.size: Required value");
    refuses(
        "size: 0",
        "spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1");
    refuses(
        "size: 10",
        "spec.size: Invalid value: 10: spec.size in body should be less than or equal to 9");
    refuses(
        "size: big",
        "spec.size: Invalid value: \"string\": spec.size in body must be of type integer:"
            + " \"string\"");
    refuses(
        "size: 1, color: blue",
        "spec.color: Unsupported value: \"blue\": supported values: \"red\", \"green\"");
  }

  @Test
  void mergesListsByTheirKeys() {
    manifests.apply("one", widget("merged", "size: 1, parts: [{id: a, count: 1}]"));
    manifests.apply("two", widget("merged", "size: 1, parts: [{id: b, count: 2}]"));
    GenericKubernetesResource merged =
        manifests.apply("one", widget("merged", "size: 1, parts: [{id: a, count: 3}]"));

    assertThat(merged.getAdditionalProperties().get("spec"))
        .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
        .extractingByKey("parts")
        .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
        .containsExactlyInAnyOrder(Map.of("id", "a", "count", 3), Map.of("id", "b", "count", 2));
  }

  @Test
  void replacesOnlyTheExpectedResourceVersion() {
    GenericKubernetesResource first = manifests.resource(widget("cas", "size: 1")).create();
    GenericKubernetesResource second = manifests.resource(widget("cas", "size: 2")).get();
    second.setAdditionalProperty("spec", Map.of("size", 2));
    client.resource(second).update();
    first.setAdditionalProperty("spec", Map.of("size", 3));

    Status stale = refusal(() -> client.resource(first).update());

    assertThat(stale.getCode()).isEqualTo(409);
    assertThat(stale.getMessage())
        .isEqualTo(
            "Operation cannot be fulfilled on widgets."
                + GROUP
                + " \"cas\": the object has been modified; please apply your changes to the latest"
                + " version and try again");
  }

  @Test
  void refusesToCreateTwice() {
    manifests.resource(widget("twice", "size: 1")).create();

    Status status = refusal(() -> manifests.resource(widget("twice", "size: 1")).create());

    assertThat(status.getCode()).isEqualTo(409);
    assertThat(status.getReason()).isEqualTo("AlreadyExists");
    assertThat(status.getMessage()).isEqualTo("widgets." + GROUP + " \"twice\" already exists");
  }

  @Test
  void keepsSpecAndStatusApart() {
    GenericKubernetesResource created = manifests.resource(widget("parts", "size: 1")).create();
    created.setAdditionalProperty("status", Map.of("phase", "Ready"));
    created.setAdditionalProperty("spec", Map.of("size", 5));
    GenericKubernetesResource updated = client.resource(created).updateStatus();

    assertThat(updated.getAdditionalProperties())
        .containsEntry("status", Map.of("phase", "Ready"))
        .containsEntry("spec", Map.of("size", 1, "color", "red"));
    assertThat(updated.getMetadata().getGeneration()).isEqualTo(1);
  }
}
