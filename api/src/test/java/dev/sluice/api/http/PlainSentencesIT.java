package dev.sluice.api.http;

import static dev.sluice.api.http.RunningApi.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.api.readmodel.TopicWriter;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Refusals of requests that cannot be understood, on every route: a plain sentence that names the
 * field and the allowed values, without terms of the program.
 */
class PlainSentencesIT {

  /** Names of Java types and packages, printed collections, and causes without a sentence. */
  private static final Pattern JARGON =
      Pattern.compile(
          "[A-Z]\\w+(?:Exception|Request|Error|Type|Command)\\b|\\b(?:java|com|dev|org)\\.\\w+\\.|[{}]|\\(\\d{3}"
              + " ?\\)|\\bnull"
              + " pointer|`|@[0-9a-f]{4,}|Optional|Jackson|deseriali|instantiat|\\[Source");

  private static final List<String> BODIES =
      List.of(
          "",
          " ",
          "null",
          "[]",
          "7",
          "\"text\"",
          "{",
          "{}}",
          "{} {}",
          "{\"a\": }",
          "{\"reason\": \"x\", \"reason\": \"y\"}",
          "{\"nonsense\": 1}",
          "{\"applications\": null, \"reason\": \"x\"}",
          "{\"applications\": [null], \"reason\": \"x\", \"dryRun\": true}",
          "{\"applications\": \"web\", \"reason\": \"x\", \"dryRun\": true}",
          "{\"applications\": [\"web\"], \"reason\": {}, \"dryRun\": true}",
          "{\"applications\": [\"web\"], \"reason\": \"x\", \"dryRun\": \"perhaps\"}",
          "{\"applications\": [\"web\"], \"since\": \"yesterday\"}",
          "{\"applications\": [\"web\"], \"command\": {}}",
          "{\"applications\": [\"web\"], \"command\": {\"kind\": \"explode\"}}",
          "{\"applications\": [\"web\"], \"command\": \"resync\"}",
          "{\"applications\": [\"web\"], \"command\": {\"kind\": \"restore\"}, \"reason\": \"x\","
              + " \"dryRun\": true}",
          "{\"applications\": [\"web\"], \"command\": {\"kind\": \"restore\", \"commit\": \"zzz\"},"
              + " \"reason\": \"x\", \"dryRun\": true}",
          "{\"applications\": [\"web\"], \"command\": {\"kind\": \"approve\", \"generation\":"
              + " \"many\"}, \"reason\": \"x\", \"dryRun\": true}",
          "{\"applications\": [\"web\"], \"command\": {\"kind\": \"approve\"}, \"reason\": \"x\","
              + " \"dryRun\": true}",
          "{\"applications\": [\"web\"], \"command\": {\"kind\": \"discard\"}, \"reason\": \"x\","
              + " \"dryRun\": true}",
          "{\"action\": \"explode\", \"entries\": [\"x\"]}",
          "{\"action\": \"retry\", \"entries\": [7, {}], \"reason\": \"x\", \"dryRun\": true}",
          "{\"entries\": [\"x\"], \"reason\": \"x\", \"dryRun\": true}",
          "{\"application\": \"web\"}",
          "{\"application\": \"web\", \"cluster\": \"east\", \"patienceSeconds\": \"long\"}",
          "{\"application\": \"web\", \"cluster\": \"EAST/\", \"patienceSeconds\": 1}");

  @TempDir Path directory;
  private KafkaConnection connection;
  private TopicWriter topics;

  @BeforeEach
  void aSmallFleet() {
    connection = KafkaFixture.provisioned(1);
    topics = new TopicWriter(connection).smallFleet();
  }

  @AfterEach
  void end() {
    topics.close();
  }

  @Test
  void bodiesAreRefusedInPlainSentences() throws Exception {
    List<String> unclear = new ArrayList<>();
    int refused = 0;
    try (RunningApi api = RunningApi.start(directory, connection, Map.of())) {
      for (String path :
          List.of(
              "/api/v1/commands",
              "/api/v1/dead-letters/actions",
              "/api/v1/diffs",
              "/api/v1/objects")) {
        for (String body : BODIES) {
          HttpResponse<String> answer = api.post(path, body, Map.of());
          assertThat(answer.statusCode()).as(path + " " + body).isBetween(400, 499);
          refused += examine(path + " " + body, answer, unclear);
        }
      }
    }
    assertThat(unclear).isEmpty();
    assertThat(refused).isGreaterThan(100);
  }

