package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.api.readmodel.Explanation.Cause;
import dev.sluice.contract.codec.EventType;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.client.Api.Query;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Effects of a commit on the selected applications, as the API explains them. */
final class CommitEffects {

  /** The number of names that a request may have; for more, it asks for all applications. */
  private static final int MAX_NAMES = 50;

  /** The number of digits of a SHA-1. */
  private static final int FULL = 40;

  private final Api api;
  private final JsonNode explanation;
  private final List<String> applications;

  private CommitEffects(Api api, JsonNode explanation, List<String> applications) {
    this.api = api;
    this.explanation = explanation;
    this.applications = applications;
  }

  /** Returns the digits of a commit id as it is typed: the first seven or more, in lower case. */
  static String digits(String text) {
    String digits = text.toLowerCase(Locale.ROOT);
    if (!digits.matches("[0-9a-f]{7,64}")) {
      throw new ExitException(
          2, "expected a commit id, or its first seven digits or more, not '%s'".formatted(text));
    }
    return digits;
  }

  /** Returns the full id of a commit, which the API looks up if it is abbreviated. */
  static String full(Api api, String text) {
    String digits = digits(text);
    return digits.length() >= FULL
        ? digits
        : api.find("/api/v1/commits/" + digits)
            .orElseThrow(
                () ->
                    new ExitException(
                        1, "no known commit begins with %s: give the full id".formatted(digits)))
            .get("commit")
            .asText();
  }

  /**
   * Asks the API.
   *
   * @param applications all if it is empty
   * @return empty if the commit is not known yet
   */
  static Optional<CommitEffects> of(Api api, String commit, List<String> applications) {
    return api.find("/api/v1/commits/" + commit)
        .map(explanation -> new CommitEffects(api, explanation, applications));
  }

  /** Returns the newest generation with the commit in each cluster of each application. */
  Map<String, JsonNode> sent() {
    Map<String, JsonNode> newest = new LinkedHashMap<>();
    explanation
        .get("affected")
        .valueStream()
        .filter(this::isSelected)
        .forEach(
            one ->
                newest.merge(
                    place(one),
                    one,
                    (first, second) -> number(second) > number(first) ? second : first));
    return newest;
  }

  /** Returns the named applications that no generation with the commit was sent to. */
  List<String> unsent(Collection<JsonNode> sent) {
    Set<String> names = names(sent);
    return applications.stream().filter(name -> !names.contains(name)).toList();
  }

  /** Returns the states of the selected applications in all their clusters, by place. */
  Map<String, JsonNode> states() {
    List<String> asked = applications.size() > MAX_NAMES ? List.of() : applications;
    Map<String, JsonNode> states = new LinkedHashMap<>();
    api
        .all("/api/v1/applications", new Query().with("application", asked), Integer.MAX_VALUE)
        .stream()
        .filter(this::isSelected)
        .forEach(state -> states.put(place(state), state));
    return states;
  }

  /** Whether a generation with the commit was sent to the application in any cluster. */
  boolean affects(JsonNode state) {
    return names(sent().values()).contains(state.get("application").asText());
  }

  /** Whether the commit is the one that was sent last. */
  boolean isCommitOf(JsonNode state) {
    return state.path("commit").asText().equals(explanation.get("commit").asText());
  }

  /** Returns the newest generation of an application in a cluster, whatever its commit is. */
  JsonNode newest(JsonNode state) {
    return api
        .all(
            "/api/v1/applications/%s/history"
                .formatted(Api.encoded(state.get("application").asText())),
            new Query().with("cluster", Optional.of(state.get("cluster").asText())),
            1)
        .stream()
        .findFirst()
        .orElse(state);
  }

  /**
   * Ends the wait if the commit is not sent to an application: it is suspended or pinned, or its
   * inputs are refused.
   */
  void failIfNotSent() {
    Stream.concat(because(Cause.REFUSED), because(Cause.HELD))
        .findFirst()
        .ifPresent(
            one -> {
              throw new ExitException(
                  1,
                  "the commit is not sent to %s: %s"
                      .formatted(one.get("application").asText(), one.get("why").asText()));
            });
  }

  /** Returns the applications that nothing was sent to for this reason. */
  private Stream<JsonNode> because(Cause cause) {
    return explanation
        .get("unaffected")
        .valueStream()
        .filter(one -> one.path("cause").asText().equals(cause.name()))
        .filter(this::isSelected);
  }

  /**
   * Whether a ref is at the commit: the dispatcher has then evaluated it, even if it sent nothing.
   */
  boolean isHead() {
    String commit = explanation.get("commit").asText();
    return refs(api).anyMatch(ref -> ref.path("head").asText().equals(commit));
  }

  /** Returns why a ref cannot be read: its commits will not be applied until it can. */
  static String unreadable(Api api) {
    return refs(api)
        .filter(ref -> ref.hasNonNull("unreadableReason"))
        .map(ref -> "; " + ref.get("unreadableReason").asText())
        .findFirst()
        .orElse("");
  }

  private static Stream<JsonNode> refs(Api api) {
    return api.all("/api/v1/repositories", new Query(), Integer.MAX_VALUE).stream()
        .flatMap(repository -> repository.get("refs").valueStream());
  }

  static boolean isOutcome(JsonNode generation, EventType... types) {
    String outcome = generation.get("outcome").asText();
    return Arrays.stream(types).map(EventType::slug).anyMatch(outcome::equals);
  }

  static long number(JsonNode item) {
    return item.get("generation").asLong();
  }

  static String place(JsonNode item) {
    return item.get("application").asText() + " in " + item.get("cluster").asText();
  }

  private static Set<String> names(Collection<JsonNode> items) {
    return items.stream().map(one -> one.get("application").asText()).collect(Collectors.toSet());
  }

  private boolean isSelected(JsonNode item) {
    return applications.isEmpty() || applications.contains(item.get("application").asText());
  }
}
