package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.standalone.client.Api.Query;
import java.util.List;
import java.util.Optional;

/** Checks of what keeps new inputs from being sent, by doctor. */
final class HoldChecks {

  private static final int SHOWN = 5;
  private static final int MOST = 10_000;

  private HoldChecks() {}

  /** Returns a finding about applications that operators hold; empty if there are none. */
  static Optional<String> byOperators(JsonNode status) {
    long held = status.get("held").asLong();
    return held == 0
        ? Optional.empty()
        : Optional.of("%d suspended or pinned: sluice get apps, column HELD".formatted(held));
  }

  /**
   * Returns a finding about applications whose new inputs wait for a maintenance window, an
   * operator or another application, with what releases them; empty if there are none.
   */
  static Optional<String> waiting(Api api) {
    return waiting(
        api.all("/api/v1/applications", new Query().with("held", Optional.of("true")), MOST));
  }

  /** Returns the finding about these applications. */
  static Optional<String> waiting(List<JsonNode> held) {
    List<String> waiting =
        held.stream()
            .filter(one -> one.path("held").hasNonNull("withheld"))
            .map(HoldChecks::described)
            .toList();
    if (waiting.isEmpty()) {
      return Optional.empty();
    }
    int more = waiting.size() - SHOWN;
    return Optional.of(
        "new inputs are not sent: "
            + String.join("; ", waiting.subList(0, Math.min(SHOWN, waiting.size())))
            + (more > 0 ? "; and %d more: sluice get apps, column HELD".formatted(more) : ""));
  }

  private static String described(JsonNode status) {
    return "%s in %s (%s; released by: %s)"
        .formatted(
            status.get("application").asText(),
            status.get("cluster").asText(),
            status.at("/held/reason").asText(),
            status.at("/held/release").asText());
  }
}
