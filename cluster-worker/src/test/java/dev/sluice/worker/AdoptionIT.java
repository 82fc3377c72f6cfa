package dev.sluice.worker;

import static dev.sluice.worker.Targets.adopting;
import static dev.sluice.worker.Targets.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DiffAnswered;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectDifference;
import dev.sluice.contract.event.ObjectDifference.Kind;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.fleet.Adoption;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.worker.manifest.Ownership;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Objects that exist before their application is sent, with and without another owner. */
@Tag("kubernetes")
final class AdoptionIT {

  private final Requests requests = new Requests();
  private Bench bench;
  private Questions questions;

  @BeforeEach
  void open() {
    bench = new Bench();
    bench.fixture.assumeJsonOfBuiltInKinds();
    questions = new Questions(bench);
    bench.worker("one", requests);
  }

  @AfterEach
  void close() {
    bench.close();
  }

  /** An owner, with the manager and the metadata of its objects. */
  enum Owner {
    ARGO(
        "Argo CD (application web)",
        "argocd-controller",
        "annotations: {argocd.argoproj.io/tracking-id: 'web:/ConfigMap:%s/%s'}"),
    ARGO_BY_LABEL(
        "Argo CD (application web)",
        "argocd-controller",
        "labels: {app.kubernetes.io/instance: web}"),
    KUSTOMIZATION(
        "Flux (Kustomization flux-system/apps)",
        "kustomize-controller",
        "labels: {kustomize.toolkit.fluxcd.io/name: apps,"
            + " kustomize.toolkit.fluxcd.io/namespace: flux-system}"),
    HELM_RELEASE(
        "Flux (HelmRelease apps/web)",
        "helm-controller",
        "labels: {helm.toolkit.fluxcd.io/name: web, helm.toolkit.fluxcd.io/namespace: apps}"),
    HELM(
        "Helm (release apps/web)",
        "helm",
        "labels: {app.kubernetes.io/managed-by: Helm}, annotations: {"
            + "meta.helm.sh/release-name: web, meta.helm.sh/release-namespace: apps}"),
    SLUICE(
        "another installation of Sluice (blue, application web)",
        "sluice",
        "labels: {sluice.dev/installation: blue, sluice.dev/application: web}");

    private final String shown;
    private final String manager;
    private final String metadata;

    Owner(String shown, String manager, String metadata) {
      this.shown = shown;
      this.manager = manager;
      this.metadata = metadata;
    }
  }

  @ParameterizedTest
  @EnumSource
  void anObjectOfAnotherOwnerIsRefusedBeforeAnythingIsWritten(Owner owner) {
    ConfigMap before = create("theirs", owner);

    send("shop", 1, Adoption.UNOWNED, configMap("a", "git"), configMap("theirs", "git"));

    Failure failure = bench.awaitParked("shop");
    assertThat(failure.code()).isEqualTo(ApplyFailure.OWNED_BY_ANOTHER);
    assertThat(failure.message())
        .contains("ConfigMap %s/theirs is owned by %s".formatted(bench.namespace, owner.shown));
    assertThat(live("theirs")).isEqualTo(before);
    assertThat(bench.value("a")).isEmpty();
    assertThat(writes()).isEmpty();

    // without its marks, nobody owns it
    patch(
        "theirs",
        PatchType.JSON_MERGE,
        "{\"metadata\": {\"labels\": null, \"annotations\": null}}");
    patch(
        "theirs",
        PatchType.JSON,
        "[{\"op\": \"replace\", \"path\": \"/metadata/managedFields\", \"value\": [{}]}]");

    bench.awaitApplied("shop", 1);
    assertThat(bench.value("theirs")).contains("git");
    assertThat(live("theirs").getMetadata().getUid()).isEqualTo(before.getMetadata().getUid());
    await()
        .atMost(Bench.PATIENCE)
        .until(() -> !bench.results.all(DeadLetterEvent.Closed.class).isEmpty());
  }

