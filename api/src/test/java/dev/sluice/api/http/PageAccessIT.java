package dev.sluice.api.http;

import static dev.sluice.api.http.RunningApi.json;
import static dev.sluice.api.http.RunningApi.token;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.api.readmodel.TopicWriter;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the page is served, and how its users sign in. */
class PageAccessIT {

  private static final Pattern SCRIPT = Pattern.compile("src=\"(/page/[0-9a-f]{16}/main\\.js)\"");
  private static final String PATH = "/page/session";

  @TempDir Path directory;
  private final KafkaConnection connection = KafkaFixture.provisioned(1);

  @Test
  void theFilesAreKeptByBrowsersAndRunNothingElse() throws Exception {
    try (RunningApi api = RunningApi.start(directory, connection, Map.of("jo", "role=viewer"))) {
      HttpResponse<String> document = api.get("/applications/web");

      assertThat(document.statusCode()).isEqualTo(200);
      assertThat(document.headers().map())
          .containsEntry("cache-control", List.of("no-cache"))
          .containsEntry("x-content-type-options", List.of("nosniff"))
          .containsEntry("referrer-policy", List.of("no-referrer"));
      assertThat(document.headers().firstValue("Content-Security-Policy").orElseThrow())
          .startsWith("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'")
          .contains("frame-ancestors 'none'")
          .doesNotContain("unsafe", "http", "*");
      Matcher script = SCRIPT.matcher(document.body());
      assertThat(script.find()).isTrue();
      HttpResponse<byte[]> module =
          api.http()
              .send(
                  api.to(script.group(1)).header("Accept-Encoding", "gzip").build(),
                  BodyHandlers.ofByteArray());
      assertThat(module.headers().firstValue("Cache-Control"))
          .contains("public, max-age=31536000, immutable");
      assertThat(module.headers().firstValue("Content-Encoding")).contains("gzip");
      assertThat(
              api.get("/", Map.of("If-None-Match", document.headers().firstValue("ETag").get()))
                  .statusCode())
          .isEqualTo(304);
      assertThat(api.get("/page/0000000000000000/main.js").statusCode()).isEqualTo(404);
      assertThat(api.get(script.group(1) + "/../../../http/x").statusCode()).isEqualTo(404);
    }
  }

  @Test
  void aTokenBecomesASessionWithItsRole() throws Exception {
    try (RunningApi api =
        RunningApi.start(directory, connection, Map.of("jo", "role=viewer,cluster=east"))) {
      assertThat(json(api.get(PATH)).path("needsToken").asBoolean()).isTrue();
      HttpResponse<String> signedIn =
          signIn(api, token("jo"), Map.of("X-Forwarded-Proto", "https"));

      JsonNode user = json(signedIn);
      assertThat(user.path("name").asText()).isEqualTo("jo");
      assertThat(user.path("role").asText()).isEqualTo("viewer");
      assertThat(user.path("clusters").get(0).asText()).isEqualTo("east");
      assertThat(signedIn.body()).doesNotContain(token("jo"));
      assertThat(signedIn.headers().firstValue("Set-Cookie").orElseThrow())
          .contains("HTTPOnly", "SameSite=Strict", "Secure", "Max-Age=43200", "Path=/");
      assertThat(
              signIn(api, token("jo"), Map.of()).headers().firstValue("Set-Cookie").orElseThrow())
          .doesNotContain("Secure");
      String cookie = cookie(signedIn);
      assertThat(api.get("/api/v1/status", Map.of("Cookie", cookie)).statusCode()).isEqualTo(200);
      assertThat(api.get("/api/v1/status").statusCode()).isEqualTo(401);
      assertThat(
              api.get("/api/v1/status", Map.of("Cookie", cookie, "Authorization", "Bearer wrong"))
                  .statusCode())
          .isEqualTo(401);
      assertThat(signIn(api, "a token that is not known", Map.of()).statusCode()).isEqualTo(401);
    }
  }

