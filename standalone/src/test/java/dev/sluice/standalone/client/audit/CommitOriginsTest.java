package dev.sluice.standalone.client.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.json.Json;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CommitOriginsTest {

  private static final String BRANCH = push("branch", "host/apps", "refs/heads/main", "jo");
  private static final String TAG = push("tag", "host/apps", "refs/tags/v1", "ann");
  private static final String POLL =
      """
      {"id": "poll", "type": "ref-changed", "repository": "host/apps", "ref": "refs/heads/main", "commit": "c1"}
      """;
  private static final String FORK = push("fork", "host/fork", "refs/heads/main", "eve");
  private static final String MERGE = merge("merge", "host/apps", 7);
  private static final String FORK_MERGE = merge("fork-merge", "host/fork", 8);

  @Test
  void thePushThatCausedTheGenerationBroughtIt() {
    assertThat(pusher("tag", BRANCH, TAG)).isEqualTo("ann");
    assertThat(pusher("branch", TAG, BRANCH)).isEqualTo("jo");
  }

  @Test
  void aGenerationThatWasSentForACommandHasTheFirstPushOfItsCommit() {
    assertThat(pusher("command/1", push("x", "host/apps", "refs/heads/main", "al"), BRANCH))
        .isEqualTo("al");
    assertThat(pusher("command/1", TAG, BRANCH)).isEqualTo("jo");
    assertThat(pusher("command/1", TAG)).isEqualTo("ann");
  }

  @Test
  void aPollHasThePusherWhomAWebhookReportsForTheSameRef() {
    assertThat(pusher("poll", POLL, TAG, BRANCH)).isEqualTo("jo");
    assertThat(pusher("poll", POLL, TAG)).isEqualTo("nobody");
  }

  @Test
  void theFirstMergeRequestOfTheSameRepositoryCounts() {
    JsonNode origin = origin("branch", FORK, BRANCH, FORK_MERGE, MERGE, merge("x", "host/apps", 9));
    assertThat(origin.get("request").asInt()).isEqualTo(7);
    assertThat(origin.get("mergedBy").asText()).isEqualTo("merger");
    assertThat(origin.get("approvedBy").asText()).isEqualTo("ann,unknown");
    assertThat(origin.get("approval").asText()).isEqualTo("SAME_COMMIT");
    assertThat(origin("fork", FORK, BRANCH, FORK_MERGE, MERGE).has("approvedBy")).isFalse();
  }

  @Test
  void anUnknownCommitHasNoOrigin() {
    assertThat(new CommitOrigins(List.of()).of(json("{\"commit\": \"c1\"}"))).isEmpty();
  }

  @Test
  void aChangeOfAnotherSourceBroughtItUnlessOneOfTheFirstSourceDid() {
    JsonNode first = throughSettings("settings", BRANCH);
    JsonNode both = throughSettings("branch\", \"settings", BRANCH);
    JsonNode second =
        json(
            """
            {"commit": "c2", "generations": [], "reviews": [], "changes": [
              {"id": "settings", "type": "ref-changed", "repository": "host/settings", "ref": "refs/heads/main",
               "commit": "c2", "actor": "sam", "title": "More"}]}
            """);

    assertThat(CommitOrigins.others(List.of(first))).containsExactly("c2");
    assertThat(CommitOrigins.others(List.of(second))).isEmpty();
    assertThat(new CommitOrigins(List.of(first, second)).of(generation(2)))
        .isEqualTo(
            json(
                "{\"pushedBy\": \"sam\", \"title\": \"More\", \"through\": \"host/settings@c2\"}"));
    assertThat(new CommitOrigins(List.of(both, second)).of(generation(2)).path("pushedBy").asText())
        .isEqualTo("jo");
  }

  private static JsonNode throughSettings(String causes, String... changes) {
    return json(
        """
        {"commit": "c1", "changes": [%s], "reviews": [], "generations": [
          {"application": "web", "cluster": "east", "generation": 2, "causes": ["%s"],
           "through": {"repository": "host/settings", "commit": "c2"}}]}
        """
            .formatted(String.join(",", changes), causes));
  }

  private static JsonNode generation(int number) {
    return json(
        "{\"application\": \"web\", \"cluster\": \"east\", \"generation\": %d, \"commit\": \"c1\"}"
            .formatted(number));
  }

  private static String pusher(String cause, String... changes) {
    return origin(cause, changes).path("pushedBy").asText("nobody");
  }

  /** Returns the origin of a generation with this cause, and of which another has all of them. */
  private static JsonNode origin(String cause, String... changes) {
    JsonNode answer =
        json(
            """
            {"commit": "c1", "changes": [%s], "reviews": [
               {"merge": "fork-merge", "approval": "NONE", "reviews": []},
               {"merge": "merge", "approval": "SAME_COMMIT", "reviews": [
                 {"verdict": "approved", "reviewer": "ann", "afterMerge": false},
                 {"verdict": "approved", "afterMerge": false},
                 {"verdict": "commented", "reviewer": "bob", "afterMerge": false},
                 {"verdict": "approved", "reviewer": "late", "afterMerge": true}]}],
             "generations": [
               {"application": "web", "cluster": "east", "generation": 1, "causes": ["fork", "tag", "branch"]},
               {"application": "web", "cluster": "east", "generation": 2, "causes": ["%s"]}]}
            """
                .formatted(String.join(",", changes), cause));
    return new CommitOrigins(List.of(answer))
        .of(
            Json.mapper()
                .valueToTree(
                    Map.of(
                        "application", "web", "cluster", "east", "generation", 2, "commit", "c1")));
  }

  private static String push(String id, String repository, String ref, String actor) {
    return """
    {"id": "%s", "type": "ref-changed", "repository": "%s", "ref": "%s", "commit": "c1", "actor": "%s"}
    """
        .formatted(id, repository, ref, actor);
  }

  private static String merge(String id, String repository, int number) {
    return """
    {"id": "%s", "type": "merge-recorded", "repository": "%s", "ref": "refs/heads/main", "commit": "c1",
     "title": "Request", "merge": {"number": %d, "author": "writer", "mergedBy": "merger"}}
    """
        .formatted(id, repository, number);
  }

  private static JsonNode json(String text) {
    try {
      return Json.mapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(text, e);
    }
  }
}
