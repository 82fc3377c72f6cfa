package dev.sluice.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.json.Json;
import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * A running Gitea, described by a file of settings: {@code url}, {@code ssh_port}, {@code admin},
 * {@code password}, {@code token}. The system property {@code sluice.forges} names such files.
 */
record RealForge(String url, int sshPort, String admin, String password, String token) {

  /** Returns the forges of the property; none if it is not set. */
  static List<RealForge> all() throws IOException {
    String files = System.getProperty("sluice.forges", "");
    if (files.isEmpty() || files.startsWith("${")) {
      return List.of();
    }
    return Arrays.stream(files.split(",", -1)).map(file -> read(Path.of(file))).toList();
  }

  /** Returns the first forge of the property; the test is skipped if there is none. */
  static RealForge required() throws IOException {
    List<RealForge> forges = all();
    assumeTrue(!forges.isEmpty(), "needs a forge: -Dsluice.forges=SETTINGS");
    return forges.getFirst();
  }

  private static RealForge read(Path file) {
    Properties settings = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      settings.load(reader);
    } catch (IOException e) {
      throw new IllegalStateException("cannot read the settings of a forge in " + file, e);
    }
    return new RealForge(
        settings.getProperty("url"),
        Integer.parseInt(settings.getProperty("ssh_port")),
        settings.getProperty("admin"),
        settings.getProperty("password"),
        settings.getProperty("token"));
  }

  /** Returns the host of the forge, as webhook endpoints name it. */
  String host() {
    return url.substring(url.indexOf("://") + 3);
  }

  String cloneUrl(String repository) {
    return "%s/%s/%s.git".formatted(url, admin, repository);
  }

  String sshUrl(String repository) {
    return "ssh://git@127.0.0.1:%d/%s/%s.git".formatted(sshPort, admin, repository);
  }

  /** Creates a repository with a branch main. */
  void create(String repository) throws IOException, InterruptedException {
    send(
        "POST",
        "/user/repos",
        Map.of("name", repository, "auto_init", true, "default_branch", "main", "private", true));
  }

  void delete(String repository) throws IOException, InterruptedException {
    send("DELETE", path(repository, ""), Map.of());
  }

  /** Adds a webhook to a repository. */
  void hook(String repository, String target, String secret)
      throws IOException, InterruptedException {
    send(
        "POST",
        path(repository, "/hooks"),
        Map.of(
            "type",
            "gitea",
            "active",
            true,
            "events",
            List.of("push", "create", "delete", "pull_request", "pull_request_review"),
            "config",
            Map.of("url", target, "content_type", "json", "secret", secret)));
  }

  /** Commits a file to main; returns the commit. */
  String put(String repository, String file, String text) throws IOException, InterruptedException {
    return put(admin + "/" + repository, "main", file, text);
  }

  /**
   * Commits a file to a branch; returns the commit.
   *
   * @param fullName owner and name of the repository
   */
  String put(String fullName, String branch, String file, String text)
      throws IOException, InterruptedException {
    String path = "/repos/%s/contents/%s".formatted(fullName, file);
    Optional<JsonNode> before = find(path + "?ref=" + branch);
    Map<String, Object> body =
        before.isPresent()
            ? Map.of(
                "content",
                encoded(text),
                "branch",
                branch,
                "message",
                "change",
                "sha",
                before.get().get("sha").asText())
            : Map.of("content", encoded(text), "branch", branch, "message", "add");
    return send(before.isPresent() ? "PUT" : "POST", path, body).at("/commit/sha").asText();
  }

  /** Commits files to main, all in one push; an empty text deletes a file. Returns the commit. */
  String commit(String repository, Map<String, String> files)
      throws IOException, InterruptedException {
    List<Map<String, String>> operations = new ArrayList<>();
    for (Map.Entry<String, String> file : files.entrySet()) {
      String path = file.getKey();
      if (file.getValue().isEmpty()) {
        JsonNode before = find(path(repository, "/contents/" + path)).orElseThrow();
        operations.add(
            Map.of("operation", "delete", "path", path, "sha", before.get("sha").asText()));
      } else {
        operations.add(
            Map.of("operation", "upload", "path", path, "content", encoded(file.getValue())));
      }
    }
    return send(
            "POST",
            path(repository, "/contents"),
            Map.of("branch", "main", "message", "change", "files", operations))
        .at("/commit/sha")
        .asText();
  }

  /** Merges a branch into main by a pull request; returns its number. */
  int merge(String repository, String branch, String style)
      throws IOException, InterruptedException {
    int number =
        send(
                "POST",
                path(repository, "/pulls"),
                Map.of("head", branch, "base", "main", "title", "Merge by " + style))
            .get("number")
            .asInt();
    String pull = path(repository, "/pulls/" + number);
    send("POST", pull + "/reviews", Map.of("event", "COMMENT", "body", "reviewed"));
    // the forge checks for conflicts in the background, and answers 405 until then
    await()
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptionsMatching(e -> String.valueOf(e.getMessage()).contains(": 405 "))
        .until(
            () ->
                send(
                        "POST",
                        pull + "/merge",
                        Map.of("Do", style, "delete_branch_after_merge", true))
                    .isObject());
    return number;
  }

  String path(String repository, String rest) {
    return "/repos/%s/%s%s".formatted(admin, repository, rest);
  }

  private static String encoded(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }

  private Optional<JsonNode> find(String path) throws IOException, InterruptedException {
    HttpResponse<String> answer = exchange("GET", path, HttpRequest.BodyPublishers.noBody());
    return answer.statusCode() == 200
        ? Optional.of(Json.mapper().readTree(answer.body()))
        : Optional.empty();
  }

  /** Sends a request to the API; fails unless it succeeds. */
  JsonNode send(String method, String path, Map<String, Object> body)
      throws IOException, InterruptedException {
    HttpResponse<String> answer =
        exchange(
            method,
            path,
            HttpRequest.BodyPublishers.ofByteArray(Json.mapper().writeValueAsBytes(body)));
    if (answer.statusCode() / 100 != 2) {
      throw new IOException(
          "%s %s: %d %s".formatted(method, path, answer.statusCode(), answer.body()));
    }
    return Json.mapper().readTree(answer.body().isEmpty() ? "{}" : answer.body());
  }

  private HttpResponse<String> exchange(String method, String path, HttpRequest.BodyPublisher body)
      throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
          HttpRequest.newBuilder(URI.create(url + "/api/v1" + path))
              .header("Authorization", "token " + token)
              .header("Content-Type", "application/json")
              .method(method, body)
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }
}
