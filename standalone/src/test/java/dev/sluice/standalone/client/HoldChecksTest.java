package dev.sluice.standalone.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.json.Json;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HoldChecksTest {

  @Test
  void applicationsThatWaitAreNamedWithWhatReleasesThem() throws JsonProcessingException {
    assertThat(HoldChecks.waiting(List.of(waiting("web"), suspended("api"))))
        .contains(
            "new inputs are not sent: web in eu (waits for the maintenance window; released by:"
                + " that, or sluice release web --cluster eu --ignore-windows)");
    assertThat(HoldChecks.waiting(List.of(suspended("api")))).isEmpty();
  }

  @Test
  void furtherOnesAreCounted() throws JsonProcessingException {
    List<JsonNode> all = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      all.add(waiting("web-" + i));
    }
    assertThat(HoldChecks.waiting(all))
        .hasValueSatisfying(
            text ->
                assertThat(text)
                    .contains("web-4 in eu")
                    .doesNotContain("web-5")
                    .endsWith("; and 3 more: sluice get apps, column HELD"));
  }

  @Test
  void heldByOperatorsIsCounted() throws JsonProcessingException {
    assertThat(HoldChecks.byOperators(json("{\"held\": 0}"))).isEmpty();
    assertThat(HoldChecks.byOperators(json("{\"held\": 2}")))
        .contains("2 suspended or pinned: sluice get apps, column HELD");
  }

  private static JsonNode waiting(String application) throws JsonProcessingException {
    return json(
        """
        {"application": "%1$s", "cluster": "eu", "held": {"what": "window", "withheld": "window",
         "reason": "waits for the maintenance window",
         "release": "that, or sluice release %1$s --cluster eu --ignore-windows"}}
        """
            .formatted(application));
  }

  private static JsonNode suspended(String application) throws JsonProcessingException {
    return json(
        """
        {"application": "%s", "cluster": "eu",
         "held": {"what": "suspended", "reason": "x", "release": "sluice resume"}}
        """
            .formatted(application));
  }

  private static JsonNode json(String text) throws JsonProcessingException {
    return Json.mapper().readTree(text);
  }
}
