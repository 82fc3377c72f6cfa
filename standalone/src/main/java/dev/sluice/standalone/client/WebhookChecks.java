package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Checks of webhooks by doctor: deliveries about repositories that nothing follows, and
 * repositories of the fleet that no delivery ever named.
 */
final class WebhookChecks {

  private static final int SHOWN = 5;
  private static final Duration RECENT = Duration.ofDays(1);
  private static final int MOST_DELIVERIES = 1_000;

  private WebhookChecks() {}

  /** Returns a finding about deliveries of the last day about repositories that nothing follows. */
  static Optional<String> unfollowed(Api api) {
    return unfollowed(
        api.all(
            "/api/v1/deliveries",
            new Api.Query()
                .with("followed", Optional.of("false"))
                .with("since", Optional.of(Instant.now().minus(RECENT).toString())),
            MOST_DELIVERIES));
  }

  /**
   * Returns a finding about deliveries whose repositories nothing follows; empty if there are none.
   */
  static Optional<String> unfollowed(Iterable<JsonNode> deliveries) {
    TreeSet<String> repositoriesAtEndpoints = new TreeSet<>();
    for (JsonNode delivery : deliveries) {
      repositoriesAtEndpoints.add(
          "%s at endpoint %s%s"
              .formatted(
                  delivery.get("repository").asText(),
                  delivery.get("endpoint").asText(),
                  delivery.hasNonNull("similar")
                      ? " (the fleet has " + delivery.get("similar").asText() + ")"
                      : ""));
    }
    return repositoriesAtEndpoints.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "webhooks came about repositories that nothing follows: %s; if one should be followed,"
                    .formatted(some(repositoriesAtEndpoints))
                + " compare the endpoint's host with the Repository's URL, else exclude it from the"
                + " webhook, unless an ApplicationSet or FleetInclude reads it, which is not known"
                + " of earlier dispatchers and beyond 1,000 refs: sluice deliveries --unfollowed");
  }

  /**
   * Returns a finding about repositories that no delivery named; empty if there are none.
   *
   * @param since the beginning of what is known, if earlier deliveries are not
   */
  static Optional<String> neverNamed(Iterable<JsonNode> repositories, Optional<String> since) {
    List<String> never = new ArrayList<>();
    for (JsonNode repository : repositories) {
      if (!repository.hasNonNull("lastWebhookAt")) {
        never.add(
            "%s (%s)"
                .formatted(
                    repository.get("repository").asText(),
                    repository.hasNonNull("lastSweepAt")
                        ? "the poll last found a change at "
                            + repository.get("lastSweepAt").asText()
                        : "the poll has found no change"));
      }
    }
    return never.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "no webhook %s %s: changes there wait for the poll; add a webhook, or see"
                    .formatted(
                        since
                            .map(
                                time -> "since %s (the beginning of the log) named".formatted(time))
                            .orElse("ever named"),
                        some(never))
                + " whether one names it otherwise: sluice deliveries --unfollowed");
  }

  private static String some(Iterable<String> all) {
    List<String> names = new ArrayList<>();
    all.forEach(names::add);
    return names.size() <= SHOWN
        ? String.join(", ", names)
        : "%s and %d more"
            .formatted(String.join(", ", names.subList(0, SHOWN)), names.size() - SHOWN);
  }
}
