package dev.sluice.worker.plan;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.worker.fields.FieldOwnership;
import dev.sluice.worker.fields.LastApplied;
import java.util.Optional;

/**
 * The state in which an apply left a live object, as a ledger stores it. A live object in another
 * state has drifted.
 *
 * @param text a digest of the fields that Sluice owns, or of their values if the API does not
 *     record who owns them, or one of the constants
 */
public record LiveState(@JsonValue String text) {

  /** The object exists; its fields are not compared. */
  public static final LiveState EXISTS = new LiveState("exists");

  /** The object may have any state, and may be gone. */
  public static final LiveState ANY = new LiveState("any");

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public LiveState {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("a state is not empty");
    }
  }

  /** Returns the state of a live object. */
  public static LiveState of(JsonNode live) {
    return FieldOwnership.digest(live)
        .map("f:"::concat)
        // an API without server-side apply does not record who set a field
        .or(() -> LastApplied.digest(live).map("v:"::concat))
        .map(LiveState::new)
        .orElse(EXISTS);
  }

  /**
   * Returns whether a live object is in this state.
   *
   * @param live the state of its fields; empty if it does not exist
   */
  public boolean isMetBy(Optional<LiveState> live) {
    return equals(ANY) || (equals(EXISTS) ? live.isPresent() : live.equals(Optional.of(this)));
  }
}
