package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.FieldWriter;
import dev.sluice.contract.event.ObjectDifference;
import dev.sluice.contract.event.ObjectDrift;
import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.json.Json;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Edits of the metadata of applied objects by others, and updates of whole objects. */
@Tag("kubernetes")
final class DriftByOthersIT {

  private static final String FINALIZER = "example.org/of-git";
  private static final String OTHER_FINALIZER = "example.org/of-another";
  private static final Policy SHOW = Targets.showing(Policy.DEFAULT);

  private Bench bench;

  @BeforeEach
  void open() {
    bench = new Bench();
    bench.fixture.assumeJsonOfBuiltInKinds();
    bench.worker("one");
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void aFinalizerOfGitIsPutBackAndThoseOfOthersStay() {
    releaseAtTheEnd();
    apply(Policy.DEFAULT, settings("finalizers: [%s]".formatted(FINALIZER)));

    patch("kubectl-patch", "[{'op': 'remove', 'path': '/metadata/finalizers'}]");

    ObjectDrift drift = awaitHealed(1);
    assertThat(drift.fields())
        .extracting(ObjectDifference.Field::path)
        .containsExactly("metadata.finalizers");
    assertThat(metadata().getFinalizers()).contains(FINALIZER);

    patch(
        "some-operator",
        "[{'op': 'add', 'path': '/metadata/finalizers/-', 'value': '%s'}]"
            .formatted(OTHER_FINALIZER));
    patch("kubectl-edit", "[{'op': 'replace', 'path': '/data/key', 'value': 'edited'}]");

    assertThat(awaitHealed(2).fields())
        .extracting(ObjectDifference.Field::path)
        .containsExactly("data.key");
    assertThat(metadata().getFinalizers()).contains(FINALIZER, OTHER_FINALIZER);
  }

  @Test
  void ownerReferencesOfGitArePutBackAndThoseOfOthersStay() {
    ConfigMap owner = owner("owner");
    ConfigMap other = owner("other");
    apply(
        Policy.DEFAULT,
        settings("ownerReferences: [%s]".formatted(reference(owner).replace('"', '\''))));

    patch("kubectl-patch", "[{'op': 'remove', 'path': '/metadata/ownerReferences'}]");

    assertThat(awaitHealed(1).fields())
        .extracting(ObjectDifference.Field::path)
        .containsExactly("metadata.ownerReferences");
    patch(
        "some-operator",
        "[{'op': 'add', 'path': '/metadata/ownerReferences/-', 'value': %s}]"
            .formatted(reference(other)));
    patch("kubectl-edit", "[{'op': 'replace', 'path': '/data/key', 'value': 'edited'}]");

    var unused = awaitHealed(2);
    assertThat(metadata().getOwnerReferences())
        .extracting(reference -> reference.getName())
        .containsExactlyInAnyOrder("owner", "other");
  }

  @Test
  void anUpdateOfTheWholeObjectIsPutBackAndNamesItsManager() {
    apply(Policy.DEFAULT, settings("labels: {tier: front}"));
    ConfigMap edited =
        new ConfigMapBuilder(resource().get())
            .editMetadata()
            .addToLabels("tier", "back")
            .endMetadata()
            .addToData("key", "edited")
            .addToData("more", "x")
            .build();
    edited.getMetadata().setManagedFields(null);

    var unused =
        bench
            .fixture
            .client()
            .raw(
                "/api/v1/namespaces/%s/configmaps/settings?fieldManager=kubectl-edit"
                    .formatted(bench.namespace),
                "PUT",
                edited);

    ObjectDrift drift = awaitHealed(1);
    assertThat(drift.fields())
        .extracting(ObjectDifference.Field::path)
        .contains("data.key", "metadata.labels.tier");
    assertWrittenBy(drift, "kubectl-edit");
    assertThat(resource().get().getData()).containsEntry("key", "git");
    assertThat(metadata().getLabels()).containsEntry("tier", "front");
  }

  @Test
  void anOverwrittenLabelIsShownWithWhoAndWhenOrPutBack() {
    apply(SHOW, settings("labels: {tier: front}"));

    label("tier", "back");

    ObjectDrift drift = awaitDrift();
    assertThat(drift.fields())
        .extracting(ObjectDifference.Field::path)
        .containsExactly("metadata.labels.tier");
    assertWrittenBy(drift, "kubectl-label");
    assertThat(metadata().getLabels()).containsEntry("tier", "back");

    bench.targets.send(
        Targets.again(
            bench.targets.target("shop", 1, Policy.DEFAULT, settings("labels: {tier: front}")), 2));
    await().atMost(Bench.PATIENCE).until(() -> "front".equals(metadata().getLabels().get("tier")));
    label("tier", "back");
    assertWrittenBy(awaitHealed(1), "kubectl-label");
  }

  /** The watch selects by this label, so it reports the object as deleted. */
  @Test
  void anOverwrittenLabelOfTheInstallationIsPutBack() {
    apply(Policy.DEFAULT, settings("labels: {tier: front}"));

    label("sluice.dev~1installation", "another");

    ObjectDrift drift = awaitHealed(1);
    assertThat(drift.kind()).isEqualTo(ObjectDrift.Kind.CHANGED);
    assertWrittenBy(drift, "kubectl-label");
    assertThat(metadata().getLabels())
        .containsEntry("sluice.dev/installation", bench.installation());
  }

  @Test
  void anOverwrittenLabelOfTheApplicationIsPutBack() {
    apply(Policy.DEFAULT, settings("labels: {tier: front}"));

    label("sluice.dev~1application", "another");

    assertWrittenBy(awaitHealed(1), "kubectl-label");
    assertThat(metadata().getLabels()).containsEntry("sluice.dev/application", "shop");
  }

  private void apply(Policy policy, String... manifests) {
    bench.targets.send(bench.targets.target("shop", 1, policy, manifests));
    await()
        .atMost(Bench.PATIENCE)
        .until(() -> !bench.results.all(ObservedEvent.OfHealth.class).isEmpty());
  }

  private static String settings(String metadata) {
    return """
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: settings
      %s
    data: {key: git}
    """
        .formatted(metadata);
  }

  private ConfigMap owner(String name) {
    return bench
        .fixture
        .client()
        .resource(
            new ConfigMapBuilder()
                .withNewMetadata()
                .withNamespace(bench.namespace)
                .withName(name)
                .endMetadata()
                .build())
        .create();
  }

  private static String reference(ConfigMap owner) {
    return Json.mapper()
        .createObjectNode()
        .put("apiVersion", "v1")
        .put("kind", "ConfigMap")
        .put("name", owner.getMetadata().getName())
        .put("uid", owner.getMetadata().getUid())
        .toString();
  }

  private Resource<ConfigMap> resource() {
    return bench.fixture.client().configMaps().inNamespace(bench.namespace).withName("settings");
  }

  private ObjectMeta metadata() {
    return resource().get().getMetadata();
  }

  private void patch(String manager, String patch) {
    var unused =
        resource()
            .patch(
                new PatchContext.Builder()
                    .withPatchType(PatchType.JSON)
                    .withFieldManager(manager)
                    .build(),
                patch.replace('\'', '"'));
  }

  private void label(String name, String value) {
    patch(
        "kubectl-label",
        "[{'op': 'replace', 'path': '/metadata/labels/%s', 'value': '%s'}]".formatted(name, value));
  }

  /** Removes the finalizers after the workers have ended, so that the namespace can be deleted. */
  private void releaseAtTheEnd() {
    bench.fixture.cleanUp(
        () -> patch("test", "[{'op': 'remove', 'path': '/metadata/finalizers'}]"));
  }

  /** Waits for a heal; returns the drift that it has ended. */
  private ObjectDrift awaitHealed(int number) {
    await()
        .atMost(Bench.PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> bench.results.all(ObservedEvent.Healed.class).size() >= number);
    return awaitDrift();
  }

  private ObjectDrift awaitDrift() {
    return await()
        .atMost(Bench.PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(
            () ->
                bench.results.all(ObservedEvent.Drifted.class).reversed().stream()
                    .limit(1)
                    .flatMap(drifted -> drifted.objects().stream())
                    .toList(),
            found -> !found.isEmpty())
        .getFirst();
  }

  private static void assertWrittenBy(ObjectDrift drift, String manager) {
    assertThat(drift.writers()).extracting(FieldWriter::manager).containsExactly(manager);
    assertThat(drift.writers()).extracting(FieldWriter::at).allMatch(at -> at.isPresent());
  }
}
