package dev.sluice.worker;

import static dev.sluice.worker.Targets.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectChange.Action;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.fleet.ObjectSharing;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.worker.manifest.Ownership;
import io.fabric8.kubernetes.api.model.Namespace;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Objects that two applications declare. */
@Tag("kubernetes")
final class SharedObjectsIT {

  private Bench bench;
  private Questions questions;
  private String shared;

  @BeforeEach
  void open() {
    bench = new Bench();
    questions = new Questions(bench);
    shared = bench.namespace + "-shared";
    bench.fixture.assumeJsonOfBuiltInKinds();
  }

  @AfterEach
  void close() {
    bench.fixture.client().namespaces().withName(shared).delete();
    bench.close();
  }

  @Test
  void aNamespaceOfTwoApplicationsIsRefusedUnlessBothShareIt() {
    bench.worker("one");
    send("a", 1, ObjectSharing.NAMESPACES, namespace(), configMap("a", "x"));
    bench.awaitApplied("a", 1);

    send("b", 1, ObjectSharing.NONE, namespace(), configMap("b", "x"));

    Failure failure = awaitParked("b", 1);
    assertThat(failure.code()).isEqualTo(ApplyFailure.OWNED_BY_ANOTHER);
    assertThat(failure.message())
        .contains("Namespace " + shared, "application a", "policy.sharedObjects: namespaces");

    send("b", 2, ObjectSharing.NAMESPACES, namespace(), configMap("b", "x"));
    bench.awaitApplied("b", 2);
    assertThat(bench.value("b")).contains("x");
  }

  /** Both are sent at once, so either may create the namespace. */
  @Test
  void aSharedNamespaceStaysUntilBothApplicationsAreRemoved() {
    bench.worker("one");
    bench.targets.send(
        target("a", 1, ObjectSharing.NAMESPACES, namespace(), configMap("a", "x")),
        target("b", 1, ObjectSharing.NAMESPACES, namespace(), configMap("b", "x")));
    bench.awaitApplied("a", 1);
    bench.awaitApplied("b", 1);
    String uid = live().getMetadata().getUid();

    // no approval is asked for, since nothing is deleted
    send("a", 2, ObjectSharing.NAMESPACES, configMap("a", "y"));
    assertThat(changes(bench.awaitApplied("a", 2)))
        .containsEntry("Namespace " + shared, Action.TRANSFERRED);
    assertThat(owner(live())).isEqualTo("b");

    send("a", 3, ObjectSharing.NAMESPACES, namespace(), configMap("a", "y"));
    bench.awaitApplied("a", 3);
    bench.targets.send(bench.targets.removal("a", 4, false));
    awaitRemoved("a");
    assertThat(live().getMetadata().getUid()).isEqualTo(uid);
    assertThat(owner(live())).isEqualTo("b");

    bench.targets.send(bench.targets.removal("b", 2, false));
    awaitRemoved("b");
    assertThat(live().getMetadata().getUid()).as("a removal deletes no namespace").isEqualTo(uid);
    assertThat(live().getMetadata().getLabels()).doesNotContainKey(Ownership.APPLICATION_LABEL);
  }

  @Test
  void aSharedObjectIsDeletedWithItsLastDeclaration() {
    bench.worker("one");
    applyToBoth(ObjectSharing.ALL, configMap("both", "x"));

    send("b", 2, ObjectSharing.ALL, configMap("b", "y"));
    assertThat(changes(bench.awaitApplied("b", 2)).values())
        .containsExactlyInAnyOrder(Action.CONFIGURED, Action.TRANSFERRED);
    assertThat(owner("both")).isEqualTo("a");

    send("a", 2, ObjectSharing.ALL, configMap("a", "y"));
    bench.awaitApplied("a", 2);
    assertThat(bench.object("both")).isEmpty();
  }

  @Test
  void anObjectThatBothApplicationsLeaveAtOnceIsDeleted() {
    bench.worker("one");
    applyToBoth(ObjectSharing.ALL, configMap("both", "x"));

    bench.targets.send(bench.targets.removal("a", 2, false), bench.targets.removal("b", 2, false));

    awaitRemoved("a");
    awaitRemoved("b");
    assertThat(bench.object("both")).isEmpty();
  }

  @Test
  void aLaterDifferenceIsRefusedUntilBothDeclareIt() {
    bench.worker("one");
    applyToBoth(ObjectSharing.NAMESPACES, namespace());

    send("a", 2, ObjectSharing.NAMESPACES, namespace("team: shop"), configMap("a", "y"));

    Failure failure = awaitParked("a", 2);
    assertThat(failure.code()).isEqualTo(ApplyFailure.SHARED_OBJECT_DIFFERS);
    assertThat(failure.message())
        .contains("applications a and b", "Namespace " + shared, "(metadata.labels.team)");
    assertThat(live().getMetadata().getLabels()).doesNotContainKey("team");

    send("b", 2, ObjectSharing.NAMESPACES, namespace("team: shop"), configMap("b", "y"));
    bench.awaitApplied("b", 2);
    bench.awaitApplied("a", 2);
    assertThat(live().getMetadata().getLabels()).containsEntry("team", "shop");

    // a field that one of them no longer declares is a difference, too
    send("b", 3, ObjectSharing.NAMESPACES, namespace(), configMap("b", "z"));
    assertThat(awaitParked("b", 3).message())
        .contains("applications b and a", "(metadata.labels.team)");
  }

