package dev.sluice.worker.health;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.fleet.HealthCheck;
import dev.sluice.contract.health.Health;
import dev.sluice.contract.json.Json;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Health by the rules of a policy. */
class HealthChecksTest {

  private static final HealthCheck WIDGETS =
      new HealthCheck(
          "example.com/v1",
          "Widget",
          Optional.of("status.phase == 'Working'"),
          Optional.of("status.phase == 'Broken'"),
          "status.phase == 'Done'");

  @Test
  void theFirstConditionThatHoldsDecides() throws IOException {
    assertThat(of("{phase: Working}"))
        .isEqualTo(new ObjectHealth(Health.PROGRESSING, "inProgress: status.phase == 'Working'"));
    assertThat(of("{phase: Broken}"))
        .isEqualTo(new ObjectHealth(Health.DEGRADED, "failed: status.phase == 'Broken'"));
    assertThat(of("{phase: Done}"))
        .isEqualTo(new ObjectHealth(Health.HEALTHY, "current: status.phase == 'Done'"));
    assertThat(of("{phase: Odd}"))
        .isEqualTo(
            new ObjectHealth(Health.PROGRESSING, "no condition of its health check holds yet"));
  }

  @Test
  void aMissingFieldIsAwaited() throws IOException {
    assertThat(of("{}"))
        .isEqualTo(
            new ObjectHealth(
                Health.PROGRESSING,
                "the health check's 'inProgress' has no value yet:"
                    + " the object has no such field at character 7"));
  }

  @Test
  void anErrorMakesOnlyThisObjectUnknown() throws IOException {
    HealthCheck broken =
        new HealthCheck(
            "example.com/v1",
            "Gadget",
            Optional.empty(),
            Optional.empty(),
            "status.list[3] == 'x'");

    ObjectNode gadget = widget("{list: [a]}").put("kind", "Gadget");

    assertThat(HealthChecks.of(gadget, List.of(WIDGETS, broken)))
        .isEqualTo(
            new ObjectHealth(
                Health.UNKNOWN,
                "the health check's 'current' fails: index out of bounds at character 12"));
    assertThat(HealthChecks.of(widget("{phase: Done}"), List.of(WIDGETS, broken)).health())
        .isEqualTo(Health.HEALTHY);
  }

  @Test
  void aRuleThatIsNoExpressionIsUnknown() throws IOException {
    HealthCheck invalid =
        new HealthCheck("example.com/v1", "Widget", Optional.empty(), Optional.empty(), "a ==");

    assertThat(HealthChecks.of(widget("{}"), List.of(invalid)).health()).isEqualTo(Health.UNKNOWN);
  }

  @Test
  void aRuleThatTakesTooLongIsUnknown() throws IOException {
    HealthCheck slow =
        new HealthCheck(
            "example.com/v1",
            "Widget",
            Optional.empty(),
            Optional.empty(),
            "status.list.all(x, status.list.all(y, status.list.all(z, x + y + z >= 0)))");
    ObjectNode widget = widget("{}");
    for (int i = 0; i < 100; i++) {
      widget.withObject("/status").withArray("list").add(i);
    }

    assertThat(HealthChecks.of(widget, List.of(slow)))
        .isEqualTo(
            new ObjectHealth(
                Health.UNKNOWN,
                "the health check's 'current' fails: iteration budget exceeded at character 16"));
  }

  @Test
  void deletedAndUnseenObjectsAreProgressing() throws IOException {
    ObjectNode deleted = widget("{phase: Done}");
    deleted.withObject("/metadata").put("deletionTimestamp", "2026-03-01T09:00:00Z");
    ObjectNode unseen = widget("{phase: Done, observedGeneration: 1}");
    unseen.withObject("/metadata").put("generation", 2);

    assertThat(HealthChecks.of(deleted, List.of(WIDGETS)).reason()).isEqualTo("is being deleted");
    assertThat(HealthChecks.of(unseen, List.of(WIDGETS)).health()).isEqualTo(Health.PROGRESSING);
  }

  @Test
  void aRuleReplacesTheOneOfItsKindOnly() throws IOException {
    HealthCheck always =
        new HealthCheck("apps/v1", "Deployment", Optional.empty(), Optional.empty(), "true");
    JsonNode deployment =
        Json.mapper()
            .readTree(GoldenCase.DIRECTORY.resolve("Deployment.apps/updating.json").toFile());
    JsonNode set =
        Json.mapper()
            .readTree(GoldenCase.DIRECTORY.resolve("StatefulSet.apps/updating.json").toFile());

    ObjectNode current = deployment.deepCopy();
    current.withObject("/status").set("observedGeneration", current.at("/metadata/generation"));

    assertThat(HealthChecks.of(current, List.of(always)).health()).isEqualTo(Health.HEALTHY);
    assertThat(HealthChecks.of(set, List.of(always))).isEqualTo(HealthRules.of(set));
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.worker.health.GoldenCase#all")
  void withoutRulesTheHealthIsThatOfTheKind(GoldenCase golden) {
    assertThat(HealthChecks.of(golden.object(), List.of(WIDGETS)).reason()).isNotBlank();
    assertThat(HealthChecks.of(golden.object(), List.of()))
        .isEqualTo(HealthRules.of(golden.object()));
  }

  private static ObjectHealth of(String status) throws IOException {
    return HealthChecks.of(widget(status), List.of(WIDGETS));
  }

  private static ObjectNode widget(String status) throws IOException {
    String object =
        "{\"apiVersion\": \"example.com/v1\", \"kind\": \"Widget\", \"status\": %s}"
            .formatted(status.replaceAll("([A-Za-z]+)", "\"$1\""));
    return (ObjectNode) Json.mapper().readTree(object);
  }
}
