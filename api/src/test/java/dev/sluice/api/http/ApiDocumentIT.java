package dev.sluice.api.http;

import static dev.sluice.api.http.DocumentedShape.assertFits;
import static dev.sluice.api.http.RunningApi.json;
import static dev.sluice.api.http.RunningApi.token;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.readmodel.TopicWriter;
import dev.sluice.contract.json.Json;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls every operation of the OpenAPI document with every role and with generated values. */
class ApiDocumentIT {

  private static final Map<String, String> WHO =
      Map.of(
          "viewer", "role=viewer",
          "operator", "role=operator",
          "admin", "role=admin",
          "other", "role=admin,application=other-*");

  /** Columns of the table: no token, a wrong one, the roles, and an admin of other applications. */
  private static final List<String> CALLERS =
      List.of("none", "wrong", "viewer", "operator", "admin", "other");

  private static final List<String> TEXTS =
      List.of(
          "web",
          "*",
          "a'b\"c",
          "\u0000",
          "\ud83d\ude00",
          "-1",
          "99999999999999999999",
          "../..",
          "%",
          "2026-01-01T00:00:00Z",
          "+1000000000-12-31T23:59:59Z",
          "0:1-2",
          "999999999:1-999999999999999999",
          "re-evaluate",
          "a".repeat(40),
          "");

  @TempDir Path directory;
  private KafkaConnection connection;
  private TopicWriter topics;

  @BeforeEach
  void aSmallFleet() {
    connection = KafkaFixture.provisioned(2);
    topics = new TopicWriter(connection);
    topics
        .defined("web", "east", "west")
        .pushed(1)
        .dispatched("web", "east", 1, 1)
        .applied("web", "east", 1, 1)
        .dispatched("web", "west", 1, 1)
        .parked("web", "west", 1, 1)
        .flush();
  }

  @AfterEach
  void end() {
    topics.close();
  }

  /** Operation in the document. */
  private record Documented(String method, String path, JsonNode operation) {

    static List<Documented> all(JsonNode document) {
      List<Documented> all = new ArrayList<>();
      document
          .get("paths")
          .properties()
          .forEach(
              path ->
                  path.getValue()
                      .properties()
                      .forEach(
                          one ->
                              all.add(
                                  new Documented(one.getKey(), path.getKey(), one.getValue()))));
      return all;
    }
  }

  @Test
  void everyRouteChecksTheRole() throws Exception {
    List<String> rows = new ArrayList<>();
    try (RunningApi api = RunningApi.start(directory, connection, WHO)) {
      for (String path :
          List.of(
              "/livez", "/readyz", "/metrics", "/schemas/asyncapi.yaml", "/api/v1/openapi.json")) {
        rows.add(row(api, "get", path, ""));
      }
      JsonNode document = json(api.get("/api/v1/openapi.json"));
      for (Documented one : Documented.all(document)) {
        if (one.method().equals("get")) {
          rows.add(row(api, "get", one.path(), ""));
        }
      }
      for (String command :
          List.of(
              "{\"kind\": \"re-evaluate\"}",
              "{\"kind\": \"resync\"}",
              "{\"kind\": \"restore\", \"commit\": \"%s\"}".formatted(TopicWriter.commit(1)),
              "{\"kind\": \"rebuild\"}",
              "{\"kind\": \"suspend\"}",
              "{\"kind\": \"resume\"}",
              "{\"kind\": \"approve\", \"generation\": 1}",
              "{\"kind\": \"discard\", \"entry\": \"west/web/1\"}")) {
        rows.add(
            row(
                api,
                "post",
                "/api/v1/commands",
                "{\"command\": %s, \"applications\": [\"web\"], \"reason\": \"x\", \"dryRun\": false}"
                    .formatted(command)));
      }
      for (String action : List.of("retry", "discard")) {
        rows.add(
            row(
                api,
                "post",
                "/api/v1/dead-letters/actions",
                "{\"action\": \"%s\", \"entries\": [\"west/web/1\"], \"reason\": \"x\", \"dryRun\": false}"
                    .formatted(action)));
      }
      for (String path : List.of("/api/v1/diffs", "/api/v1/objects")) {
        rows.add(row(api, "post", path, "{\"application\": \"nope\", \"cluster\": \"east\"}"));
      }
    }
    assertThat(String.join("\n", rows) + "\n")
        .isEqualTo(
            """
            get /livez: 200 200 200 200 200 200
            get /readyz: 200 200 200 200 200 200
            get /metrics: 401 401 200 200 200 403
            get /schemas/asyncapi.yaml: 200 200 200 200 200 200
            get /api/v1/openapi.json: 200 200 200 200 200 200
            get /api/v1/applications: 401 401 200 200 200 200
            get /api/v1/applications/{application}: 401 401 200 200 200 404
            get /api/v1/applications/{application}/history: 401 401 200 200 200 200
            get /api/v1/changes: 401 401 200 200 200 200
            get /api/v1/clusters: 401 401 200 200 200 200
            get /api/v1/commands: 401 401 200 200 200 200
            get /api/v1/commits: 401 401 200 200 200 200
            get /api/v1/commits/{commit}: 401 401 200 200 200 404
            get /api/v1/dead-letters: 401 401 200 200 200 200
            get /api/v1/deliveries: 401 401 200 200 200 200
            get /api/v1/drift: 401 401 200 200 200 200
            get /api/v1/events: 401 401 200 200 200 200
            get /api/v1/failure-codes: 401 401 200 200 200 200
            get /api/v1/fleet-map: 401 401 200 200 200 200
            get /api/v1/repositories: 401 401 200 200 200 200
            get /api/v1/status: 401 401 200 200 200 200
            get /api/v1/trace: 401 401 200 200 200 404
            post /api/v1/commands re-evaluate: 401 401 403 202 202 404
            post /api/v1/commands resync: 401 401 403 202 202 404
            post /api/v1/commands restore: 401 401 403 202 202 404
            post /api/v1/commands rebuild: 401 401 403 202 202 404
            post /api/v1/commands suspend: 401 401 403 202 202 404
            post /api/v1/commands resume: 401 401 403 202 202 404
            post /api/v1/commands approve: 401 401 403 403 400 404
            post /api/v1/commands discard: 401 401 403 202 202 404
            post /api/v1/dead-letters/actions retry: 401 401 403 202 202 202
            post /api/v1/dead-letters/actions discard: 401 401 403 202 202 202
            post /api/v1/diffs: 401 401 404 404 404 404
            post /api/v1/objects: 401 401 404 404 404 404
            """);
  }

