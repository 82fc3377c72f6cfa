package dev.sluice.receiver.catchup;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JacksonException;
import dev.sluice.contract.json.Json;
import dev.sluice.receiver.catchup.FailedDeliveries.Attempt;
import dev.sluice.receiver.endpoint.HookApi;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Client of GitHub's REST API for one webhook. It sends its token only to the configured address:
 * it follows no redirects, and takes only the cursor from the link to a next page.
 */
final class GithubHook implements AutoCloseable {

  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final int MAX_PAGE_BYTES = 8 * 1024 * 1024;
  private static final int MAX_PAGES = 1_000;
  private static final Pattern NEXT =
      Pattern.compile("<[^>]*[?&]cursor=([A-Za-z0-9_.~%-]+)[^>]*>;\\s*rel=\"next\"");

  private final HookApi api;
  private final HttpClient http =
      HttpClient.newBuilder()
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(TIMEOUT)
          .build();

  GithubHook(HookApi api) {
    this.api = api;
  }

  /**
   * Returns the attempts to deliver since that time, the latest first.
   *
   * @throws IOException if GitHub cannot be reached or its answer is not a list of deliveries
   */
  List<Attempt> attempts(Instant since) throws IOException, InterruptedException {
    List<Attempt> attempts = new ArrayList<>();
    Optional<String> cursor = Optional.empty();
    for (int page = 0; page < MAX_PAGES; page++) {
      HttpResponse<byte[]> answer = send("GET", "/deliveries?per_page=100" + cursor.orElse(""));
      if (!succeeded(answer)) {
        throw new IOException("GitHub answers %d".formatted(answer.statusCode()));
      }
      for (Attempt attempt : read(answer.body())) {
        if (attempt.deliveredAt().isBefore(since)) {
          return attempts;
        }
        attempts.add(attempt);
      }
      cursor = nextPage(answer);
      if (cursor.isEmpty()) {
        return attempts;
      }
    }
    throw new IOException("GitHub lists more than %d pages of deliveries".formatted(MAX_PAGES));
  }

  /**
   * Requests the redelivery of a delivery. It arrives at the endpoint like any other, signed.
   *
   * @return whether GitHub accepts the request; it may refuse a delivery, for example one that is
   *     too old
   * @throws IOException if GitHub cannot be reached
   */
  boolean redeliver(Attempt attempt) throws IOException, InterruptedException {
    return succeeded(send("POST", "/deliveries/%d/attempts".formatted(attempt.id())));
  }

  @Override
  public void close() {
    http.shutdownNow();
  }

  private HttpResponse<byte[]> send(String method, String path)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create(api.uri() + path))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .timeout(TIMEOUT)
            .header("Accept", "application/vnd.github+json")
            .header("Authorization", "Bearer " + token())
            .header("User-Agent", "sluice")
            .header("X-GitHub-Api-Version", "2022-11-28")
            .build(),
        HttpResponse.BodyHandlers.limiting(
            HttpResponse.BodyHandlers.ofByteArray(), MAX_PAGE_BYTES));
  }

  private static boolean succeeded(HttpResponse<?> answer) {
    return answer.statusCode() / 100 == 2;
  }

  /** Reads the token each time, since it may have been replaced. */
  private String token() throws IOException {
    String token;
    try {
      token = api.token().resolve();
    } catch (IllegalStateException e) {
      throw new IOException(e.getMessage(), e);
    }
    if (token.chars().anyMatch(character -> character < ' ' || character > '~')) {
      throw new IOException("the token has characters other than printable ASCII: replace it");
    }
    return token;
  }

  private static List<Attempt> read(byte[] page) throws IOException {
    try {
      @Nullable Attempt @Nullable [] attempts = Json.mapper().readValue(page, Attempt[].class);
      if (attempts != null && Stream.of(attempts).noneMatch(Objects::isNull)) {
        return List.of(attempts);
      }
    } catch (JacksonException e) {
      throw new IOException("GitHub's answer is not a list of deliveries", e);
    }
    throw new IOException("GitHub's answer has null in place of deliveries");
  }

  private static Optional<String> nextPage(HttpResponse<byte[]> answer) throws IOException {
    Optional<Matcher> next =
        answer.headers().firstValue("Link").map(NEXT::matcher).filter(Matcher::find);
    try {
      return next.map(link -> URLDecoder.decode(link.group(1), UTF_8))
          .map(cursor -> "&cursor=" + URLEncoder.encode(cursor, UTF_8));
    } catch (IllegalArgumentException e) {
      throw new IOException("GitHub's link to the next page is malformed", e);
    }
  }
}
