package dev.sluice.api.http;

import static dev.sluice.api.http.DocumentedShape.assertFits;
import static dev.sluice.api.http.RunningApi.RESYNC;
import static dev.sluice.api.http.RunningApi.json;
import static dev.sluice.api.http.RunningApi.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.api.readmodel.ObservedSamples;
import dev.sluice.api.readmodel.TopicWriter;
import dev.sluice.contract.codec.EventType;
import dev.sluice.contract.event.Subject;
import dev.sluice.platform.config.ConfigurationException;
import dev.sluice.platform.config.Settings;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApiIT {

  @TempDir Path directory;
  private KafkaConnection connection;
  private TopicWriter topics;

  @BeforeEach
  void aSmallFleet() {
    connection = KafkaFixture.provisioned(2);
    topics = new TopicWriter(connection).smallFleet();
  }

  @AfterEach
  void end() {
    topics.close();
  }

  @Test
  void everyTypesSchemaIsServedUnderThePathOfItsUri() throws Exception {
    try (RunningApi api = RunningApi.start(directory, connection, Map.of())) {
      for (EventType type : EventType.values()) {
        HttpResponse<String> schema = api.get(URI.create(type.schemaId()).getPath());

        assertThat(schema.statusCode()).isEqualTo(200);
        assertThat(schema.headers().firstValue("Content-Type")).contains("application/schema+json");
        assertThat(json(schema).get("$id").asText()).isEqualTo(type.schemaId());
      }
      HttpResponse<String> document = api.get("/schemas/asyncapi.yaml");
      assertThat(document.headers().firstValue("Content-Type")).contains("application/yaml");
      assertThat(document.body()).contains("asyncapi: 3.0.0", "dev.sluice.applied.v1");
      assertThat(json(api.get("/schemas/fleet/application.v1.json")).isObject()).isTrue();
      for (String none :
          List.of(
              "", "events", "events/none.v1.json", "events/..%2f..%2flogback.xml", "../store")) {
        assertThat(api.get("/schemas/" + none).statusCode()).as(none).isEqualTo(404);
      }
      HttpResponse<String> unnamed = api.get("/schemas");
      assertThat(unnamed.statusCode()).isEqualTo(404);
      assertThat(json(unnamed).get("detail").asText()).contains("see /schemas/asyncapi.yaml");
    }
  }

  @Test
  void everyOperationAnswersAsDocumented() throws Exception {
    Subject web = TopicWriter.subject("web", "east", 1, 1);
    topics
        .write("degraded", ObservedSamples.degraded(web))
        .write("drifted", ObservedSamples.drifted(web, "web"))
        .write("contended", ObservedSamples.contended(web, "web"))
        .flush();
    try (RunningApi api = start(Map.of())) {
      JsonNode document = json(api.get("/api/v1/openapi.json"));
      Map<String, String> values =
          Map.of(
              "application",
              "web",
              "commit",
              TopicWriter.commit(1).value(),
              "cluster",
              "east",
              "kind",
              "Deployment",
              "name",
              "web");
      int asked = 0;
      for (Map.Entry<String, JsonNode> path : document.get("paths").properties()) {
        JsonNode operation = path.getValue().get("get");
        if (operation == null) {
          continue;
        }
        String address = path.getKey();
        String query = "";
        for (JsonNode parameter : operation.get("parameters")) {
          String name = parameter.get("name").asText();
          address = address.replace("{" + name + "}", values.getOrDefault(name, ""));
          if (parameter.get("required").asBoolean()
              && parameter.get("in").asText().equals("query")) {
            query += (query.isEmpty() ? "?" : "&") + name + "=" + values.get(name);
          }
        }
        HttpResponse<String> response = api.get(address + query);
        assertThat(response.statusCode()).as(address + query).isEqualTo(200);
        JsonNode schema =
            operation.at("/responses/200/content").get("application/json").get("schema");
        assertFits(document, schema, json(response), address);
        asked++;
      }
      assertThat(asked).isEqualTo(17);
    }
  }

  @Test
  void rolesAndScopesLimitReadsAndCommands() throws Exception {
    Map<String, String> tokens =
        Map.of(
            "viewer", "role=viewer",
            "operator", "role=operator",
            "admin", "role=admin",
            "east", "role=operator,cluster=east",
            "apis", "role=operator,application=a*");
    String approve =
        "{\"command\": {\"kind\": \"approve\", \"generation\": 1, \"plan\": \""
            + TopicWriter.PLAN
            + "\"}, \"applications\": [\"web\"],"
            + " \"clusters\": [\"west\"], \"reason\": \"looked at\", \"dryRun\": false}";
    String inWest =
        "{\"command\": {\"kind\": \"resync\"}, \"applications\": [\"web\"], \"clusters\":"
            + " [\"west\"], \"reason\": \"looked at\", \"dryRun\": false}";
    topics.guarded("web", "west", 1, 1).flush();
    try (RunningApi api = start(tokens)) {
      assertThat(api.get("/api/v1/status").statusCode()).isEqualTo(401);
      assertThat(api.get("/api/v1/status", "nobody").statusCode()).isEqualTo(401);
      assertThat(api.get("/metrics").statusCode()).isEqualTo(401);
      for (String who : tokens.keySet()) {
        assertThat(api.get("/api/v1/status", who).statusCode()).as(who).isEqualTo(200);
      }
      assertMatrix(
          api,
          RESYNC.formatted("web", false),
          "viewer 403, operator 202, admin 202, east 202, apis 404");
      assertMatrix(api, inWest, "viewer 403, operator 202, admin 202, east 404, apis 404");
      assertMatrix(api, approve, "viewer 403, operator 403, admin 202, east 404, apis 404");

      assertThat(names(api.get("/api/v1/applications", "east"))).containsExactly("web/east");
      assertThat(names(api.get("/api/v1/applications", "apis"))).containsExactly("api/west");
      assertThat(api.get("/api/v1/applications/web", "apis").statusCode()).isEqualTo(404);
      assertThat(json(api.get("/api/v1/dead-letters", "east")).get("items")).isEmpty();
      assertThat(json(api.get("/api/v1/dead-letters", "viewer")).get("items")).hasSize(1);
      assertThat(
              api.get("/api/v1/trace?cluster=east&kind=Deployment&name=web", "apis").statusCode())
          .isEqualTo(404);
      json(api.get("/api/v1/events?limit=1000", "apis"))
          .get("items")
          .forEach(event -> assertThat(event.path("application").asText("api")).isEqualTo("api"));
    }
  }

  private void assertMatrix(RunningApi api, String body, String expected) throws Exception {
    List<String> found = new ArrayList<>();
    for (String who : List.of("viewer", "operator", "admin", "east", "apis")) {
      int status =
          api.post("/api/v1/commands", body, Map.of("Authorization", "Bearer " + token(who)))
              .statusCode();
      found.add(who + " " + status);
    }
    assertThat(String.join(", ", found)).isEqualTo(expected);
  }

  @Test
  void invalidRequestsAreAnsweredWithAProblemThatNamesTheCause() throws Exception {
    try (RunningApi api = start(Map.of())) {
      for (String path :
          List.of(
              "/api/v1/applications?limit=0",
              "/api/v1/applications?colour=red",
              "/api/v1/applications?application=%27%20OR%201",
              "/api/v1/events?after=x",
              "/api/v1/changes?since=yesterday",
              "/api/v1/trace?kind=Pod",
              "/api/v1/commits/main")) {
        HttpResponse<String> response = api.get(path);
        assertThat(response.statusCode()).as(path).isEqualTo(400);
        assertThat(response.headers().firstValue("Content-Type"))
            .contains("application/problem+json");
        assertThat(json(response).get("detail").asText()).isNotBlank();
      }
      for (String body :
          List.of(
              "",
              "null",
              "[]",
              "{}",
              RESYNC.formatted("web", false).replace("it looks odd", " "),
              RESYNC.formatted("web", false).replace("resync", "explode"),
              RESYNC.formatted("web", false).replace("dryRun", "dry"),
              RESYNC.formatted("we[b", false))) {
        assertThat(api.post("/api/v1/commands", body, Map.of()).statusCode())
            .as(body)
            .isEqualTo(400);
      }
      assertThat(api.post("/api/v1/status", "{}", Map.of()).statusCode()).isEqualTo(405);
      assertThat(api.get("/api/v2/status").statusCode()).isEqualTo(404);
      assertThat(CommandTopic.read(connection)).isEmpty();
    }
  }

  @Test
  void noParameterValueCausesAServerError() throws Exception {
    Random random = new Random(20260101);
    try (RunningApi api = start(Map.of())) {
      List<String> names = new ArrayList<>();
      List<String> paths = new ArrayList<>();
      for (Map.Entry<String, JsonNode> path :
          json(api.get("/api/v1/openapi.json")).get("paths").properties()) {
        paths.add(path.getKey());
        path.getValue()
            .path("get")
            .path("parameters")
            .forEach(p -> names.add(p.get("name").asText()));
      }
      for (int i = 0; i < 1_500; i++) {
        String path =
            paths.get(random.nextInt(paths.size())).replaceAll("\\{\\w+}", encoded(nasty(random)));
        StringBuilder query = new StringBuilder("?");
        for (int j = random.nextInt(4); j >= 0; j--) {
          query
              .append(names.get(random.nextInt(names.size())))
              .append('=')
              .append(encoded(nasty(random)))
              .append('&');
        }
        HttpResponse<String> response = api.get(path + query);
        assertThat(response.statusCode()).as(path + query).isLessThan(500);
      }
    }
  }

  private static String nasty(Random random) {
    List<String> seeds =
        List.of(
            "web",
            "east",
            "*",
            "a'b\"c",
            "\u0000",
            "\ud83d\ude00",
            "-1",
            "99999999999999999999",
            "../..",
            "%",
            "a/b/c",
            "2026-01-01T00:00:00Z",
            "+1000000000-12-31T23:59:59Z",
            "open",
            "true",
            "Parked",
            "0/east/1",
            "9223372036854775807",
            "",
            "1000",
            "abcdef0");
    String seed = seeds.get(random.nextInt(seeds.size()));
    return random.nextInt(5) == 0 ? seed.repeat(random.nextInt(60)) : seed;
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Test
  void withoutTokensOnlyLoopbackNamesAreServed() throws Exception {
    assertThatThrownBy(
            () ->
                ApiConfig.from(
                    new Settings(ApiConfig.SETTINGS, List.of())
                        .read(Map.of("api-host", List.of("0.0.0.0")), Map.of(), Optional.empty())))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("--api-token");
    Access access = Access.resolve(List.of());
    assertThat(access.authenticate(null, Optional.of("localhost")).role()).isEqualTo(Role.ADMIN);
    assertThatThrownBy(() -> access.authenticate(null, Optional.of("evil.example")))
        .isInstanceOf(Problem.class);
    assertThatThrownBy(() -> access.authenticate(null, Optional.of("127.0.0.1.evil.example")))
        .isInstanceOf(Problem.class);
  }

  private RunningApi start(Map<String, String> tokens) throws IOException {
    return RunningApi.start(directory, connection, tokens);
  }

  private static List<String> names(HttpResponse<String> response) throws IOException {
    List<String> names = new ArrayList<>();
    json(response)
        .get("items")
        .forEach(
            item ->
                names.add(item.get("application").asText() + "/" + item.get("cluster").asText()));
    return names;
  }
}
