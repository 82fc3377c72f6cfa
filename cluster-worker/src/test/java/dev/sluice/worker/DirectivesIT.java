package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.worker.DocumentedDirectives.Row;
import dev.sluice.worker.manifest.Ownership;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each row of the table of docs/directives.md about objects has the effect that it states. */
@Tag("kubernetes")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DirectivesIT {

  private Bench bench;
  private int applications;

  /** The application and the object of the row that is tested. */
  private String application = "";

  private String object = "";

  @BeforeAll
  void open() {
    bench = new Bench();
    bench.worker("one");
  }

  @AfterAll
  void close() {
    bench.close();
  }

  static List<Row> rows() {
    return DocumentedDirectives.rows();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void hasTheStatedEffect(Row row) {
    applications++;
    application = "app-" + applications;
    object = "object-" + applications;
    switch (row.meaning().split("[:,]", -1)[0]) {
      case "never delete the object" -> isNeverDeleted(row);
      case "its deletion needs an [approval](cli.md#approvals)" -> isDeletedOnceApproved(row);
      case "the end of its dependents" -> decidesAboutDependents(row);
      case "leave the object alone" -> isLeftAlone(row);
      case "create it" -> isOnlyCreated(row);
      case "only its deletion is drift" -> isHealedOnlyIfDeleted(row);
      case "its health does not count" -> doesNotCount(row);
      case "replace the object" -> isReplaced(row);
      case "never replace it" -> isRefusedThoughThePolicyReplaces(row);
      case "take over fields that other managers own" -> isTakenOver(row);
      case "refuse to take over fields that other managers own" -> isNotTakenOver(row);
      case "always so", "no effect" -> isAppliedAsAnyOther(row);
      default -> throw new AssertionError("no test of a row that means: " + row.meaning());
    }
  }

  private void isNeverDeleted(Row row) {
    assumeTrue(bench.fixture.readsJsonOfBuiltInKinds(), "labels are removed by a JSON patch");
    apply(1, annotated(row, "1"), other("1"));
    apply(2, other("2"));

    assertThat(bench.value(object)).as("no longer in Git").contains("1");
    assertThat(live().getMetadata().getLabels()).isNullOrEmpty();

    apply(3, annotated(row, "3"), other("3"));
    bench.targets.send(bench.targets.removal(application, 4, false));
    await().atMost(Bench.PATIENCE).until(() -> bench.value(otherName()).isEmpty());
    await()
        .atMost(Bench.PATIENCE)
        .until(
            () ->
                bench.results.all(ResultEvent.Removed.class).stream()
                    .anyMatch(it -> it.subject().application().value().equals(application)));
    assertThat(bench.value(object)).as("of a removed application").contains("3");
  }

  private void isDeletedOnceApproved(Row row) {
    apply(1, annotated(row, "1"), other("1"));
    SyncEvent.Target without = bench.targets.target(application, 2, other("2"));
    bench.targets.send(without);
    Failure held = bench.awaitParked(application);

    assertThat(held.code()).isEqualTo(ApplyFailure.PRUNE_PROTECTED);
    assertThat(held.message()).contains(object);
    assertThat(bench.value(object)).contains("1");

    bench.targets.send(Targets.approved(without, 3, held.plan().orElseThrow()));
    bench.awaitApplied(application, 3);
    assertThat(bench.value(object)).isEmpty();
  }

  private void decidesAboutDependents(Row row) {
    String policy = row.value().substring(row.value().indexOf('=') + 1);
    assumeTrue(
        policy.equals("background") || bench.fixture.readsJsonOfBuiltInKinds(),
        "the garbage collector removes finalizers and owners by JSON patches");
    apply(1, annotated(row, "1"), other("1"));
    String dependent = "dependent-" + applications;
    create(
        """
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: %s
          ownerReferences:
          - {apiVersion: v1, kind: ConfigMap, name: %s, uid: %s, blockOwnerDeletion: true}
        """
            .formatted(dependent, object, live().getMetadata().getUid()));
    apply(2, other("2"));

    if (policy.equals("foreground")) {
      assertThat(bench.object(dependent)).as("the worker has waited for its end").isEmpty();
    }
    await().atMost(Bench.PATIENCE).until(() -> bench.object(object).isEmpty());
    if (policy.equals("orphan")) {
      await()
          .atMost(Bench.PATIENCE)
          .until(
              () -> bench.object(dependent).orElseThrow().getMetadata().getOwnerReferences(),
              List::isEmpty);
    } else {
      await().atMost(Bench.PATIENCE).until(() -> bench.object(dependent).isEmpty());
    }
  }

  private void isLeftAlone(Row row) {
    create(configMap(object, "theirs"));
    String missing = "missing-" + applications;
    apply(1, annotated(row, "git"), annotated(row, missing, "git"), other("1"));

    assertThat(bench.value(object)).contains("theirs");
    assertThat(bench.value(missing)).isEmpty();
  }

  private void isOnlyCreated(Row row) {
    create(configMap(object, "theirs"));
    String missing = "missing-" + applications;
    apply(1, annotated(row, "git"), annotated(row, missing, "git"), other("1"));

    assertThat(bench.value(object)).contains("theirs");
    assertThat(bench.value(missing)).contains("git");

    apply(2, annotated(row, "later"), annotated(row, missing, "later"), other("2"));
    assertThat(bench.value(object)).contains("theirs");
    assertThat(bench.value(missing)).contains("git");
  }

  private void isHealedOnlyIfDeleted(Row row) {
    apply(1, annotated(row, "git"), other("1"));
    awaitHealth(1);
    create(configMap(object, "edited"));
    bench.fixture.client().resource(live(otherName())).inNamespace(bench.namespace).delete();
    bench.awaitValue(otherName(), "1");

    assertThat(bench.value(object)).as("after a drift of another object").contains("edited");

    bench.fixture.client().resource(live()).inNamespace(bench.namespace).delete();
    bench.awaitValue(object, "git");
  }

  private void doesNotCount(Row row) {
    String deployment =
        Targets.DEPLOYMENT
            .formatted("replicas: 2", "")
            .replace(
                "name: d}", "name: %s, annotations: %s}".formatted(object, row.asAnnotations()))
            .replace("{app: d}", "{app: %s}".formatted(object));
    apply(1, deployment, other("1"));

    ObservedEvent.OfHealth health = awaitHealth(1);
    assertThat(health).isInstanceOf(ObservedEvent.Healthy.class);
  }

  private void isReplaced(Row row) {
    apply(1, annotated(row, "1") + "immutable: true\n", other("1"));
    String uid = live().getMetadata().getUid();
    apply(2, annotated(row, "2") + "immutable: true\n", other("1"));

    assertThat(bench.value(object)).contains("2");
    assertThat(live().getMetadata().getUid()).isNotEqualTo(uid);
  }

  private void isRefusedThoughThePolicyReplaces(Row row) {
    Policy replacing = Targets.with(Policy.DEFAULT, "replace", true);
    apply(1, replacing, annotated(row, "1") + "immutable: true\n");
    String uid = live().getMetadata().getUid();
    bench.targets.send(
        bench.targets.target(application, 2, replacing, annotated(row, "2") + "immutable: true\n"));

    assertThat(bench.awaitParked(application).code()).isEqualTo(ApplyFailure.IMMUTABLE_FIELD);
    assertThat(live().getMetadata().getUid()).isEqualTo(uid);
  }

  private void isTakenOver(Row row) {
    create(configMap(object, "theirs"));
    Policy gentle = Targets.with(Policy.DEFAULT, "force", false);

    apply(1, gentle, annotated(row, "git"));

    assertThat(bench.value(object)).contains("git");
  }

  private void isNotTakenOver(Row row) {
    create(configMap(object, "theirs"));
    bench.targets.send(bench.targets.target(application, 1, annotated(row, "git")));

    Failure failure = bench.awaitParked(application);
    assertThat(failure.code()).isEqualTo(ApplyFailure.FIELD_CONFLICT);
    assertThat(failure.message()).contains("someone", "data.key");
    assertThat(bench.value(object)).contains("theirs");
  }

  private void isAppliedAsAnyOther(Row row) {
    apply(1, annotated(row, "1"), other("1"));
    assertThat(live().getMetadata().getLabels())
        .containsEntry(Ownership.APPLICATION_LABEL, application);
    assertThat(live().getMetadata().getAnnotations()).containsKey(row.annotation());

    apply(2, annotated(row, "2"), other("1"));
    assertThat(bench.value(object)).contains("2");

    apply(3, other("3"));
    assertThat(bench.value(object)).isEmpty();
  }

  private void apply(long generation, String... manifests) {
    apply(generation, Policy.DEFAULT, manifests);
  }

  private void apply(long generation, Policy policy, String... manifests) {
    bench.targets.send(bench.targets.target(application, generation, policy, manifests));
    bench.awaitApplied(application, generation);
  }

  private ObservedEvent.OfHealth awaitHealth(long generation) {
    return await()
        .atMost(Bench.PATIENCE)
        .until(
            () ->
                bench.results.all(ObservedEvent.OfHealth.class).stream()
                    .filter(health -> health.subject().application().value().equals(application))
                    .filter(health -> health.subject().generation().value() == generation)
                    .findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  private String annotated(Row row, String value) {
    return annotated(row, object, value);
  }

  private static String annotated(Row row, String name, String value) {
    return configMap(name, value)
        .replace("metadata:\n", "metadata:\n  annotations: %s\n".formatted(row.asAnnotations()));
  }

  private String other(String value) {
    return configMap(otherName(), value);
  }

  private String otherName() {
    return "other-" + applications;
  }

  private ConfigMap live() {
    return live(object);
  }

  private ConfigMap live(String name) {
    return bench.object(name).orElseThrow();
  }

  /** Applies an object as another manager, which takes over all fields. */
  private void create(String manifest) {
    bench
        .fixture
        .client()
        .resource(manifest)
        .inNamespace(bench.namespace)
        .fieldManager("someone")
        .forceConflicts()
        .serverSideApply();
  }
}