  @Test
  void aWriteNeedsTheProofThatOnlyThePageHas() throws Exception {
    try (TopicWriter topics = new TopicWriter(connection)) {
      topics.defined("web", "east").flush();
      try (RunningApi api =
          RunningApi.start(directory, connection, Map.of("jo", "role=operator"))) {
        HttpResponse<String> signedIn = signIn(api, token("jo"), Map.of());
        String cookie = cookie(signedIn);
        String proof = json(signedIn).path("proof").asText();
        String resync = RunningApi.RESYNC.formatted("web", true);

        HttpResponse<String> forged =
            api.post("/api/v1/commands", resync, Map.of("Cookie", cookie));
        HttpResponse<String> guessed =
            api.post("/api/v1/commands", resync, Map.of("Cookie", cookie, Callers.PROOF, "x"));
        HttpResponse<String> own =
            api.post("/api/v1/commands", resync, Map.of("Cookie", cookie, Callers.PROOF, proof));

        assertThat(forged.statusCode()).isEqualTo(403);
        assertThat(forged.body()).contains("Sluice-Session-Proof");
        assertThat(guessed.statusCode()).isEqualTo(403);
        assertThat(own.statusCode()).isEqualTo(202);
      }
    }
  }

  @Test
  void signingOutEndsTheSession() throws Exception {
    try (RunningApi api = RunningApi.start(directory, connection, Map.of("jo", "role=viewer"))) {
      HttpResponse<String> signedIn = signIn(api, token("jo"), Map.of());
      String cookie = cookie(signedIn);
      HttpRequest.Builder out = api.to(PATH).DELETE().header("Cookie", cookie);

      assertThat(api.send(out.build()).statusCode()).isEqualTo(403);
      HttpResponse<String> signedOut =
          api.send(out.header(Callers.PROOF, json(signedIn).path("proof").asText()).build());

      assertThat(signedOut.headers().firstValue("Set-Cookie").orElseThrow()).contains("Max-Age=0");
      assertThat(api.get("/api/v1/status", Map.of("Cookie", cookie)).statusCode()).isEqualTo(401);
    }
  }

  @Test
  void aStreamEndsWithItsSession() throws Exception {
    try (TopicWriter topics = new TopicWriter(connection);
        RunningApi api = RunningApi.start(directory, connection, Map.of("jo", "role=viewer"))) {
      HttpResponse<String> signedIn = signIn(api, token("jo"), Map.of());
      String cookie = cookie(signedIn);
      HttpResponse<InputStream> stream =
          api.http()
              .send(
                  api.to("/api/v1/events")
                      .header("Accept", "text/event-stream")
                      .header("Cookie", cookie)
                      .build(),
                  BodyHandlers.ofInputStream());
      assertThat(stream.statusCode()).isEqualTo(200);
      api.send(
          api.to(PATH)
              .DELETE()
              .header("Cookie", cookie)
              .header(Callers.PROOF, json(signedIn).path("proof").asText())
              .build());
      topics.defined("web", "east").flush();

      assertThat(new String(stream.body().readAllBytes(), UTF_8)).doesNotContain("web");
    }
  }

  @Test
  void withoutTokensNobodySignsIn() throws Exception {
    try (RunningApi api = RunningApi.start(directory, connection, Map.of())) {
      JsonNode user = json(api.get(PATH));

      assertThat(user.path("needsToken").asBoolean()).isFalse();
      assertThat(user.path("role").asText()).isEqualTo("admin");
      assertThat(signIn(api, "anything", Map.of()).statusCode()).isEqualTo(400);
    }
  }

  private static HttpResponse<String> signIn(
      RunningApi api, String token, Map<String, String> headers) throws Exception {
    return api.post(PATH, "{\"token\": \"%s\"}".formatted(token), headers);
  }

  private static String cookie(HttpResponse<String> response) {
    return response.headers().firstValue("Set-Cookie").orElseThrow().split(";", 2)[0];
  }
}