  /** One commit changes both, and either may be planned first. */
  @Test
  void aChangeOfBothInOneCommitIsApplied() {
    bench.worker("one");
    applyToBoth(ObjectSharing.NAMESPACES, namespace());

    bench.targets.send(
        Targets.inBatch(target("a", 2, ObjectSharing.NAMESPACES, namespace("team: shop")), "c", 2),
        Targets.inBatch(target("b", 2, ObjectSharing.NAMESPACES, namespace("team: shop")), "c", 2));

    bench.awaitApplied("a", 2);
    bench.awaitApplied("b", 2);
    assertThat(live().getMetadata().getLabels()).containsEntry("team", "shop");
    assertThat(bench.results.all(DeadLetterEvent.Opened.class)).isEmpty();
  }

  @Test
  void anApplicationThatNeverAgreedHindersNoOther() {
    bench.worker("one");
    send("a", 1, ObjectSharing.ALL, configMap("both", "x"));
    bench.awaitApplied("a", 1);
    send("b", 1, ObjectSharing.ALL, configMap("both", "other"));
    assertThat(awaitParked("b", 1).message()).contains("(data.key)");

    send("a", 2, ObjectSharing.ALL, configMap("both", "y"));

    bench.awaitApplied("a", 2);
    assertThat(bench.value("both")).contains("y");
  }

  @Test
  void theNextLeaderKnowsWhoSharesAnObject() {
    ClusterWorker first = bench.worker("one");
    applyToBoth(ObjectSharing.ALL, configMap("both", "x"));
    first.close();
    bench.worker("two");

    send("b", 2, ObjectSharing.ALL, configMap("both", "y"), configMap("b", "x"));
    assertThat(awaitParked("b", 2).message()).contains("applications b and a", "(data.key)");
    assertThat(bench.value("both")).contains("x");

    send("a", 2, ObjectSharing.ALL, configMap("a", "x"));
    bench.awaitApplied("a", 2);
    bench.awaitApplied("b", 2);
    assertThat(bench.value("both")).contains("y");
    assertThat(owner("both")).isEqualTo("b");
  }

  @Test
  void aSharedObjectIsNoDifference() {
    bench.worker("one");
    applyToBoth(ObjectSharing.ALL, configMap("both", "x"));

    assertThat(questions.ask("a").differences()).isEmpty();
    assertThat(questions.ask("b").differences()).isEmpty();

    // parked, so that the difference remains
    send(
        "a",
        2,
        ObjectSharing.ALL,
        configMap("a", "x"),
        "{apiVersion: v1, kind: Service," + " metadata: {name: a}, spec: {ports: [{port: 0}]}}");
    awaitParked("a", 2);
    assertThat(questions.ask("a").differences())
        .as("the object stays for the other application")
        .extracting(difference -> difference.object().kind())
        .containsExactly("Service");
  }

  /** Applies an object of both applications, and one of each. */
  private void applyToBoth(ObjectSharing sharing, String manifest) {
    for (String application : new String[] {"a", "b"}) {
      send(application, 1, sharing, manifest, configMap(application, "x"));
      bench.awaitApplied(application, 1);
    }
  }

  private SyncEvent.Target target(
      String application, long generation, ObjectSharing sharing, String... manifests) {
    Policy policy = Targets.with(Policy.DEFAULT, "sharedObjects", sharing);
    return bench.targets.target(application, generation, policy, manifests);
  }

  private void send(
      String application, long generation, ObjectSharing sharing, String... manifests) {
    bench.targets.send(target(application, generation, sharing, manifests));
  }

  private String namespace(String... labels) {
    return "{apiVersion: v1, kind: Namespace, metadata: {name: %s, labels: {%s}}}"
        .formatted(shared, String.join(", ", labels));
  }

  private Namespace live() {
    return bench.fixture.client().namespaces().withName(shared).get();
  }

  private static String owner(Namespace namespace) {
    return namespace.getMetadata().getLabels().get(Ownership.APPLICATION_LABEL);
  }

  private String owner(String configMap) {
    return bench
        .object(configMap)
        .orElseThrow()
        .getMetadata()
        .getLabels()
        .get(Ownership.APPLICATION_LABEL);
  }

  private static Map<String, Action> changes(ResultEvent.Applied applied) {
    return applied.changes().stream()
        .collect(Collectors.toMap(change -> change.object().toString(), ObjectChange::action));
  }

  private Failure awaitParked(String application, long generation) {
    return await()
        .atMost(Bench.PATIENCE)
        .until(
            () ->
                bench.results.all(ResultEvent.Parked.class).stream()
                    .filter(
                        parked ->
                            parked.subject().application().value().equals(application)
                                && parked.subject().generation().value() == generation)
                    .map(ResultEvent.Parked::failure)
                    .toList(),
            found -> !found.isEmpty())
        .getLast();
  }

  private void awaitRemoved(String application) {
    await()
        .atMost(Bench.PATIENCE)
        .until(
            () ->
                bench.results.all(ResultEvent.Removed.class).stream()
                    .map(removed -> removed.subject().application().value())
                    .toList(),
            removed -> removed.contains(application));
  }
}