  /** With and without force for fields, its owner's marks and fields go. */
  @ParameterizedTest
  @EnumSource
  void anObjectOfAnotherOwnerIsTakenOverByForce(Owner owner) {
    for (boolean force : new boolean[] {true, false}) {
      String name = "theirs-" + force;
      create(name, owner);
      Policy policy = Targets.with(adopting(Adoption.FORCE), "force", force);

      bench.targets.send(bench.targets.target(name, 1, policy, configMap(name, "git")));

      bench.awaitApplied(name, 1);
      ConfigMap after = live(name);
      assertThat(after.getData()).isEqualTo(Map.of("key", "git"));
      assertThat(after.getMetadata().getLabels())
          .containsOnly(
              Map.entry(Ownership.INSTALLATION_LABEL, bench.installation()),
              Map.entry(Ownership.APPLICATION_LABEL, name));
      assertThat(after.getMetadata().getAnnotations())
          .containsOnlyKeys(Ownership.GENERATION_ANNOTATION);
    }
  }

  @Test
  void anObjectWithoutOwnerIsTakenOverUnlessThePolicyForbidsIt() {
    create("old", "kubectl-client-side-apply", "");

    send("shop", 1, Adoption.NEVER, configMap("a", "git"), configMap("old", "git"));

    Failure failure = bench.awaitParked("shop");
    assertThat(failure.code()).isEqualTo(ApplyFailure.OWNED_BY_ANOTHER);
    assertThat(failure.message())
        .contains(
            "ConfigMap %s/old exists already, without an owner".formatted(bench.namespace),
            "policy.adopt: never");
    assertThat(writes()).isEmpty();

    send("shop", 2, Adoption.UNOWNED, configMap("a", "git"), configMap("old", "git"));
    bench.awaitApplied("shop", 2);
    assertThat(bench.value("old")).contains("git");

    // what it owns is no adoption
    send("shop", 3, Adoption.NEVER, configMap("a", "more"), configMap("old", "more"));
    bench.awaitApplied("shop", 3);
  }

  @Test
  void aRefusalNamesSomeObjectsAndCountsTheOthers() {
    String[] manifests = new String[8];
    for (int i = 0; i < manifests.length; i++) {
      create("c" + i, Owner.KUSTOMIZATION.manager, Owner.KUSTOMIZATION.metadata);
      manifests[i] = configMap("c" + i, "git");
    }

    send("shop", 1, Adoption.UNOWNED, manifests);

    assertThat(bench.awaitParked("shop").message()).contains("c0 is owned by Flux", "and 3 more");
  }

  /** The object appears after the check, and before the write. */
  @Test
  void anObjectThatAnotherOwnerCreatesMeanwhileIsNotOverwritten() throws InterruptedException {
    String path = "/configmaps/theirs";
    requests.pauseAt(line -> line.startsWith("PATCH") && line.endsWith(path));
    send("shop", 1, Adoption.UNOWNED, configMap("theirs", "git"));
    requests.awaitPaused();
    ConfigMap before;
    try {
      before = create("theirs", Owner.ARGO);
    } finally {
      requests.resume();
    }

    assertThat(bench.awaitParked("shop").message()).contains("Argo CD (application web)");
    assertThat(live("theirs")).isEqualTo(before);
  }

  @Test
  void objectsOfTheInventoryAreNotReadForTheCheck() {
    send("shop", 1, Adoption.UNOWNED, configMap("a", "git"), configMap("b", "git"));
    bench.awaitApplied("shop", 1);
    assertThat(reads()).as("new objects").hasSize(2);
    requests.clear();

    send(
        "shop",
        2,
        Adoption.UNOWNED,
        configMap("a", "more"),
        configMap("b", "git"),
        configMap("c", "git"));
    bench.awaitApplied("shop", 2);

    assertThat(reads().stream().map(line -> line.replaceFirst(".*/", "")))
        .as("the new one")
        .containsExactly("c");
  }

  @Test
  void oneListFindsTheObjectsOfOthersAmongManyNewOnes() {
    String[] manifests = new String[40];
    Arrays.setAll(manifests, i -> configMap("c" + i, "git"));
    create("c33", Owner.ARGO);
    // nothing but those of other owners is listed
    send("other", 1, Adoption.UNOWNED, configMap("own", "git"));
    bench.awaitApplied("other", 1);
    requests.clear();

    send("shop", 1, Adoption.UNOWNED, manifests);

    assertThat(bench.awaitParked("shop").message()).contains("/c33 is owned by Argo CD");
    assertThat(writes()).isEmpty();
    assertThat(lists()).hasSize(1);
    assertThat(reads()).as("single reads").hasSizeLessThan(12).anyMatch(it -> it.endsWith("/c33"));

    var unused = bench.fixture.client().resource(live("c33")).delete();
    bench.awaitApplied("shop", 1);
    assertThat(bench.value("c33")).contains("git");
    assertThat(bench.value("c39")).contains("git");
  }

