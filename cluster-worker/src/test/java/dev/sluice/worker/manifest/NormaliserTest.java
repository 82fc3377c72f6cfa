package dev.sluice.worker.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.contract.name.ApplicationName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NormaliserTest {

  private static final Scopes CLUSTER =
      (apiVersion, kind) ->
          Optional.ofNullable(
              Map.of(
                      "v1 ConfigMap", true,
                      "v1 Secret", true,
                      "v1 Service", true,
                      "v1 Namespace", false,
                      "apps/v1 Deployment", true,
                      "apiextensions.k8s.io/v1 CustomResourceDefinition", false)
                  .get(apiVersion + " " + kind));

  private final Normaliser normaliser =
      new Normaliser(new Ownership("here", new ApplicationName("shop")), "shop-ns", CLUSTER);

  @Test
  void placesObjectsInNamespaces() throws Exception {
    List<Manifest> manifests =
        normalised(
            """
            {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
            ---
            {apiVersion: v1, kind: ConfigMap, metadata: {name: b, namespace: other}}
            ---
            {apiVersion: v1, kind: Namespace, metadata: {name: c, namespace: other}}
            """);

    assertThat(manifests)
        .extracting(Manifest::ref)
        .containsExactly(
            new ObjectRef("v1", "ConfigMap", "shop-ns", "a"),
            new ObjectRef("v1", "ConfigMap", "other", "b"),
            new ObjectRef("v1", "Namespace", "", "c"));
    assertThat(manifests)
        .extracting(m -> m.content().at("/metadata/namespace").asText())
        .containsExactly("shop-ns", "other", "");
  }

  @Test
  void takesScopesFromDefinitionsAmongTheManifests() throws Exception {
    String definition =
        """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: things.example.com}
        spec:
          group: example.com
          scope: %s
          names: {kind: Thing, plural: things}
          versions: [{name: v1, served: true}, {name: v0, served: false}]
        ---
        {apiVersion: example.com/%s, kind: Thing, metadata: {name: a}}
        """;

    assertThat(normalised(definition.formatted("Namespaced", "v1")).getLast().ref().namespace())
        .isEqualTo("shop-ns");
    assertThat(normalised(definition.formatted("Cluster", "v1")).getLast().ref().namespace())
        .isEmpty();
    Failure failure = refused(definition.formatted("Cluster", "v0"));
    assertThat(failure.code()).isEqualTo(RenderFailure.UNKNOWN_KIND);
    assertThat(failure.stage()).isEqualTo(Failure.Stage.PLAN);
    assertThat(failure.object()).contains(new ObjectRef("example.com/v0", "Thing", "", "a"));
    assertThat(failure.message()).contains("app.yaml, document 2", "example.com/v0 Thing");
  }

  @Test
  void removesServerFields() throws Exception {
    JsonNode content =
        normalised(
                """
                apiVersion: v1
                kind: ConfigMap
                metadata:
                  name: a
                  uid: 1
                  resourceVersion: '2'
                  generation: 3
                  creationTimestamp: null
                  selfLink: /x
                  managedFields: []
                  annotations: {sluice.dev/generation: '7', mine: 'yes'}
                status: {phase: x}
                """)
            .getFirst()
            .content();

    assertThat(content.path("metadata").properties())
        .extracting(Map.Entry::getKey)
        .containsExactlyInAnyOrder("name", "namespace", "labels", "annotations");
    assertThat(content.at("/metadata/annotations").properties())
        .extracting(Map.Entry::getKey)
        .containsExactly("mine");
    assertThat(content.has("status")).isFalse();
  }

  @Test
  void labelsTheOwnerAndNotItsPods() throws Exception {
    JsonNode content =
        normalised(
                """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: a, labels: {app: a, sluice.dev/application: stolen}}
                spec: {template: {metadata: {labels: {app: a}}}}
                """)
            .getFirst()
            .content();

    assertThat(content.at("/metadata/labels").toString())
        .isEqualTo(
            "{\"app\":\"a\",\"sluice.dev/application\":\"shop\",\"sluice.dev/installation\":\"here\"}");
    assertThat(content.at("/spec/template/metadata/labels").toString())
        .isEqualTo("{\"app\":\"a\"}");
  }

  @Test
  void movesStringDataToData() throws Exception {
    JsonNode content =
        normalised(
                """
                apiVersion: v1
                kind: Secret
                metadata: {name: a}
                data: {kept: aGk=, over: eA==}
                stringData: {over: hällo}
                """)
            .getFirst()
            .content();

    assertThat(content.get("data").toString())
        .isEqualTo("{\"kept\":\"aGk=\",\"over\":\"aMOkbGxv\"}");
    assertThat(content.has("stringData")).isFalse();
    Failure failure =
        refused("{apiVersion: v1, kind: Secret, metadata: {name: a}, stringData: {pin: 4711}}");
    assertThat(failure.message()).contains("stringData.pin").doesNotContain("4711");
  }

  @Test
  void defaultsProtocolsOfBuiltInKindsOnly() throws Exception {
    List<Manifest> manifests =
        normalised(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: a}
            spec: {ports: [{port: 80}, {port: 53, protocol: UDP}]}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: a}
            spec: {template: {spec: {containers: [{name: a, ports: [{containerPort: 80}]}]}}}
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: a}
            spec: {ports: [{port: 80}]}
            """);

    assertThat(manifests)
        .extracting(m -> m.content().findValuesAsText("protocol"))
        .containsExactly(List.of("TCP", "UDP"), List.of("TCP"), List.of());
  }

  @Test
  void refusesTwoManifestsForOneObject() {
    Failure failure =
        refused(
            """
            {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
            ---
            {apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop-ns}}
            """);

    assertThat(failure.code()).isEqualTo(RenderFailure.DUPLICATE_OBJECT);
    assertThat(failure.message()).contains("document 1", "document 2");
  }

  @Test
  void digestsMeaningAndNotSpelling() throws Exception {
    String one =
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, uid: x}, data: {a: '1', b: '2'}}";
    String other = "{kind: ConfigMap, data: {b: '2', a: '1'}, metadata: {name: a}, apiVersion: v1}";
    String different = other.replace("'2'", "'3'");

    String digest = normalised(one).getFirst().digest();

    assertThat(digest).hasSize(64).isEqualTo(normalised(other).getFirst().digest());
    assertThat(digest).isNotEqualTo(normalised(different).getFirst().digest());
  }

  @Test
  void leavesTheGivenManifestsAsTheyAre() throws Exception {
    List<Manifest> given =
        ManifestReader.read("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}", "app.yaml");
    String before = given.getFirst().content().toString();

    normaliser.normalise(given);

    assertThat(given.getFirst().content().toString()).isEqualTo(before);
  }

  private List<Manifest> normalised(String text) throws Exception {
    return normaliser.normalise(ManifestReader.read(text, "app.yaml"));
  }

  private Failure refused(String text) {
    ManifestException refusal =
        catchThrowableOfType(ManifestException.class, () -> normalised(text));
    assertThat(refusal).as("refused").isNotNull();
    return refusal.failure();
  }
}
