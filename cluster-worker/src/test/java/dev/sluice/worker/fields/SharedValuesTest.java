package dev.sluice.worker.fields;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.ThreadMXBean;
import dev.sluice.contract.json.Json;
import dev.sluice.worker.api.ApiException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Values that aliases in Git share are not copied for each place that has them. */
class SharedValuesTest {

  private static final long MAY_ALLOCATE = 1 << 20;

  private final ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final ObjectNode desired = desired();

  @Test
  void thePatchOfAComparisonSharesThem() throws IOException {
    ObjectNode live = live("{\"f:spec\": {\"f:a\": {}, \"f:gone\": {}}}");

    ObjectNode patch = small(() -> PatchPreview.of(desired, managers(live), true));

    assertThat(patch.at("/spec/gone").isNull()).isTrue();
    assertThat(patch.at("/spec/a/l")).isSameAs(desired.at("/spec/a/l"));
    assertThat(desired.at("/spec").has("gone")).isFalse();
  }

  @Test
  void aClaimOfExcludedFieldsSharesThem() throws IOException {
    ObjectNode live = live("{\"f:spec\": {\"f:a\": {}}}");
    live.withObject("/spec").putObject("rolling").put("b", 1);
    ApiException refusal =
        new ApiException(
            422,
            "Invalid",
            "",
            "",
            List.of(new ApiException.Cause("FieldValueForbidden", "spec.rolling", "")),
            null);

    ObjectNode stated =
        small(() -> ExcludedFields.of(live, desired, refusal, true)).orElseThrow().desired();

    assertThat(stated.at("/spec").has("rolling")).isFalse();
    assertThat(stated.at("/spec/a")).isSameAs(desired.at("/spec/a"));
    assertThat(desired.at("/spec").has("rolling")).as("is not changed").isTrue();
  }

  private <T> T small(Supplier<T> result) {
    T unused = result.get(); // loads the classes
    long before = memory.getCurrentThreadAllocatedBytes();
    T measured = result.get();
    assertThat(memory.getCurrentThreadAllocatedBytes() - before).isLessThan(MAY_ALLOCATE);
    return measured;
  }

  /** Returns an object with a value that has 2^18 values if it is expanded. */
  private static ObjectNode desired() {
    ObjectNode value = Json.mapper().createObjectNode().put("x", "y");
    for (int i = 0; i < 18; i++) {
      ObjectNode next = Json.mapper().createObjectNode();
      next.set("l", value);
      next.set("r", value);
      value = next;
    }
    ObjectNode desired = Json.mapper().createObjectNode();
    desired.putObject("spec").putNull("rolling").set("a", value);
    return desired;
  }

  private static ObjectNode live(String fields) throws IOException {
    ObjectNode live = Json.mapper().createObjectNode();
    live.putObject("metadata")
        .putArray("managedFields")
        .addObject()
        .put("manager", "sluice")
        .put("operation", "Apply")
        .set("fieldsV1", Json.mapper().readTree(fields));
    return live;
  }

  private static JsonNode managers(ObjectNode live) {
    return live.at("/metadata/managedFields");
  }
}
