package dev.sluice.worker.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.health.Health;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.worker.api.ApiKind;
import dev.sluice.worker.plan.Inventory;
import dev.sluice.worker.plan.InventoryEntry;
import dev.sluice.worker.plan.LiveState;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LiveObjectsTest {

  private static final ApplicationName SHOP = new ApplicationName("shop");
  private static final ObjectRef WEB = new ObjectRef("apps/v1", "Deployment", "shop", "web");
  private static final ApiKind DEPLOYMENT = new ApiKind("apps/v1", "Deployment");
  private static final Subject SUBJECT =
      new Subject(
          new ClusterName("test"),
          SHOP,
          Generation.FIRST,
          Optional.empty(),
          new EventId("sync/test/shop/1"));

  private final List<String> told = new ArrayList<>();
  private final LiveObjects objects =
      new LiveObjects(
          new LiveListener() {
            @Override
            public void differ(ApplicationName application) {
              told.add("differ " + application);
            }

            @Override
            public void healthChanged(ApplicationName application) {
              told.add("health " + application);
            }

            @Override
            public void kindsChanged() {
              told.add("kinds");
            }

            @Override
            public void listAgain() {
              told.add("list again");
            }
          },
          Clock.systemUTC(),
          ref -> ref.name().equals("state"));

  /** Returns the Deployment with one replica that is available, or none. */
  private static ObjectNode deployment(int version, String owned, int available) {
    String json =
        """
        {"apiVersion": "apps/v1", "kind": "Deployment",
         "metadata": {"namespace": "shop", "name": "web", "resourceVersion": "%d", "generation": 1,
          "managedFields": [{"manager": "sluice", "operation": "Apply", "fieldsV1": {"f:spec": {%s}}}]},
         "spec": {"replicas": 1},
         "status": {"observedGeneration": 1, "replicas": 1, "updatedReplicas": 1,
          "readyReplicas": %d, "availableReplicas": %d}}
        """
            .formatted(version, owned, available, available);
    try {
      return (ObjectNode) Json.mapper().readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final String WHOLE = "\"f:replicas\": {}, \"f:paused\": {}";
  private static final String TAKEN = "\"f:paused\": {}";

  private void settle() {
    apply();
    told.clear();
  }

  private void apply() {
    InventoryEntry entry = new InventoryEntry(WEB, "digest", false);
    objects.begin(SHOP, new Inventory(List.of(entry)));
    ObjectNode written = deployment(10, WHOLE, 1);
    objects.written(WEB, written);
    objects.settled(
        SUBJECT, Policy.DEFAULT, new Inventory(List.of(entry.left(LiveState.of(written)))));
  }

  private Health health() {
    return objects.snapshot(SHOP).orElseThrow().objects().getFirst().health().health();
  }

  @Test
  void anUpdateOfTheStatusThatChangesNoHealthSchedulesNothing() {
    settle();

    assertThat(objects.changed(DEPLOYMENT, deployment(11, WHOLE, 1))).isFalse();

    assertThat(told).isEmpty();
  }

  @Test
  void anApplySchedulesNoCheckOfWhatItLeft() {
    apply();

    assertThat(told).doesNotContain("differ shop").contains("health shop");
  }

  @Test
  void aFieldThatAnotherManagerTookIsADifference() {
    settle();

    assertThat(objects.changed(DEPLOYMENT, deployment(11, TAKEN, 1))).isTrue();

    assertThat(told).containsExactly("differ shop");
    assertThat(objects.unchecked(SHOP)).extracting(Suspect::ref).containsExactly(WEB);
  }

  @Test
  void aDifferenceThatWasCheckedIsNotCheckedAgainUntilItChanges() {
    settle();
    objects.changed(DEPLOYMENT, deployment(11, TAKEN, 1));
    Suspect suspect = objects.unchecked(SHOP).getFirst();
    objects.checked(SHOP, suspect);

    objects.changed(DEPLOYMENT, deployment(12, TAKEN, 1));
    assertThat(objects.unchecked(SHOP)).isEmpty();
    assertThat(objects.differing(SHOP)).hasSize(1);

    objects.changed(DEPLOYMENT, deployment(13, WHOLE, 1));
    assertThat(objects.differing(SHOP)).isEmpty();
  }

  /** The field belongs to the other manager already, so only its value shows the edit. */
  @Test
  void aDifferenceThatIsEditedAgainIsCheckedAgain() {
    settle();
    objects.changed(DEPLOYMENT, deployment(11, TAKEN, 1));
    objects.checked(SHOP, objects.unchecked(SHOP).getFirst());
    ObjectNode edited = deployment(12, TAKEN, 1);
    edited.withObject("spec").put("revisionHistoryLimit", 7);
    told.clear();

    objects.changed(DEPLOYMENT, edited);

    assertThat(told).containsExactly("differ shop");
    assertThat(objects.unchecked(SHOP)).hasSize(1);
  }

  @Test
  void aDifferenceThatChangesDuringItsCheckIsCheckedAgain() {
    settle();
    objects.changed(DEPLOYMENT, deployment(11, TAKEN, 1));
    Suspect suspect = objects.unchecked(SHOP).getFirst();

    objects.changed(DEPLOYMENT, deployment(12, "\"f:selector\": {}", 1));
    objects.checked(SHOP, suspect);

    assertThat(objects.unchecked(SHOP)).hasSize(1);
  }

  @Test
  void aDifferenceThatEndedDuringItsCheckIsCheckedWhenItComesBack() {
    settle();
    objects.changed(DEPLOYMENT, deployment(11, TAKEN, 1));
    Suspect suspect = objects.unchecked(SHOP).getFirst();

    objects.changed(DEPLOYMENT, deployment(12, WHOLE, 1));
    objects.checked(SHOP, suspect);
    objects.changed(DEPLOYMENT, deployment(13, TAKEN, 1));

    assertThat(objects.unchecked(SHOP)).hasSize(1);
  }

  @Test
  void aKindIsCompleteOnceItIsListedAndApplicationsHaveAllItsObjects() {
    settle();
    assertThat(objects.isComplete(DEPLOYMENT)).as("not listed yet").isFalse();
    objects.listed(DEPLOYMENT, Set.of("shop/web"), "10");
    assertThat(objects.isComplete(DEPLOYMENT)).isTrue();

    objects.changed(DEPLOYMENT, named("left"));
    assertThat(objects.isComplete(DEPLOYMENT)).as("an object that no application has").isFalse();
    objects.deleted(DEPLOYMENT, named("left"));
    assertThat(objects.isComplete(DEPLOYMENT)).isTrue();
    objects.changed(DEPLOYMENT, named("state"));
    assertThat(objects.isComplete(DEPLOYMENT)).as("state of Sluice").isTrue();

    objects.unobservable(DEPLOYMENT, "no rights");
    assertThat(objects.isComplete(DEPLOYMENT)).isFalse();
  }

  @Test
  void anObjectThatItsApplicationLeavesBehindMakesItsKindIncomplete() {
    InventoryEntry web = new InventoryEntry(WEB, "digest", false);
    ObjectRef other = new ObjectRef("apps/v1", "Deployment", "shop", "other");
    objects.begin(SHOP, new Inventory(List.of(web, new InventoryEntry(other, "digest", false))));
    objects.listed(DEPLOYMENT, Set.of("shop/web", "shop/other"), "10");
    objects.changed(DEPLOYMENT, deployment(10, WHOLE, 1));
    objects.changed(DEPLOYMENT, named("other"));
    assertThat(objects.isComplete(DEPLOYMENT)).isTrue();

    objects.settled(SUBJECT, Policy.DEFAULT, new Inventory(List.of(web)));
    assertThat(objects.isComplete(DEPLOYMENT)).isFalse();

    objects.deleted(DEPLOYMENT, named("other"));
    assertThat(objects.isComplete(DEPLOYMENT)).isTrue();
  }

  private static ObjectNode named(String name) {
    ObjectNode object = deployment(20, WHOLE, 1);
    object.withObject("metadata").put("name", name);
    return object;
  }

  @Test
  void anOlderObservationThanTheLastWriteIsIgnored() {
    settle();

    assertThat(objects.changed(DEPLOYMENT, deployment(9, TAKEN, 0))).isFalse();
    objects.listed(DEPLOYMENT, Set.of(), "9");

    assertThat(told).isEmpty();
    assertThat(health()).isEqualTo(Health.HEALTHY);
  }

  @Test
  void anObjectThatIsNotListedIsMissing() {
    settle();

    assertThat(objects.listed(DEPLOYMENT, Set.of(), "11")).isEqualTo(1);

    assertThat(told).contains("differ shop", "health shop");
    assertThat(health()).isEqualTo(Health.MISSING);
  }

  @Test
  void healthThatChangesIsTold() {
    settle();

    objects.changed(DEPLOYMENT, deployment(11, WHOLE, 0));

    assertThat(told).containsExactly("health shop");
    assertThat(health()).isEqualTo(Health.PROGRESSING);
  }

  @Test
  void nothingIsComparedWhileAGenerationIsApplied() {
    settle();
    objects.begin(SHOP, new Inventory(List.of(new InventoryEntry(WEB, "other", false))));

    objects.changed(DEPLOYMENT, deployment(11, TAKEN, 0));

    assertThat(told).isEmpty();
    assertThat(objects.differing(SHOP)).isEmpty();
  }

  @Test
  void anObjectWhoseStateIsNotRecordedIsChecked() {
    InventoryEntry entry = new InventoryEntry(WEB, "digest", false);
    objects.begin(SHOP, new Inventory(List.of(entry)));
    objects.changed(DEPLOYMENT, deployment(10, WHOLE, 1));

    objects.settled(SUBJECT, Policy.DEFAULT, new Inventory(List.of(entry)));

    assertThat(objects.unchecked(SHOP)).hasSize(1);
  }

  @Test
  void anObjectThatMayBeGoneIsNeitherDriftedNorMissing() {
    InventoryEntry entry = new InventoryEntry(WEB, "digest", false).left(LiveState.ANY);
    objects.begin(SHOP, new Inventory(List.of(entry)));
    objects.settled(SUBJECT, Policy.DEFAULT, new Inventory(List.of(entry)));

    objects.listed(DEPLOYMENT, Set.of(), "11");

    assertThat(objects.differing(SHOP)).isEmpty();
    assertThat(health()).isEqualTo(Health.HEALTHY);
  }

  @Test
  void theKindsFollowTheObjects() {
    settle();
    assertThat(objects.kinds()).containsExactly(DEPLOYMENT);

    objects.removed(SHOP);

    assertThat(objects.kinds()).isEmpty();
    assertThat(told).contains("kinds");
  }
}
