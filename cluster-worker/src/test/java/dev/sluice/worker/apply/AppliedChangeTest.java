package dev.sluice.worker.apply;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectChange.Action;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.json.Json;
import dev.sluice.worker.manifest.Manifest;
import dev.sluice.worker.plan.ApplyStep;
import dev.sluice.worker.plan.InventoryEntry;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AppliedChangeTest {

  private static final ObjectRef REF = new ObjectRef("apps/v1", "Deployment", "web", "web");
  private static final String SLUICE =
      entry("sluice", "Apply", "apps/v1", "{'f:spec': {'f:paused': {}}}");
  private static final String SCALED =
      entry("scaler", "Update", "apps/v1", "{'f:spec': {'f:replicas': {}}}");

  @Test
  void aManagerThatLostAFieldIsNamed() throws Exception {
    String both =
        entry("scaler", "Update", "apps/v1", "{'f:spec': {'f:replicas': {}, 'f:paused': {}}}");

    assertTaken(change(object(both), object(SCALED, SLUICE)), "scaler");
    assertTaken(change(object(both), object(SLUICE)), "scaler");
  }

  @Test
  void aManagerThatGainedFieldsInBetweenLostNone() throws Exception {
    String more =
        entry("scaler", "Update", "apps/v1", "{'f:spec': {'f:replicas': {}, 'f:selector': {}}}");

    assertNoneTaken(change(object(SCALED, SLUICE), object(more, SLUICE)));
  }

  @Test
  void aManagerWhoseFieldsAreOfAnotherVersionOfTheKindLostNone() throws Exception {
    String older =
        entry("scaler", "Update", "apps/v1beta2", "{'f:spec': {'f:replicas': {}, 'f:paused': {}}}");
    String rest = entry("scaler", "Update", "apps/v1beta2", "{'f:spec': {'f:paused': {}}}");

    assertNoneTaken(change(object(older), object(SCALED, rest)));
  }

  @Test
  void aManagerWhoseFieldsAreOfAnotherOperationLostNone() throws Exception {
    String applied = entry("scaler", "Apply", "apps/v1", "{'f:spec': {'f:replicas': {}}}");

    assertNoneTaken(change(object(SCALED), object(applied)));
  }

  @Test
  void fieldsOfSubresourcesAndOfSluiceItselfAreNotTaken() throws Exception {
    String status =
        "{'manager': 'controller', 'operation': 'Update', 'apiVersion': 'apps/v1',"
            + " 'subresource': 'status', 'fieldsV1': {'f:status': {}}}";
    String own = entry("sluice", "Update", "apps/v1", "{'f:spec': {'f:replicas': {}}}");

    assertNoneTaken(change(object(status, own), object(SLUICE)));
  }

  @Test
  void anOtherValueIsAChangeThoughNoManagerLostAField() throws Exception {
    ObjectNode after = object(SLUICE);
    after.withObject("/spec").put("paused", true);

    assertThat(change(object(SLUICE), after).action()).isEqualTo(Action.CONFIGURED);
  }

  private static void assertTaken(ObjectChange change, String manager) {
    assertThat(change.takenFrom()).contains(List.of(manager));
    assertThat(change.action()).isEqualTo(Action.CONFIGURED);
  }

  private static void assertNoneTaken(ObjectChange change) {
    assertThat(change.takenFrom()).isEmpty();
    assertThat(change.action()).isEqualTo(Action.REASSERTED);
  }

  private static ObjectChange change(ObjectNode before, ObjectNode after) {
    Manifest manifest = new Manifest(REF, Json.mapper().createObjectNode(), "a.yaml");
    ApplyStep step =
        new ApplyStep(
            manifest,
            new InventoryEntry(REF, manifest.digest(), false),
            ApplyStep.Reason.CHANGED,
            ApplyStep.Mode.APPLY);
    Optional<LiveObject> found = Optional.of(new LiveObject(before));
    return AppliedChange.of(step, found, found, after);
  }

  private static String entry(String manager, String operation, String version, String fields) {
    return "{'manager': '%s', 'operation': '%s', 'apiVersion': '%s', 'fieldsV1': %s}"
        .formatted(manager, operation, version, fields);
  }

  private static ObjectNode object(String... entries) throws JsonProcessingException {
    String json =
        "{'metadata': {'uid': '1', 'resourceVersion': '2', 'managedFields': [%s]}}"
            .formatted(String.join(", ", entries));
    return (ObjectNode) Json.mapper().readTree(json.replace('\'', '"'));
  }
}
