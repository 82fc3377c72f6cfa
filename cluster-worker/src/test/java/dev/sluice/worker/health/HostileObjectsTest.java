package dev.sluice.worker.health;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.health.Health;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Any JSON has a health, and inputs determine it, whatever types its fields have. */
class HostileObjectsTest {

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final int MUTATIONS = 300;

  @ParameterizedTest
  @MethodSource("dev.sluice.worker.health.GoldenCase#all")
  void everyMutationOfAnObjectHasAHealth(GoldenCase golden) {
    Random random = new Random(golden.file().hashCode());

    for (int i = 0; i < MUTATIONS; i++) {
      JsonNode live = golden.object().deepCopy();
      for (int edits = random.nextInt(4); edits >= 0; edits--) {
        mutate(live, random);
      }

      ObjectHealth health = HealthRules.of(live);

      assertThat(health.reason()).isNotBlank().hasSizeLessThanOrEqualTo(500).doesNotContain("\n");
      assertThat(HealthRules.of(inputs(live))).as(live.toString()).isEqualTo(health);
    }
  }

  @Test
  void jsonThatIsNoObjectHasAnUnknownHealth() {
    for (JsonNode live :
        List.of(
            JSON.nullNode(),
            MissingNode.getInstance(),
            JSON.arrayNode().add(1),
            JSON.objectNode(),
            JSON.objectNode().put("kind", 7),
            JSON.textNode("Deployment"))) {
      assertThat(HealthRules.of(live).health()).as(live.toString()).isEqualTo(Health.UNKNOWN);
    }
  }

  @Test
  void largeObjectsHaveSmallInputs() {
    ObjectNode live = JSON.objectNode().put("apiVersion", "example.com/v1").put("kind", "Widget");
    ArrayNode conditions = live.putObject("status").putArray("conditions");
    for (int i = 0; i < 20_000; i++) {
      conditions.addObject().put("type", "Ready" + i).put("message", "m".repeat(10_000));
    }

    assertThat(inputs(live).toString().length()).isLessThan(2_000_000);
    assertThat(HealthRules.of(live).reason()).hasSizeLessThanOrEqualTo(500);
  }

  private static JsonNode inputs(JsonNode live) {
    return HealthRules.rule(live).inputs(live);
  }

  private static void mutate(JsonNode live, Random random) {
    List<JsonNode> containers = new ArrayList<>();
    collect(live, containers);
    JsonNode container = containers.get(random.nextInt(containers.size()));
    if (container instanceof ObjectNode object && !object.isEmpty()) {
      List<String> names = new ArrayList<>();
      object.fieldNames().forEachRemaining(names::add);
      String name = names.get(random.nextInt(names.size()));
      if (random.nextInt(4) == 0) {
        object.remove(name);
      } else {
        object.set(name, anything(random));
      }
    } else if (container instanceof ArrayNode array && !array.isEmpty()) {
      array.set(random.nextInt(array.size()), anything(random));
    }
  }

  private static void collect(JsonNode node, List<JsonNode> containers) {
    if (node.isContainerNode()) {
      containers.add(node);
      node.forEach(child -> collect(child, containers));
    }
  }

  private static JsonNode anything(Random random) {
    return switch (random.nextInt(14)) {
      case 0 -> JSON.nullNode();
      case 1 -> JSON.objectNode();
      case 2 -> JSON.arrayNode();
      case 3 -> JSON.booleanNode(random.nextBoolean());
      case 4 -> JSON.numberNode(random.nextInt(5) - 1);
      case 5 -> JSON.numberNode(Long.MIN_VALUE);
      case 6 -> JSON.numberNode(Long.MAX_VALUE);
      case 7 -> JSON.numberNode(BigInteger.TEN.pow(400));
      case 8 -> JSON.numberNode(1.5);
      case 9 -> JSON.textNode("");
      case 10 -> JSON.textNode("%s %d \n\u0000 \ud800 \u202e");
      case 11 -> JSON.textNode("x".repeat(20_000));
      case 12 -> JSON.arrayNode().add(JSON.objectNode().put("type", "Ready")).add(7);
      default -> JSON.textNode(List.of("True", "False", "Failed", "3").get(random.nextInt(4)));
    };
  }
}