  @Test
  void objectsOfOthersAreFoundAmongMoreThanAPageOfThem() {
    IntStream.range(0, 501)
        .parallel()
        .forEach(i -> create("f" + i, "kubectl-client-side-apply", ""));
    create("zz", Owner.ARGO);
    String[] manifests = new String[20];
    Arrays.setAll(manifests, i -> configMap("c" + i, "git"));
    manifests[19] = configMap("zz", "git");

    send("shop", 1, Adoption.UNOWNED, manifests);

    assertThat(bench.awaitParked("shop").message()).contains("/zz is owned by Argo CD");
    assertThat(writes()).isEmpty();
    assertThat(lists()).hasSize(1);
    assertThat(reads()).hasSize(20);
  }

  @Test
  void nothingIsReadInANewNamespace() {
    String added = bench.namespace + "-new";
    try {
      send(
          "shop",
          1,
          Adoption.UNOWNED,
          "{apiVersion: v1, kind: Namespace, metadata: {name: %s}}".formatted(added),
          "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: %s}}".formatted(added));
      bench.awaitApplied("shop", 1);

      assertThat(requests.all())
          .contains("GET /api/v1/namespaces/" + added)
          .doesNotContain("GET /api/v1/namespaces/%s/configmaps/a".formatted(added));
    } finally {
      bench.fixture.client().namespaces().withName(added).delete();
    }
  }

  @Test
  void anObjectThatIsCreatedOnlyIfAbsentIsLeftToItsOwner() {
    ConfigMap before = create("theirs", Owner.ARGO);

    send(
        "shop",
        1,
        Adoption.NEVER,
        configMap("a", "git"),
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: theirs,"
            + " annotations: {sluice.dev/apply: IfNotPresent}}, data: {key: git}}");

    bench.awaitApplied("shop", 1);
    assertThat(live("theirs")).isEqualTo(before);

    // it is in the inventory, but was never applied
    requests.clear();
    send("shop", 2, Adoption.UNOWNED, configMap("a", "more"), configMap("theirs", "git"));
    assertThat(bench.awaitParked("shop").message()).contains("Argo CD (application web)");
    assertThat(live("theirs")).isEqualTo(before);
    assertThat(writes()).isEmpty();
  }

  /** No timer tries it again, so a retry does. */
  @Test
  void aRetryAfterTheOwnersMarksAreRemovedApplies() {
    bench.close();
    bench = new Bench();
    bench.patience =
        new WorkerConfig.Patience(
            Duration.ofMinutes(20),
            Duration.ofMinutes(20),
            Duration.ofMinutes(10),
            Duration.ofMinutes(20),
            Duration.ofHours(1),
            Duration.ofHours(1),
            Duration.ofSeconds(20));
    bench.worker("one");
    create("theirs", Owner.HELM);
    SyncEvent.Target target = bench.targets.target("shop", 1, configMap("theirs", "git"));
    bench.targets.send(target);
    var unused = bench.awaitParked("shop");
    patch(
        "theirs",
        PatchType.JSON_MERGE,
        "{\"metadata\": {\"labels\": null, \"annotations\": null}}");

    bench.targets.send(Targets.again(target, 2));

    bench.awaitApplied("shop", 2);
    assertThat(bench.value("theirs")).contains("git");
  }

  @Test
  void anObjectThatAnotherOwnerTookIsPutBackAsDrift() {
    send("shop", 1, Adoption.UNOWNED, configMap("a", "git"));
    bench.awaitApplied("shop", 1);

    patch(
        "a",
        PatchType.JSON_MERGE,
        "{\"metadata\": {\"labels\": {\"sluice.dev/installation\": \"blue\"}}, \"data\": {\"key\":"
            + " \"blue\"}}");

    bench.awaitValue("a", "git");
    await()
        .atMost(Bench.PATIENCE)
        .until(
            () ->
                live("a")
                    .getMetadata()
                    .getLabels()
                    .get(Ownership.INSTALLATION_LABEL)
                    .equals(bench.installation()));
    assertThat(bench.results.all(ResultEvent.Parked.class)).isEmpty();
  }

