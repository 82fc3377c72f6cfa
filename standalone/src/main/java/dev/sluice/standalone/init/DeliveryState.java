package dev.sluice.standalone.init;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The deliveries of a repository's webhook, as the API's answers show them. Pure.
 *
 * @param repository the canonical name
 * @param status the state of the parts, with the endpoints of receivers
 * @param deliveries the events of deliveries about the repository, newest first
 * @param unfollowed the events of deliveries about repositories that nothing follows
 */
record DeliveryState(
    String repository, JsonNode status, List<JsonNode> deliveries, List<JsonNode> unfollowed) {

  /** The conclusion about the newest delivery. */
  sealed interface Verdict {

    String text();

    /** A delivery has arrived. */
    record Arrived(String text) implements Verdict {}

    /** A delivery was refused, or none can arrive: somebody has to act. */
    record Wrong(String text) implements Verdict {}

    /** Nothing, or only a test delivery, has arrived yet. */
    record NotYet(String text) implements Verdict {}
  }

  /** A delivery that led to no event of the repository. */
  private record Seen(Instant at, String text, boolean wrong) {}

  /**
   * Judges the newest delivery.
   *
   * @param since what was wrong before this time may have been corrected since
   */
  Verdict judge(Instant since, Instant now) {
    List<JsonNode> receivers = receivers();
    if (receivers.isEmpty()) {
      return new Verdict.NotYet("no receiver has reported: is 'sluice up' running?");
    }
    List<JsonNode> endpoints = endpoints(receivers);
    List<JsonNode> matching = endpoints.stream().filter(this::isOfRepository).toList();
    Optional<Seen> other = others(matching, now);
    Optional<JsonNode> arrived = deliveries.stream().findFirst();
    if (arrived.isPresent()
        && other.filter(seen -> seen.wrong() && seen.at().isAfter(at(arrived.get()))).isEmpty()) {
      return new Verdict.Arrived(arrival(arrived.get(), now));
    }
    if (matching.isEmpty()) {
      return new Verdict.Wrong(
          "no webhook endpoint has repositories like %s: start with --webhook-endpoint as 'sluice init' prints it; there are %s"
              .formatted(repository, names(endpoints)));
    }
    return other
        .<Verdict>map(
            seen ->
                seen.wrong() && !seen.at().isBefore(since)
                    ? new Verdict.Wrong(seen.text())
                    : new Verdict.NotYet(seen.text()))
        .orElseGet(
            () ->
                new Verdict.NotYet(
                    "no delivery has arrived at the endpoint %s".formatted(names(matching))));
  }

  private List<JsonNode> receivers() {
    return status
        .path("parts")
        .valueStream()
        .filter(part -> part.path("part").asText().equals("receiver"))
        .filter(part -> !List.of("silent", "stopped").contains(part.path("state").asText()))
        .toList();
  }

  private static List<JsonNode> endpoints(List<JsonNode> receivers) {
    return receivers.stream().flatMap(part -> part.path("endpoints").valueStream()).toList();
  }

  private boolean isOfRepository(JsonNode endpoint) {
    String prefix = endpoint.path("address").asText().toLowerCase(Locale.ROOT) + "/";
    return repository.toLowerCase(Locale.ROOT).startsWith(prefix);
  }

  /** Returns the newest of the deliveries that led to no event of the repository. */
  private Optional<Seen> others(List<JsonNode> endpoints, Instant now) {
    List<Seen> all = new ArrayList<>();
    for (JsonNode endpoint : endpoints) {
      String name = endpoint.path("endpoint").asText();
      delivery(endpoint.path("refused"))
          .map(
              refused ->
                  new Seen(
                      at(refused),
                      "a delivery arrived at the endpoint %s %s from %s%s, but was refused: %s; %s"
                          .formatted(
                              name,
                              ago(at(refused), now),
                              refused.path("sender").asText(),
                              id(refused),
                              refused.path("note").asText(),
                              remedy(refused.path("note").asText())),
                      /* wrong= */ true))
          .ifPresent(all::add);
      delivery(endpoint.path("authentic"))
          .filter(authentic -> authentic.hasNonNull("note"))
          .map(
              authentic ->
                  new Seen(
                      at(authentic),
                      "a delivery without a push arrived at the endpoint %s %s%s, signature valid (%s): push a commit"
                          .formatted(
                              name,
                              ago(at(authentic), now),
                              id(authentic),
                              authentic.path("note").asText()),
                      /* wrong= */ false))
          .ifPresent(all::add);
    }
    unfollowed.stream()
        .filter(one -> one.path("similar").asText("").equalsIgnoreCase(repository))
        .findFirst()
        .map(
            one ->
                new Seen(
                    at(one),
                    "a delivery %s names the repository %s, but the fleet has %s: correct the endpoint's host, or the Repository's URL or identity"
                        .formatted(ago(at(one), now), one.path("repository").asText(), repository),
                    /* wrong= */ true))
        .ifPresent(all::add);
    return all.stream().max(Comparator.comparing(Seen::at));
  }

  private String arrival(JsonNode delivery, Instant now) {
    String type = delivery.path("type").asText();
    long applications = delivery.path("applications").asLong();
    return "%s webhook of %s arrived %s at the endpoint %s, signature valid%s; %s"
        .formatted(
            type.equals("ref-changed") ? "push" : type,
            repository,
            ago(at(delivery), now),
            delivery.path("endpoint").asText(),
            delivery.hasNonNull("ref")
                ? ": %s at %s"
                    .formatted(
                        delivery.get("ref").asText(),
                        abbreviated(delivery.path("commit").asText("")))
                : "",
            applications == 1
                ? "1 application follows it"
                : applications + " applications follow it");
  }

  private static String remedy(String note) {
    return note.equals("unauthenticated")
        ? "the secret there is not the content of the endpoint's secret file: enter it again, and"
            + " deliver again"
        : "correct the webhook, and deliver again";
  }

  private static Optional<JsonNode> delivery(JsonNode node) {
    return Optional.of(node).filter(JsonNode::isObject);
  }

  private static String id(JsonNode delivery) {
    return delivery.hasNonNull("delivery")
        ? " (delivery " + delivery.get("delivery").asText() + ")"
        : "";
  }

  private static Instant at(JsonNode node) {
    return Instant.parse(node.path("at").asText());
  }

  private static String ago(Instant at, Instant now) {
    Duration age = Duration.between(at, now);
    long seconds = Math.max(0, age.toSeconds());
    return seconds < 120
        ? seconds + " s ago"
        : seconds < 7_200 ? age.toMinutes() + " min ago" : age.toHours() + " h ago";
  }

  private static String abbreviated(String commit) {
    return commit.isEmpty() ? "no commit" : commit.substring(0, Math.min(10, commit.length()));
  }

  private static String names(List<JsonNode> endpoints) {
    List<String> names =
        endpoints.stream()
            .map(
                one ->
                    "%s (%s)"
                        .formatted(one.path("endpoint").asText(), one.path("address").asText()))
            .distinct()
            .sorted()
            .toList();
    return names.isEmpty() ? "none" : String.join(", ", names);
  }
}
