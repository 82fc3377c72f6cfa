package dev.sluice.contract.event;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * Id of an event (CloudEvents {@code id}), derived from the event's subject and never random: an
 * event that is written twice has the same id, so that readers recognise the duplicate.
 */
public record EventId(@JsonValue String value) {

  private static final int MAX_LENGTH = 1024;

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public EventId {
    if (value.isBlank() || value.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "an event id has 1 to %d characters, not %d".formatted(MAX_LENGTH, value.length()));
    }
  }

  public static EventId of(Object first, Object... more) {
    StringBuilder id = new StringBuilder(first.toString());
    for (Object part : more) {
      id.append('/').append(part);
    }
    return new EventId(id.toString());
  }

  @Override
  public String toString() {
    return value;
  }
}