  private static String row(RunningApi api, String method, String path, String body)
      throws Exception {
    String address =
        path.replace("{application}", "web").replace("{commit}", TopicWriter.commit(1).value());
    if (path.endsWith("/trace")) {
      address += "?cluster=east&kind=Deployment&name=web&namespace=default";
    }
    if (path.endsWith("/commits")) {
      address += "?commit=" + TopicWriter.commit(1);
    }
    List<String> statuses = new ArrayList<>();
    for (String who : CALLERS) {
      Map<String, String> headers =
          who.equals("none")
              ? Map.of()
              : Map.of("Authorization", "Bearer " + (who.equals("wrong") ? "x" : token(who)));
      HttpResponse<String> response =
          method.equals("post") ? api.post(address, body, headers) : api.get(address, headers);
      statuses.add(Integer.toString(response.statusCode()));
    }
    String what =
        body.isEmpty() || body.endsWith("\"east\"}")
            ? path
            : path + " " + body.replaceAll(".*\"(?:kind|action)\": \"([a-z-]+)\".*", "$1");
    return "%s %s: %s".formatted(method, what, String.join(" ", statuses));
  }

  @Test
  void noValidOrInvalidRequestCausesAServerError() throws Exception {
    Random random = new Random(20260102);
    try (RunningApi api = RunningApi.start(directory, connection, Map.of())) {
      JsonNode document = json(api.get("/api/v1/openapi.json"));
      List<Documented> all = Documented.all(document);
      Map<Integer, Integer> seen = new LinkedHashMap<>();
      for (int i = 0; i < 1_500; i++) {
        Documented one = all.get(random.nextInt(all.size()));
        String address = address(one, random);
        HttpResponse<String> response;
        if (one.method().equals("post")) {
          JsonNode schema =
              one.operation().at("/requestBody/content").get("application/json").get("schema");
          String body = damaged(generated(document, schema, random, 0).toString(), random);
          if (one.path().endsWith("/diffs") || one.path().endsWith("/objects")) {
            // no worker is running, so 504 would be the correct answer
            body = body.replace("web", "nope");
          }
          response = api.post(address, body, Map.of());
          address += " " + body;
        } else {
          response = api.get(address);
        }
        assertThat(response.statusCode()).as(address).isLessThan(500);
        seen.merge(response.statusCode(), 1, Integer::sum);
        assertDocumented(document, one, response, address);
      }
      // some requests passed the validation of parameters
      assertThat(seen).containsKeys(200, 202, 400, 404);
    }
  }

