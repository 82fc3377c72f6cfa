package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.contract.event.DeletionPlan;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectChange.Action;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.worker.manifest.Ownership;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Objects that a server serves in two API groups. Events are the last such kind of Kubernetes
 * itself.
 */
@Tag("kubernetes")
final class ObjectIdentityIT {

  private Bench bench;

  @BeforeEach
  void open() {
    bench = new Bench();
    bench.fixture.assumeJsonOfBuiltInKinds();
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void anObjectThatChangesItsApiGroupIsNotDeletedUnderItsOldName() {
    bench.worker("one");
    String uid = applied("web", 1, oldEvent("e"), configMap("a", "x"));

    apply("web", 2, newEvent("e"), configMap("a", "x"));

    assertThat(uid("e")).isEqualTo(uid);
    apply("web", 3, configMap("a", "x"));
    assertThat(event("e")).isEmpty();
  }

  /** Servers before 1.22 serve an Ingress in both groups. */
  @Test
  void anIngressThatLeavesTheGroupExtensionsIsKept() {
    assumeTrue(
        bench.fixture.client().raw("/apis/extensions/v1beta1") != null,
        "the server does not serve the group extensions");
    bench.worker("one");
    String former =
        """
        apiVersion: extensions/v1beta1
        kind: Ingress
        metadata: {name: shop}
        spec: {backend: {serviceName: shop, servicePort: 80}}
        """;
    String latter =
        """
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: {name: shop}
        spec: {defaultBackend: {service: {name: shop, port: {number: 80}}}}
        """;
    apply("web", 1, former, configMap("a", "x"));
    String uid = ingress().get().getMetadata().getUid();

    apply("web", 2, latter, configMap("a", "x"));

    assertThat(ingress().get().getMetadata().getUid()).isEqualTo(uid);
    apply("web", 3, configMap("a", "x"));
    assertThat(ingress().get()).isNull();
  }

  private Resource<Ingress> ingress() {
    return bench
        .fixture
        .client()
        .network()
        .v1()
        .ingresses()
        .inNamespace(bench.namespace)
        .withName("shop");
  }

  /** Every object changes its group, so every old name leaves the inventory. */
  @Test
  void theGuardDoesNotCountOldNamesAsDeletions() {
    bench.worker("one");
    String uid = applied("web", 1, oldEvent("e"), oldEvent("f"), oldEvent("g"), oldEvent("h"));

    apply("web", 2, newEvent("e"), newEvent("f"), newEvent("g"), newEvent("h"));

    assertThat(uid("e")).isEqualTo(uid);
    assertThat(event("h")).isPresent();
  }

  /** The new name is not written by the attempt that carries out the approved deletions. */
  @Test
  void anApprovedDeletionDoesNotDeleteAnObjectUnderItsOldName() {
    ClusterWorker first = bench.worker("one");
    String uid = applied("web", 1, oldEvent("e"), configMap("a", "x"), configMap("b", "x"));
    SyncEvent.Target second = bench.targets.target("web", 2, newEvent("e"), configMap("a", "y"));
    bench.targets.send(
        Targets.inBatch(second, "move", 2),
        Targets.inBatch(
            bench.targets.target(
                "broken", 1, oldEvent("e"), configMap("b", "x"), "not: [a manifest"),
            "move",
            2));
    DeletionPlan plan = awaitParked("web", ApplyFailure.CLAIMS_UNKNOWN).plan().orElseThrow();
    assertThat(plan.deletions()).singleElement().matches(it -> it.object().name().equals("b"));
    first.close();
    bench.worker("two");

    bench.targets.send(Targets.approved(second, 3, plan));

    bench.awaitApplied("web", 3);
    assertThat(bench.object("b")).isEmpty();
    assertThat(uid("e")).isEqualTo(uid);
  }

  @Test
  void anObjectThatIsKeptUnderItsOldNameStaysManagedUnderItsNewOne() {
    bench.worker("one");
    String kept =
        oldEvent("e").replace("{name: e", "{name: e, annotations: {sluice.dev/prune: disabled}");
    String uid = applied("web", 1, kept, configMap("a", "x"));

    apply("web", 2, newEvent("e"), configMap("a", "x"));
    assertThat(uid("e")).isEqualTo(uid);
    assertThat(owner("e")).isEqualTo("web");

    apply("web", 3, configMap("a", "x"));
    assertThat(event("e")).isEmpty();
  }

  @Test
  void anObjectOfAnotherApplicationIsRecognisedInItsOtherGroup() {
    bench.worker("one");
    String uid = applied("first", 1, oldEvent("e"), configMap("a", "x"));

    bench.targets.send(bench.targets.target("second", 1, newEvent("e"), configMap("b", "x")));

    Failure failure = awaitParked("second", ApplyFailure.OWNED_BY_ANOTHER);
    assertThat(failure.message()).contains("belongs to application first");
    assertThat(owner("e")).isEqualTo("first");

    bench.targets.send(bench.targets.target("first", 2, configMap("a", "x")));
    await().atMost(Bench.PATIENCE).until(() -> owner("e").equals("second"));
    assertThat(uid("e")).isEqualTo(uid);
  }

  @Test
  void anObjectMayChangeItsGroupAndItsApplicationInOneCommit() {
    bench.worker("one");
    String uid = applied("from", 1, oldEvent("e"), configMap("a", "x"));

    bench.targets.send(
        Targets.inBatch(bench.targets.target("from", 2, configMap("a", "x")), "move", 2),
        Targets.inBatch(bench.targets.target("to", 1, newEvent("e")), "move", 2));

    assertThat(bench.awaitApplied("from", 2).changes())
        .singleElement()
        .matches(change -> change.action() == Action.TRANSFERRED);
    bench.awaitApplied("to", 1);
    assertThat(uid("e")).isEqualTo(uid);
    assertThat(owner("e")).isEqualTo("to");
  }

  @Test
  void oneObjectUnderTwoNamesInOneApplicationIsRefused() {
    bench.worker("one");

    bench.targets.send(bench.targets.target("web", 1, oldEvent("e"), newEvent("e")));

    Failure failure = awaitParked("web", RenderFailure.DUPLICATE_OBJECT);
    assertThat(failure.message()).contains("v1").contains("events.k8s.io/v1");
  }

  @Test
  void whatGitDropsWithTheOldGroupIsRemoved() {
    bench.worker("one");
    String labelled =
        oldEvent("e").replace("{name: e}", "{name: e, labels: {dropped: x, kept: x}}");
    String uid = applied("web", 1, labelled, configMap("a", "x"));

    apply(
        "web",
        2,
        newEvent("e").replace("{name: e}", "{name: e, labels: {kept: x}}"),
        configMap("a", "x"));

    assertThat(uid("e")).isEqualTo(uid);
    assertThat(event("e").orElseThrow().getLabels())
        .containsKey("kept")
        .doesNotContainKey("dropped");
  }

  private static boolean isEstablished(CustomResourceDefinition definition) {
    return definition.getStatus() != null
        && definition.getStatus().getConditions() != null
        && definition.getStatus().getConditions().stream()
            .anyMatch(
                condition ->
                    condition.getType().equals("Established")
                        && condition.getStatus().equals("True"));
  }

  /** As after an upgrade of the cluster to a release without the version that was applied. */
  @Test
  void whatGitDropsWithAVersionThatIsGoneIsRemoved() {
    String group = bench.namespace + ".example.org";
    bench.fixture.cleanUp(() -> definition(group).delete());
    bench.defineKind(group, "Gadget");
    // its status is written until then
    var unused =
        definition(group).waitUntilCondition(ObjectIdentityIT::isEstablished, 30, TimeUnit.SECONDS);
    definition(group)
        .edit(
            found ->
                new CustomResourceDefinitionBuilder(found)
                    .editSpec()
                    .addNewVersionLike(found.getSpec().getVersions().getFirst())
                    .withName("v1beta1")
                    .withStorage(false)
                    .endVersion()
                    .endSpec()
                    .build());
    bench.worker("one");
    String gadget =
        "{apiVersion: %s/%s, kind: Gadget, metadata: {name: g, labels: {%s}}, spec: {%s}}";
    apply(
        "web",
        1,
        gadget.formatted(group, "v1beta1", "dropped: x, kept: x", "a: 1, b: 1"),
        configMap("a", "x"));
    definition(group)
        .edit(
            found ->
                new CustomResourceDefinitionBuilder(found)
                    .editSpec()
                    .removeMatchingFromVersions(version -> version.getName().equals("v1beta1"))
                    .endSpec()
                    .build());

    apply("web", 2, gadget.formatted(group, "v1", "kept: x", "a: 1"), configMap("a", "x"));

    GenericKubernetesResource live =
        bench
            .fixture
            .client()
            .genericKubernetesResources(group + "/v1", "Gadget")
            .inNamespace(bench.namespace)
            .withName("g")
            .get();
    assertThat(live.getMetadata().getLabels()).containsKey("kept").doesNotContainKey("dropped");
    assertThat(live.<Object>get("spec")).isEqualTo(Map.of("a", 1));
  }

  private Resource<CustomResourceDefinition> definition(String group) {
    return bench
        .fixture
        .client()
        .apiextensions()
        .v1()
        .customResourceDefinitions()
        .withName("gadgets." + group);
  }

  private String applied(String application, long generation, String... manifests) {
    apply(application, generation, manifests);
    return uid("e");
  }

  private void apply(String application, long generation, String... manifests) {
    bench.targets.send(bench.targets.target(application, generation, manifests));
    bench.awaitApplied(application, generation);
  }

  private String oldEvent(String name) {
    return """
    apiVersion: v1
    kind: Event
    metadata: {name: %s}
    involvedObject: {namespace: %s}
    """
        .formatted(name, bench.namespace);
  }

  private String newEvent(String name) {
    return """
    apiVersion: events.k8s.io/v1
    kind: Event
    metadata: {name: %s}
    regarding: {namespace: %s}
    """
        .formatted(name, bench.namespace);
  }

  private Failure awaitParked(String application, FailureCode code) {
    return await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                bench.results.all(ResultEvent.Parked.class).stream()
                    .filter(
                        parked ->
                            parked.subject().application().value().equals(application)
                                && parked.failure().code().equals(code))
                    .findFirst(),
            Optional::isPresent)
        .orElseThrow()
        .failure();
  }

  private Optional<ObjectMeta> event(String name) {
    return Optional.ofNullable(
            bench.fixture.client().v1().events().inNamespace(bench.namespace).withName(name).get())
        .map(event -> event.getMetadata());
  }

  private String uid(String event) {
    return event(event).orElseThrow().getUid();
  }

  private String owner(String event) {
    return event(event).orElseThrow().getLabels().get(Ownership.APPLICATION_LABEL);
  }
}
