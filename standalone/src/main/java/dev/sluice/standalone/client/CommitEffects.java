package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.api.readmodel.Explanation.Cause;
import dev.sluice.contract.codec.EventType;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.client.Api.Query;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Effects of a commit on the selected applications, as the API explains them. */
final class CommitEffects {

  private final JsonNode explanation;
  private final List<String> applications;

  private CommitEffects(JsonNode explanation, List<String> applications) {
    this.explanation = explanation;
    this.applications = applications;
  }

  /**
   * Asks the API.
   *
   * @param applications all if it is empty
   * @return empty if the commit is not known yet
   */
  static Optional<CommitEffects> of(Api api, String commit, List<String> applications) {
    return api.find("/api/v1/commits/" + Api.encoded(commit))
        .map(explanation -> new CommitEffects(explanation, applications));
  }

  /** Returns the generations that were sent for the commit. */
  List<JsonNode> sent() {
    return explanation.get("affected").valueStream().filter(this::isSelected).toList();
  }

  /** Whether a generation was sent to each application that was named. */
  boolean everyNamedIsSent() {
    List<String> sent = sent().stream().map(one -> one.get("application").asText()).toList();
    return sent.containsAll(applications);
  }

  /** Returns the applications that nothing was sent to for this reason. */
  Stream<JsonNode> because(Cause cause) {
    return explanation
        .get("unaffected")
        .valueStream()
        .filter(one -> one.path("cause").asText().equals(cause.name()))
        .filter(this::isSelected);
  }

  /** Ends the wait if the inputs of an application are refused: they are never sent. */
  void failIfRefused() {
    because(Cause.REFUSED)
        .findFirst()
        .ifPresent(
            one -> {
              throw new ExitException(
                  1, "%s: %s".formatted(one.get("application").asText(), one.get("why").asText()));
            });
  }

  /** Ends the wait if a generation is parked. */
  void failIfParked() {
    for (JsonNode generation : sent()) {
      if (isOutcome(generation, EventType.PARKED)) {
        throw new ExitException(
            1,
            "%s is parked: %s".formatted(place(generation), generation.path("message").asText()));
      }
    }
  }

  /**
   * Whether a ref is at the commit: the dispatcher has then evaluated it, even if it sent nothing.
   */
  boolean isHead(Api api) {
    String commit = explanation.get("commit").asText();
    return api.all("/api/v1/repositories", new Query(), Integer.MAX_VALUE).stream()
        .flatMap(repository -> repository.get("refs").valueStream())
        .anyMatch(ref -> ref.path("head").asText().equals(commit));
  }

  static boolean isOutcome(JsonNode generation, EventType... types) {
    String outcome = generation.get("outcome").asText();
    return Arrays.stream(types).map(EventType::slug).anyMatch(outcome::equals);
  }

  static String place(JsonNode item) {
    return item.get("application").asText() + " in " + item.get("cluster").asText();
  }

  private boolean isSelected(JsonNode item) {
    return applications.isEmpty() || applications.contains(item.get("application").asText());
  }
}