  @Test
  void parametersAreRefusedInPlainSentences() throws Exception {
    List<String> unclear = new ArrayList<>();
    int refused = 0;
    try (RunningApi api = RunningApi.start(directory, connection, Map.of())) {
      JsonNode document = json(api.get("/api/v1/openapi.json"));
      for (Map.Entry<String, JsonNode> path : document.get("paths").properties()) {
        JsonNode operation = path.getValue().path("get");
        if (operation.isMissingNode()) {
          continue;
        }
        String route = path.getKey().replaceAll("\\{\\w+}", "no");
        Map<String, String> queries = new LinkedHashMap<>();
        queries.put("nonsense", "1");
        operation
            .get("parameters")
            .forEach(
                parameter -> {
                  if (parameter.get("in").asText().equals("query")) {
                    queries.put(parameter.get("name").asText(), "{NO} \u0000" + "x".repeat(1100));
                  }
                });
        for (Map.Entry<String, String> query : queries.entrySet()) {
          String asked =
              "%s?%s=%s"
                  .formatted(
                      route,
                      query.getKey(),
                      URLEncoder.encode(query.getValue(), StandardCharsets.UTF_8));
          HttpResponse<String> answer = api.get(asked);
          assertThat(answer.statusCode()).as(asked).isBetween(400, 499);
          refused += examine(asked, answer, unclear);
        }
      }
      for (String path : List.of("/api/v1/nothing", "/nothing", "/api/v1/commits/xyz")) {
        refused += examine(path, api.get(path), unclear);
      }
    }
    assertThat(unclear).isEmpty();
    assertThat(refused).isGreaterThan(50);
  }

  @Test
  void allowedValuesAreNamed() throws Exception {
    try (RunningApi api = RunningApi.start(directory, connection, Map.of())) {
      Map.of(
              "/api/v1/applications?phase=Done",
              "the parameter 'phase' is invalid: expected Waiting, Syncing, Retrying, Parked,"
                  + " Synced, Unknown, Removing or Removed",
              "/api/v1/applications?limit=0",
              "the parameter 'limit' is invalid: expected a number from 1 to 1000",
              "/api/v1/events?since=today",
              "the parameter 'since' is invalid: expected a time such as 2026-01-31T02:00:00Z,"
                  + " after 1970 and before 9999",
              "/api/v1/applications?cluster=EAST",
              "the parameter 'cluster' is invalid: expected a name of lower-case letters, digits"
                  + " and '-', in which '*' and '?' stand for others",
              "/api/v1/clusters?x=1",
              "'x' is not a parameter of this request; it has none",
              "/api/v1/commits/xyz",
              "the parameter 'commit' is invalid: expected a commit id, or a prefix of at least"
                  + " seven digits, in lower case")
          .forEach((path, sentence) -> assertThat(detail(api, path)).isEqualTo(sentence));

      Map.of(
              "{\"command\": {\"kind\": \"explode\"}}",
              "'command.kind' is 'explode': expected re-evaluate, resync, restore, resend, rebuild,"
                  + " suspend, resume, approve, release or discard",
              "{\"command\": {\"kind\": \"restore\"}, \"reason\": \"x\", \"dryRun\": true}",
              "'command.commit' is missing: expected a text",
              "{\"aplications\": []}",
              "'aplications' is not a field here: expected command, restoreAt, resend,"
                  + " applications, clusters, repository, since, until, offsets, reason or dryRun",
              "{\"since\": \"yesterday\"}",
              "'since' is 'yesterday': expected a time such as 2026-01-31T02:00:00Z",
              "{\"reason\": ",
              "the body is not valid JSON: line 1, column 12",
              "",
              "the request has no body: send a JSON object with fields among command, restoreAt,"
                  + " resend, applications, clusters, repository, since, until, offsets, reason and"
                  + " dryRun")
          .forEach(
              (body, sentence) ->
                  assertThat(posted(api, "/api/v1/commands", body)).isEqualTo(sentence));
      assertThat(posted(api, "/api/v1/dead-letters/actions", "{\"action\": \"explode\"}"))
          .isEqualTo("'action' is 'explode': expected retry or discard");
    }
  }

  private static String detail(RunningApi api, String path) {
    try {
      return json(api.get(path)).path("detail").asText();
    } catch (Exception e) {
      throw new AssertionError(path, e);
    }
  }

  private static String posted(RunningApi api, String path, String body) {
    try {
      return json(api.post(path, body, Map.of())).path("detail").asText();
    } catch (Exception e) {
      throw new AssertionError(body, e);
    }
  }

  /** Adds the sentence of a refusal to the unclear ones, if it is; returns 1 if it is a refusal. */
  private static int examine(String asked, HttpResponse<String> answer, List<String> unclear)
      throws Exception {
    JsonNode problem = json(answer);
    String detail = problem.path("detail").asText();
    if (detail.length() < 15 || JARGON.matcher(detail.replaceAll("'[^']*'", "")).find()) {
      unclear.add(
          "%s -> %s".formatted(asked.length() > 90 ? asked.substring(0, 90) : asked, detail));
    }
    return 1;
  }
}
