package dev.sluice.standalone.client.output;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Sentences about what the API's answers to a command do not cover. */
public final class Reservations {

  private Optional<String> catchingUp = Optional.empty();
  private Optional<String> knownSince = Optional.empty();

  /** Notes that an answer lacks what these records change, such as {@code 120 records}. */
  public void catchingUp(String records) {
    catchingUp =
        Optional.of(
            "the API is catching up with the topics, %s to go: this may be out of date or incomplete"
                .formatted(records));
  }

  /** Notes the beginning of what is known, if the answer reaches it. */
  public void answered(JsonNode answer) {
    sentence(answer.path("knownSince")).ifPresent(text -> knownSince = Optional.of(text));
  }

  /** Returns a sentence about the beginning of what is known. */
  public static Optional<String> sentence(JsonNode beginning) {
    return beginning.isObject()
        ? Optional.of(
            "the log begins at %s (%s, partition %d, offset %d): what happened before is not known"
                .formatted(
                    Instant.parse(beginning.get("since").asText()).truncatedTo(ChronoUnit.SECONDS),
                    beginning.get("topic").asText(),
                    beginning.get("partition").asInt(),
                    beginning.get("offset").asLong()))
        : Optional.empty();
  }

  public List<String> sentences() {
    List<String> all = new ArrayList<>();
    catchingUp.ifPresent(all::add);
    knownSince.ifPresent(all::add);
    return all;
  }
}
