package dev.sluice.standalone.client.audit;

import static dev.sluice.standalone.client.output.Column.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.codec.EventType;
import dev.sluice.contract.json.Json;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Decides who pushed, wrote, approved and merged the commits of generations. Several pushes may
 * name a commit: of a branch, of tags, and to forks of the repository.
 */
public final class CommitOrigins {

  private static final Set<String> PUSHES =
      Set.of(EventType.REF_CHANGED.slug(), EventType.REF_FORWARDED.slug());

  private final Map<String, JsonNode> answers = new HashMap<>();

  /**
   * Creates the origins of commits.
   *
   * @param answers of the API, one for each commit
   */
  public CommitOrigins(Collection<JsonNode> answers) {
    answers.forEach(answer -> this.answers.put(text(answer.path("commit")), answer));
  }

  /** Returns the commits of other sources that generations name, for which answers are needed. */
  public static List<String> others(Collection<JsonNode> answers) {
    return answers.stream()
        .flatMap(answer -> answer.path("generations").valueStream())
        .map(generation -> generation.at("/through/commit"))
        .filter(JsonNode::isTextual)
        .map(JsonNode::asText)
        .distinct()
        .toList();
  }

  /**
   * Returns who brought the commit of a generation: the push that caused the generation, or if it
   * was sent for another reason, the first push of the commit; and the first merge request with the
   * commit. If a change of another source than the first led to the generation, this is about the
   * commit of that source, which is named.
   */
  public ObjectNode of(JsonNode generation) {
    JsonNode answer = answers.get(text(generation.path("commit")));
    if (answer == null) {
      return Json.mapper().createObjectNode();
    }
    JsonNode sent = sent(answer, generation);
    List<String> causes = sent.path("causes").valueStream().map(JsonNode::asText).toList();
    JsonNode through = sent.path("through");
    JsonNode other = answers.get(text(through.path("commit")));
    if (other == null || cause(pushes(answer), causes).isPresent()) {
      return brought(answer, causes);
    }
    ObjectNode origin = brought(other, causes);
    origin.put("through", text(through.path("repository")) + "@" + text(through.path("commit")));
    return origin;
  }

  private static ObjectNode brought(JsonNode answer, List<String> causes) {
    ObjectNode origin = Json.mapper().createObjectNode();
    Optional<JsonNode> push = push(pushes(answer), causes);
    push.ifPresent(
        change -> {
          AuditRows.copy(change, "actor", origin, "pushedBy");
          for (String field : List.of("author", "title", "url")) {
            AuditRows.copy(change, field, origin, field);
          }
        });
    answer
        .path("changes")
        .valueStream()
        .filter(change -> change.path("merge").isObject())
        .filter(change -> push.isEmpty() || isInRepositoryOf(change, push.get()))
        .findFirst()
        .ifPresent(change -> merged(change, answer, origin));
    return origin;
  }

  /** Returns the pushes of an answer's commit. */
  private static List<JsonNode> pushes(JsonNode answer) {
    return answer
        .path("changes")
        .valueStream()
        .filter(change -> PUSHES.contains(text(change.path("type"))))
        .filter(change -> change.path("commit").equals(answer.path("commit")))
        .toList();
  }

  private static Optional<JsonNode> cause(List<JsonNode> pushes, List<String> causes) {
    return pushes.stream().filter(change -> causes.contains(text(change.path("id")))).findFirst();
  }

  private static Optional<JsonNode> push(List<JsonNode> pushes, List<String> causes) {
    Optional<JsonNode> cause = cause(pushes, causes);
    if (cause.isPresent()) {
      // a poll does not know who pushed what a webhook reports later
      return pushes.stream()
          .filter(change -> change.hasNonNull("actor"))
          .filter(change -> isOnRefOf(change, cause.get()))
          .min(Comparator.comparing(change -> !change.equals(cause.get())))
          .or(() -> cause);
    }
    return pushes.stream()
        .min(Comparator.comparing(change -> !text(change.path("ref")).startsWith("refs/heads/")));
  }

  /** Returns what an answer says of a generation. */
  private static JsonNode sent(JsonNode answer, JsonNode generation) {
    return answer
        .path("generations")
        .valueStream()
        .filter(
            one ->
                Stream.of("application", "cluster", "generation")
                    .allMatch(field -> one.path(field).equals(generation.path(field))))
        .findFirst()
        .orElse(MissingNode.getInstance());
  }

  private static boolean isInRepositoryOf(JsonNode change, JsonNode other) {
    return text(change.path("repository")).equalsIgnoreCase(text(other.path("repository")));
  }

  private static boolean isOnRefOf(JsonNode change, JsonNode other) {
    return isInRepositoryOf(change, other) && change.path("ref").equals(other.path("ref"));
  }

  private static void merged(JsonNode change, JsonNode answer, ObjectNode origin) {
    JsonNode merge = change.get("merge");
    AuditRows.copy(merge, "author", origin, "author");
    AuditRows.copy(merge, "mergedBy", origin, "mergedBy");
    AuditRows.copy(merge, "number", origin, "request");
    AuditRows.copy(merge, "url", origin, "url");
    AuditRows.copy(change, "title", origin, "title");
    for (JsonNode reviews : answer.path("reviews")) {
      if (reviews.path("merge").equals(change.path("id"))) {
        List<String> approvers = approvers(reviews);
        if (!approvers.isEmpty()) {
          origin.put("approvedBy", String.join(",", approvers));
        }
        AuditRows.copy(reviews, "approval", origin, "approval");
      }
    }
  }

  private static List<String> approvers(JsonNode reviews) {
    return reviews
        .path("reviews")
        .valueStream()
        .filter(review -> text(review.path("verdict")).equals("approved"))
        .filter(review -> !review.path("afterMerge").asBoolean())
        .map(review -> review.path("reviewer").asText("unknown"))
        .distinct()
        .toList();
  }
}
