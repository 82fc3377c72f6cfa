package dev.sluice.standalone.client.output;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;

/**
 * Words for times of the API's answers.
 *
 * @param exact whether the time itself is added to its age
 */
public record Times(Instant now, boolean exact) {

  /** Returns how long ago a time was, such as {@code 5m ago}. */
  public String ago(JsonNode time) {
    return time.isTextual()
        ? words(Age.of(time.asText(), now) + " ago", time)
        : "at an unknown time";
  }

  /** Returns how long something has lasted, such as {@code for 5m}. */
  public String lasting(JsonNode since) {
    return since.isTextual()
        ? words("for " + Age.of(since.asText(), now), since)
        : "for an unknown time";
  }

  private String words(String age, JsonNode time) {
    return exact ? "%s (%s)".formatted(age, time.asText()) : age;
  }
}