  @Test
  void aDiffShowsTheOwnersAndWhatBecomesOfTheirObjects() {
    create("argo", "argocd-controller", "labels: {argocd.argoproj.io/instance: web}");
    create("old", "kubectl-client-side-apply", "");
    String[] manifests = {configMap("argo", "git"), configMap("old", "git")};

    send("shop", 1, Adoption.UNOWNED, manifests);
    var unused = bench.awaitParked("shop");
    DiffAnswered refused = questions.ask("shop");

    assertThat(refused.differences())
        .extracting(it -> it.object().name(), ObjectDifference::kind)
        .containsExactly(tuple("argo", Kind.REFUSED), tuple("old", Kind.CONFIGURED));
    assertThat(message(refused, 0))
        .isEqualTo("is owned by Argo CD (application web): policy.adopt: unowned refuses it");
    assertThat(message(refused, 1)).isEqualTo("exists already, without an owner: taken over");

    // parked for another reason, so that it is not taken over yet
    String invalid = "{apiVersion: v1, kind: Namespace, metadata: {name: No_Name}}";
    send("shop", 2, Adoption.FORCE, manifests[0], manifests[1], invalid);
    await()
        .atMost(Bench.PATIENCE)
        .until(() -> bench.results.all(ResultEvent.Parked.class).size() == 2);
    DiffAnswered forced = questions.ask("shop");

    ObjectDifference taken =
        forced.differences().stream()
            .filter(it -> it.object().name().equals("argo"))
            .findFirst()
            .orElseThrow();
    assertThat(taken.kind()).isEqualTo(Kind.CONFIGURED);
    assertThat(taken.message()).contains("taken over from Argo CD (application web)");
    assertThat(taken.fields())
        .extracting(ObjectDifference.Field::path)
        .contains("data.extra", "metadata.labels[\"argocd.argoproj.io/instance\"]");
    assertThat(bench.value("argo")).contains("theirs");
  }

  private static String message(DiffAnswered answer, int index) {
    return answer.differences().get(index).message().orElseThrow();
  }

  private void send(String application, long generation, Adoption adoption, String... manifests) {
    bench.targets.send(
        bench.targets.target(application, generation, adopting(adoption), manifests));
  }

  private ConfigMap create(String name, Owner owner) {
    return create(name, owner.manager, owner.metadata.formatted(bench.namespace, name));
  }

  /** Creates a ConfigMap as another tool does. */
  private ConfigMap create(String name, String manager, String metadata) {
    String object =
        """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: %s, namespace: %s%s}
        data: {key: theirs, extra: theirs}
        """;
    boolean applies = manager.equals("kustomize-controller") || manager.equals("sluice");
    var resource =
        bench
            .fixture
            .client()
            .resource(
                object.formatted(name, bench.namespace, metadata.isEmpty() ? "" : ", " + metadata));
    if (applies) {
      var unused = resource.fieldManager(manager).forceConflicts().serverSideApply();
    } else {
      var unused =
          bench
              .fixture
              .client()
              .raw(
                  "/api/v1/namespaces/%s/configmaps?fieldManager=%s"
                      .formatted(bench.namespace, manager),
                  "POST",
                  resource.item());
    }
    return live(name);
  }

  private ConfigMap live(String name) {
    return bench.object(name).orElseThrow();
  }

  private void patch(String name, PatchType type, String patch) {
    var unused =
        bench
            .fixture
            .client()
            .configMaps()
            .inNamespace(bench.namespace)
            .withName(name)
            .patch(PatchContext.of(type), patch);
  }

  /** Returns the writes of objects of applications. */
  private List<String> writes() {
    return requests.writes().stream()
        .filter(line -> line.contains("/configmaps/") && !line.contains("/configmaps/sluice-"))
        .toList();
  }

  /** Returns the lists of ConfigMaps in the namespace. */
  private List<String> lists() {
    String path = "GET /api/v1/namespaces/%s/configmaps".formatted(bench.namespace);
    return requests.all().stream().filter(path::equals).toList();
  }

  private List<String> reads() {
    return requests.all().stream()
        .filter(line -> line.startsWith("GET ") && line.contains("/configmaps/"))
        .filter(line -> !line.contains("/configmaps/sluice-"))
        .toList();
  }
}
