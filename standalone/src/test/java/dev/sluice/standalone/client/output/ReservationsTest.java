package dev.sluice.standalone.client.output;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.json.Json;
import org.junit.jupiter.api.Test;

class ReservationsTest {

  private final Reservations reservations = new Reservations();

  @Test
  void answersWithoutLimitsNeedNoSentence() throws JsonProcessingException {
    reservations.answered(json("{\"items\": []}"));
    reservations.answered(json("[]"));

    assertThat(reservations.sentences()).isEmpty();
  }

  @Test
  void eachLimitIsSaidOnce() throws JsonProcessingException {
    for (int page = 0; page < 2; page++) {
      reservations.catchingUp("120 records");
      reservations.answered(
          json(
              """
              {"items": [], "knownSince": {"since": "2026-01-01T00:00:00.123Z", "topic": "sluice.results",
                "partition": 2, "offset": 17}}
              """));
    }

    assertThat(reservations.sentences())
        .containsExactly(
            "the API is catching up with the topics, 120 records to go: this may be out of date or"
                + " incomplete",
            "the log begins at 2026-01-01T00:00:00Z (sluice.results, partition 2, offset 17): what"
                + " happened before is not known");
  }

  private static JsonNode json(String text) throws JsonProcessingException {
    return Json.mapper().readTree(text);
  }
}
