package dev.sluice.worker.fields;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.json.Json;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class FilledFieldsTest {

  private static final String ROLE = "{\"aggregationRule\": {\"a\": 1}, \"rules\": []}";

  @Test
  void leavesOutEmptyListsAndMapsThatTheClusterHasFilled() throws IOException {
    assertThat(unclaimed(ROLE, "{\"rules\": [1]}", "{\"f:aggregationRule\": {}}"))
        .isEqualTo(read("{\"aggregationRule\": {\"a\": 1}}"));
    assertThat(unclaimed("{\"spec\": {\"a\": {}}}", "{\"spec\": {\"a\": {\"b\": 1}}}", "{}"))
        .isEqualTo(read("{\"spec\": {}}"));
  }

  @Test
  void keepsThoseThatAreOursOrNotFilled() throws IOException {
    for (JsonNode kept :
        new JsonNode[] {
          unclaimed(ROLE, "{\"rules\": [1]}", "{\"f:rules\": {}}"),
          unclaimed(ROLE, "{\"rules\": []}", "{}"),
          unclaimed(ROLE, "{}", "{}"),
          unclaimed(ROLE, "{\"rules\": {\"a\": 1}}", "{}")
        }) {
      assertThat(kept).isEqualTo(read(ROLE));
    }
  }

  @Test
  void leavesOutPlaceholdersForCaBundles() throws IOException {
    String hook =
        "{\"webhooks\": [{\"name\": \"b\"}, {\"name\": \"a\", \"c\": {\"caBundle\": \"%s\"}}]}";
    String live = hook.formatted("YQ==");
    String ours =
        "{\"f:webhooks\": {\".\": {}, \"k:{\\\"name\\\":\\\"a\\\"}\": {\"f:c\": {\"f:d\": {}}}}}";
    JsonNode without = read("{\"webhooks\": [{\"name\": \"b\"}, {\"name\": \"a\", \"c\": {}}]}");

    assertThat(unclaimed(hook.formatted(""), live, ours)).isEqualTo(without);
    assertThat(unclaimed(hook.formatted("Cg=="), live, ours)).isEqualTo(without);
    assertThat(unclaimed(hook.formatted("Yg=="), live, ours))
        .isEqualTo(read(hook.formatted("Yg==")));
  }

  private static JsonNode unclaimed(String desired, String live, String ours) throws IOException {
    ObjectNode there = read(live);
    there
        .withObject("/metadata")
        .withArray("managedFields")
        .addObject()
        .put("manager", "sluice")
        .put("operation", "Apply")
        .set("fieldsV1", read(ours));
    return FilledFields.unclaimed(read(desired), there);
  }

  private static ObjectNode read(String json) throws IOException {
    return (ObjectNode) Json.mapper().readTree(json);
  }
}
