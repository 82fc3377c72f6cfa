package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.FieldWriter;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectDifference;
import dev.sluice.contract.event.ObjectDrift;
import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.contract.event.ObservedObject;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.SuspensionEvent;
import dev.sluice.contract.fleet.IgnoredDifference;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.health.Health;
import dev.sluice.contract.name.ApplicationName;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Live objects that are changed or deleted by others are put back, or the drift is shown. */
@Tag("kubernetes")
final class DriftIT {

  private static final String DEPLOYMENT =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web, labels: {tier: front}}
      spec:
        replicas: 0
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            containers: [{name: web, image: "registry.local/web:1", resources: {limits: {cpu: 1000m}}}]
      """;

  private static final Policy SHOW = policy(false);
  private static final Policy HEAL = policy(true);

  private final Requests requests = new Requests();
  private Bench bench;

  @BeforeEach
  void open() {
    bench = new Bench();
    bench.fixture.assumeJsonOfBuiltInKinds();
    bench.worker("one", requests);
  }

  @AfterEach
  void close() {
    bench.close();
  }

  private static Policy policy(boolean heals, IgnoredDifference... ignored) {
    Policy base = heals ? Policy.DEFAULT : Targets.showing(Policy.DEFAULT);
    return Targets.with(base, "ignoreDifferences", List.of(ignored));
  }

  private void apply(long generation, Policy policy, String... manifests) {
    bench.targets.send(bench.targets.target("shop", generation, policy, manifests));
    await().atMost(Bench.PATIENCE).until(() -> awaitedHealth(generation).isPresent());
  }

  private Optional<ObservedEvent.OfHealth> awaitedHealth(long generation) {
    return all(ObservedEvent.OfHealth.class).stream()
        .filter(health -> health.subject().generation().value() == generation)
        .reduce((_, last) -> last);
  }

  private <E extends Event> List<E> all(Class<E> type) {
    return bench.results.all(type);
  }

  private <E extends Event> E awaited(Class<E> type, int number) {
    return await()
        .atMost(Bench.PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> all(type), found -> found.size() >= number)
        .get(number - 1);
  }

  private Resource<GenericKubernetesResource> deployment() {
    return bench
        .fixture
        .client()
        .genericKubernetesResources("apps/v1", "Deployment")
        .inNamespace(bench.namespace)
        .withName("web");
  }

  private void edit(String manager, String patch) {
    var unused = deployment().patch(by(manager), patch);
  }

  private static PatchContext by(String manager) {
    return new PatchContext.Builder()
        .withPatchType(PatchType.JSON)
        .withFieldManager(manager)
        .build();
  }

  private int replicas() {
    GenericKubernetesResource live = deployment().get();
    return live == null ? -1 : (int) live.<Integer>get("spec", "replicas");
  }

  @Test
  void putsAChangedFieldBackAndNamesWhoChangedIt() {
    apply(1, HEAL, DEPLOYMENT);

    edit("kubectl-edit", "[{\"op\": \"replace\", \"path\": \"/spec/replicas\", \"value\": 5}]");

    ObservedEvent.Healed healed = awaited(ObservedEvent.Healed.class, 1);
    assertThat(replicas()).isZero();
    assertThat(healed.changes())
        .extracting(ObjectChange::action)
        .containsExactly(ObjectChange.Action.CONFIGURED);
    assertThat(healed.subject().generation().value()).isEqualTo(1);
    ObjectDrift drift = awaited(ObservedEvent.Drifted.class, 1).objects().getFirst();
    assertThat(drift.kind()).isEqualTo(ObjectDrift.Kind.CHANGED);
    assertThat(drift.fields())
        .contains(new ObjectDifference.Field("spec.replicas", Optional.of("5"), Optional.of("0")));
    assertThat(drift.writers()).extracting(FieldWriter::manager).containsExactly("kubectl-edit");
    assertThat(drift.writers().getFirst().at()).isPresent();
  }

  @Test
  void healsWithOneWrite() {
    // no controller writes ConfigMaps, so no write of the worker is answered with a conflict
    apply(1, HEAL, Targets.configMap("settings", "a"));
    String settings = "/api/v1/namespaces/%s/configmaps/settings".formatted(bench.namespace);
    Resource<ConfigMap> live =
        bench.fixture.client().configMaps().inNamespace(bench.namespace).withName("settings");

    requests.clear();
    var unused =
        live.patch(
            by("kubectl-edit"),
            "[{\"op\": \"replace\", \"path\": \"/data/key\", \"value\": \"b\"}]");
    awaited(ObservedEvent.Healed.class, 1);
    assertThat(requests.writes()).containsExactly("PATCH " + settings);

    requests.clear();
    live.delete();
    awaited(ObservedEvent.Healed.class, 2);
    assertThat(requests.writes()).containsExactly("PATCH " + settings);
    assertThat(requests.all()).as("it is known to be gone").doesNotContain("GET " + settings);
  }

  @Test
  void createsADeletedObjectAgain() {
    apply(1, HEAL, DEPLOYMENT, Targets.configMap("settings", "a"));
    String uid = bench.object("settings").orElseThrow().getMetadata().getUid();

    bench.fixture.client().configMaps().inNamespace(bench.namespace).withName("settings").delete();

    ObservedEvent.Healed healed = awaited(ObservedEvent.Healed.class, 1);
    assertThat(healed.changes())
        .extracting(ObjectChange::action)
        .containsExactly(ObjectChange.Action.CREATED);
    assertThat(bench.value("settings")).contains("a");
    assertThat(bench.object("settings").orElseThrow().getMetadata().getUid()).isNotEqualTo(uid);
  }

  @Test
  void putsLabelsBackThatTheWatchSelectsBy() {
    apply(1, HEAL, DEPLOYMENT);

    edit(
        "kubectl-label",
        "[{\"op\": \"remove\", \"path\": \"/metadata/labels/sluice.dev~1installation\"}]");

    awaited(ObservedEvent.Healed.class, 1);
    assertThat(deployment().get().getMetadata().getLabels())
        .containsEntry("sluice.dev/installation", bench.installation());
  }

  @Test
  void leavesFieldsAloneThatGitDoesNotState() {
    apply(1, HEAL, DEPLOYMENT);

    edit(
        "kubectl-annotate",
        "[{\"op\": \"add\", \"path\": \"/metadata/annotations/note\", \"value\": \"x\"}]");
    edit("kubectl-edit", "[{\"op\": \"replace\", \"path\": \"/spec/replicas\", \"value\": 5}]");

    awaited(ObservedEvent.Healed.class, 1);
    assertThat(all(ObservedEvent.Drifted.class)).hasSize(1);
    assertThat(all(ObservedEvent.Drifted.class).getFirst().objects().getFirst().fields())
        .extracting(ObjectDifference.Field::path)
        .contains("spec.replicas");
  }

  @Test
  void onlyShowsDriftIfThePolicySaysSoAndSeesItsEnd() {
    apply(1, SHOW, DEPLOYMENT);

    edit("kubectl-edit", "[{\"op\": \"replace\", \"path\": \"/spec/replicas\", \"value\": 5}]");

    ObservedEvent.Drifted drifted = awaited(ObservedEvent.Drifted.class, 1);
    assertThat(drifted.heals()).isFalse();
    assertThat(drifted.objects().getFirst().fields())
        .extracting(ObjectDifference.Field::path)
        .containsExactly("spec.replicas");
    assertThat(drifted.objects().getFirst().writers())
        .extracting(FieldWriter::manager)
        .containsExactly("kubectl-edit");
    assertThat(replicas()).isEqualTo(5);

    bench.targets.send(
        Targets.again(bench.targets.target("shop", 1, SHOW, DEPLOYMENT), 2)); // an operator's sync
    await().atMost(Bench.PATIENCE).until(() -> replicas() == 0);
    assertThat(all(ObservedEvent.Healed.class)).isEmpty();
  }

  @Test
  void leavesIgnoredFieldsToTheirManagers() {
    apply(
        1,
        policy(
            true,
            new IgnoredDifference(
                "apps",
                "Deployment",
                Optional.empty(),
                Optional.empty(),
                List.of("/spec/replicas"),
                List.of("tuner"))),
        DEPLOYMENT);

    edit("scaler", "[{\"op\": \"replace\", \"path\": \"/spec/replicas\", \"value\": 5}]");
    edit("tuner", "[{\"op\": \"replace\", \"path\": \"/metadata/labels/tier\", \"value\": \"b\"}]");
    edit(
        "kubectl-edit",
        """
        [{"op": "replace", "path": "/spec/template/spec/containers/0/image",
          "value": "registry.local/web:2"}]
        """);

    awaited(ObservedEvent.Healed.class, 1);
    await()
        .atMost(Bench.PATIENCE)
        .until(
            () ->
                deployment()
                    .get()
                    .get("spec", "template", "spec", "containers", 0, "image")
                    .equals("registry.local/web:1"));
    assertThat(replicas()).isEqualTo(5);
    assertThat(deployment().get().getMetadata().getLabels()).containsEntry("tier", "b");
    assertThat(all(ObservedEvent.Drifted.class))
        .allSatisfy(
            drifted ->
                assertThat(drifted.objects().getFirst().fields())
                    .extracting(ObjectDifference.Field::path)
                    .noneMatch(
                        path ->
                            path.equals("spec.replicas") || path.equals("metadata.labels.tier")));
  }

  @Test
  void showsTheDriftOfASuspendedApplicationAndHealsItWhenTheSuspensionEnds() {
    apply(1, HEAL, DEPLOYMENT);
    suspend("s1", true);
    // the log is read in order, so the suspension is in force once this is applied
    bench.targets.send(bench.targets.target("other", 1, Targets.configMap("other", "a")));
    bench.awaitApplied("other", 1);

    edit("kubectl-edit", "[{\"op\": \"replace\", \"path\": \"/spec/replicas\", \"value\": 5}]");

    assertThat(awaited(ObservedEvent.Drifted.class, 1).heals()).isFalse();
    assertThat(replicas()).isEqualTo(5);

    suspend("s2", false);
    awaited(ObservedEvent.Healed.class, 1);
    assertThat(replicas()).isZero();
  }

  @Test
  void showsTheDriftThatCannotBePutBackUntilItCan() {
    String elsewhere = bench.fixture.namespace();
    apply(1, HEAL, inNamespace(elsewhere, "kept"));

    bench.fixture.client().namespaces().withName(elsewhere).delete();

    ObservedEvent.Drifted drifted = awaited(ObservedEvent.Drifted.class, 1);
    assertThat(drifted.objects()).hasSize(1);
    assertThat(drifted.objects().getFirst().kind()).isEqualTo(ObjectDrift.Kind.DELETED);
    assertThat(all(ObservedEvent.Healed.class)).isEmpty();

    await()
        .atMost(Bench.PATIENCE)
        .until(() -> bench.fixture.client().namespaces().withName(elsewhere).get() == null);
    bench
        .fixture
        .client()
        .resource(
            new NamespaceBuilder().withNewMetadata().withName(elsewhere).endMetadata().build())
        .create();
    awaited(ObservedEvent.Healed.class, 1);
  }

  private static String inNamespace(String namespace, String name) {
    return Targets.configMap(name, "a")
        .replace("  name: " + name, "  name: %s\n  namespace: %s".formatted(name, namespace));
  }

  @Test
  void showsDriftAgainForAGenerationThatLeavesTheObjectAlone() {
    apply(1, SHOW, DEPLOYMENT, Targets.configMap("settings", "a"));
    edit("kubectl-edit", "[{\"op\": \"replace\", \"path\": \"/spec/replicas\", \"value\": 5}]");
    awaited(ObservedEvent.Drifted.class, 1);

    apply(2, SHOW, DEPLOYMENT, Targets.configMap("settings", "b"));

    ObservedEvent.Drifted again = awaited(ObservedEvent.Drifted.class, 2);
    assertThat(again.subject().generation().value()).isEqualTo(2);
    assertThat(again.objects().getFirst().object().name()).isEqualTo("web");
  }

  @Test
  void showsTheDriftOfTheDoneGenerationWhileTheNewestIsParked() {
    ClusterWorker first = restarted();
    apply(1, HEAL, DEPLOYMENT, Targets.configMap("settings", "a"));
    String unknown = "{apiVersion: example.org/v1, kind: Unknown, metadata: {name: x}}";
    bench.targets.send(bench.targets.target("shop", 2, HEAL, DEPLOYMENT, unknown));
    awaited(ResultEvent.Parked.class, 1);

    edit("kubectl-edit", "[{\"op\": \"replace\", \"path\": \"/spec/replicas\", \"value\": 5}]");

    ObservedEvent.Drifted drifted = awaited(ObservedEvent.Drifted.class, 1);
    assertThat(drifted.subject().generation().value()).isEqualTo(1);
    assertThat(drifted.objects()).extracting(drift -> drift.object().name()).containsExactly("web");
    assertThat(drifted.heals()).isFalse();
    assertThat(replicas()).isEqualTo(5);

    first.close();
    bench.worker("second");
    bench.fixture.client().configMaps().inNamespace(bench.namespace).withName("settings").delete();
    await()
        .atMost(Bench.PATIENCE)
        .untilAsserted(
            () ->
                assertThat(all(ObservedEvent.Drifted.class).getLast().objects())
                    .extracting(drift -> drift.object().name())
                    .containsExactly("settings", "web"));
    await()
        .atMost(Bench.PATIENCE)
        .untilAsserted(
            () ->
                assertThat(awaitedHealth(1).orElseThrow().observed().unhealthy())
                    .filteredOn(object -> object.object().name().equals("settings"))
                    .extracting(ObservedObject::health)
                    .containsExactly(Health.MISSING));

    bench.targets.send(bench.targets.target("shop", 3, HEAL, DEPLOYMENT));
    await().atMost(Bench.PATIENCE).until(() -> replicas() == 0);
  }

  @Test
  void deletesAPrunedObjectThatSomebodyCreatesAgain() {
    apply(1, HEAL, DEPLOYMENT, Targets.configMap("settings", "a"), Targets.configMap("kept", "a"));
    ConfigMap pruned = configMap("settings").get();
    apply(2, HEAL, DEPLOYMENT, Targets.configMap("kept", "a"));
    await().atMost(Bench.PATIENCE).until(() -> configMap("settings").get() == null);

    restore(pruned);

    ObservedEvent.Drifted drifted = awaited(ObservedEvent.Drifted.class, 1);
    assertThat(drifted.objects())
        .extracting(drift -> drift.kind() + " " + drift.object().name())
        .containsExactly("RETURNED settings");
    assertThat(drifted.objects().getFirst().writers())
        .extracting(FieldWriter::manager)
        .containsExactly("restorer");
    assertThat(awaited(ObservedEvent.Healed.class, 1).changes())
        .extracting(ObjectChange::action)
        .containsExactly(ObjectChange.Action.DELETED);
    assertThat(configMap("settings").get()).isNull();
  }

  @Test
  void onlyShowsAPrunedObjectThatReturnsIfThePolicySaysSo() {
    apply(1, SHOW, DEPLOYMENT, Targets.configMap("settings", "a"), Targets.configMap("kept", "a"));
    ConfigMap pruned = configMap("settings").get();
    apply(2, SHOW, DEPLOYMENT, Targets.configMap("kept", "a"));
    await().atMost(Bench.PATIENCE).until(() -> configMap("settings").get() == null);

    restore(pruned);

    assertThat(awaited(ObservedEvent.Drifted.class, 1).objects())
        .extracting(drift -> drift.kind() + " " + drift.object().name())
        .containsExactly("RETURNED settings");
    assertThat(configMap("settings").get()).isNotNull();

    configMap("settings").delete();

    awaited(ObservedEvent.DriftEnded.class, 1);
  }

  private Resource<ConfigMap> configMap(String name) {
    return bench.fixture.client().configMaps().inNamespace(bench.namespace).withName(name);
  }

  /** Creates an object again as a backup has it. */
  private void restore(ConfigMap backup) {
    backup.getMetadata().setManagedFields(null);
    backup.getMetadata().setResourceVersion(null);
    backup.getMetadata().setUid(null);
    String unused =
        bench
            .fixture
            .client()
            .raw(
                "/api/v1/namespaces/%s/configmaps?fieldManager=restorer".formatted(bench.namespace),
                "POST",
                backup);
  }

  /** Starts with a worker that can be closed before the test ends. */
  private ClusterWorker restarted() {
    bench.close();
    bench = new Bench();
    return bench.worker("first");
  }

  private void suspend(String id, boolean suspended) {
    bench.targets.send(
        EventId.of(id),
        new SuspensionEvent(
            new ApplicationName("shop"), bench.cluster, suspended, "jo", "looking"));
  }

  @Test
  void findsAtItsStartWhatHappenedWhileNoWorkerRan() {
    ClusterWorker first = restarted();
    apply(1, HEAL, DEPLOYMENT, Targets.configMap("settings", "a"));
    first.close();
    edit("kubectl-edit", "[{\"op\": \"replace\", \"path\": \"/spec/replicas\", \"value\": 5}]");
    bench.fixture.client().configMaps().inNamespace(bench.namespace).withName("settings").delete();

    bench.worker("second");

    await().atMost(Bench.PATIENCE).until(() -> replicas() == 0);
    bench.awaitValue("settings", "a");
  }

  @Test
  void pausesTheHealsOfAnObjectThatAnotherWriterChangesEachTime() {
    apply(1, HEAL, DEPLOYMENT, Targets.configMap("settings", "a"));

    for (int heal = 1; heal <= 5; heal++) {
      edit("fighter", "[{\"op\": \"replace\", \"path\": \"/spec/replicas\", \"value\": 5}]");
      awaited(ObservedEvent.Healed.class, heal);
    }
    ObservedEvent.Contended contended = awaited(ObservedEvent.Contended.class, 1);
    assertThat(contended.writers()).extracting(FieldWriter::manager).containsExactly("fighter");

    edit("fighter", "[{\"op\": \"replace\", \"path\": \"/spec/replicas\", \"value\": 5}]");
    bench.fixture.client().configMaps().inNamespace(bench.namespace).withName("settings").delete();
    awaited(ObservedEvent.Healed.class, 6);
    assertThat(bench.value("settings")).contains("a");
    assertThat(replicas()).isEqualTo(5);
    await()
        .atMost(Bench.PATIENCE)
        .until(() -> all(ObservedEvent.Drifted.class).getLast().objects().size() == 1);
    assertThat(all(ObservedEvent.Drifted.class).getLast().objects().getFirst().object().name())
        .isEqualTo("web");
  }
}