  private static void assertDocumented(
      JsonNode document, Documented one, HttpResponse<String> response, String where)
      throws IOException {
    JsonNode answers = one.operation().get("responses");
    JsonNode own = answers.path(Integer.toString(response.statusCode()));
    if (response.statusCode() < 300) {
      assertThat(own.isMissingNode()).as(where + " answers " + response.statusCode()).isFalse();
      assertFits(
          document,
          own.get("content").get("application/json").get("schema"),
          json(response),
          where);
    } else {
      assertThat(response.headers().firstValue("Content-Type"))
          .as(where)
          .contains("application/problem+json");
      JsonNode problem = json(response);
      assertThat(problem.get("status").asInt()).isEqualTo(response.statusCode());
      assertThat(problem.get("detail").asText()).isNotBlank();
    }
  }

  private static String address(Documented one, Random random) {
    String address = one.path();
    StringBuilder query = new StringBuilder();
    for (JsonNode parameter : one.operation().path("parameters")) {
      String name = parameter.get("name").asText();
      String value =
          URLEncoder.encode(value(parameter.get("schema"), random), StandardCharsets.UTF_8);
      if (parameter.get("in").asText().equals("path")) {
        // an empty segment, or one of dots, addresses another operation
        String segment = value.isEmpty() || value.matches("\\.+") ? "web" : value;
        address = address.replace("{" + name + "}", segment.replace("+", "%20"));
      } else if (parameter.get("required").asBoolean() || random.nextInt(3) == 0) {
        query.append(query.isEmpty() ? "?" : "&").append(name).append('=').append(value);
      }
    }
    return address + query;
  }

  /** Returns a value that often matches the schema and is sometimes arbitrary. */
  private static String value(JsonNode schema, Random random) {
    if (random.nextInt(4) == 0) {
      return TEXTS.get(random.nextInt(TEXTS.size()));
    }
    if (schema.has("enum")) {
      return schema.get("enum").get(random.nextInt(schema.get("enum").size())).asText();
    }
    if (schema.path("type").asText().equals("integer")) {
      return Integer.toString(1 + random.nextInt(1000));
    }
    if (schema.path("format").asText().equals("date-time")) {
      return "2026-01-01T00:00:0%dZ".formatted(random.nextInt(10));
    }
    return List.of("web", "east", "Deployment", TopicWriter.commit(1).value())
        .get(random.nextInt(4));
  }

  private static JsonNode generated(JsonNode document, JsonNode schema, Random random, int depth) {
    if (depth > 6 || random.nextInt(25) == 0) {
      return Json.mapper().getNodeFactory().textNode(TEXTS.get(random.nextInt(TEXTS.size())));
    }
    if (schema.has("$ref")) {
      return generated(
          document, document.at(schema.get("$ref").asText().substring(1)), random, depth + 1);
    }
    if (schema.has("oneOf")) {
      JsonNode variants = schema.get("oneOf");
      return generated(document, variants.get(random.nextInt(variants.size())), random, depth + 1);
    }
    if (schema.has("const")) {
      return schema.get("const");
    }
    return switch (schema.path("type").asText()) {
      case "boolean" -> Json.mapper().getNodeFactory().booleanNode(random.nextInt(4) > 0);
      case "integer" -> Json.mapper().getNodeFactory().numberNode(random.nextInt(4));
      case "array" -> {
        ArrayNode array = Json.mapper().createArrayNode();
        for (int i = random.nextInt(3); i >= 0; i--) {
          array.add(generated(document, schema.get("items"), random, depth + 1));
        }
        yield array;
      }
      case "object" -> {
        ObjectNode object = Json.mapper().createObjectNode();
        schema
            .path("properties")
            .properties()
            .forEach(
                property -> {
                  boolean required =
                      schema
                          .path("required")
                          .valueStream()
                          .anyMatch(name -> name.asText().equals(property.getKey()));
                  if (random.nextInt(20) > 0 && (required || random.nextInt(3) == 0)) {
                    object.set(
                        property.getKey(),
                        generated(document, property.getValue(), random, depth + 1));
                  }
                });
        yield object;
      }
      default -> Json.mapper().getNodeFactory().textNode(value(schema, random));
    };
  }

  private static String damaged(String body, Random random) {
    return switch (random.nextInt(12)) {
      case 0 -> body.substring(0, random.nextInt(body.length() + 1));
      case 1 -> body.replace("\"", "'");
      case 2 -> "[" + body + "]";
      case 3 -> body.replaceFirst(":", ": null, \"x\":");
      default -> body;
    };
  }
}
