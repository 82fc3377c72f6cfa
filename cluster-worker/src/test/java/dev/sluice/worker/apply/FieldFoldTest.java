package dev.sluice.worker.apply;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.json.Json;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class FieldFoldTest {

  @Test
  void joinsTheFieldsOfEarlierManagersToOurs() throws IOException {
    ObjectNode live =
        live(
            """
            [{"manager": "sluice", "operation": "Apply", "fieldsV1": {"f:data": {"f:a": {}}}},
             {"manager": "kubectl-client-side-apply", "operation": "Update",
              "fieldsV1": {"f:data": {"f:b": {}}, "f:metadata": {"f:labels": {}}}},
             {"manager": "controller", "operation": "Update", "fieldsV1": {"f:status": {}}}]
            """);

    assertThat(FieldFold.fold(live).orElseThrow())
        .isEqualTo(
            Json.mapper()
                .readTree(
                    """
                    [{"manager": "sluice", "operation": "Apply",
                      "fieldsV1": {"f:data": {"f:a": {}, "f:b": {}},
                                   "f:metadata": {"f:labels": {}}}},
                     {"manager": "controller", "operation": "Update",
                      "fieldsV1": {"f:status": {}}}]
                    """));
  }

  @Test
  void leavesObjectsAloneThatNoEarlierManagerHad() throws IOException {
    ObjectNode live =
        live(
            """
            [{"manager": "sluice", "operation": "Apply", "fieldsV1": {"f:data": {}}},
             {"manager": "kubectl-edit", "operation": "Update", "fieldsV1": {"f:data": {}}}]
            """);

    assertThat(FieldFold.fold(live)).isEmpty();
  }

  private static ObjectNode live(String managedFields) throws IOException {
    ObjectNode live = Json.mapper().createObjectNode();
    live.putObject("metadata").set("managedFields", Json.mapper().readTree(managedFields));
    return live;
  }
}
