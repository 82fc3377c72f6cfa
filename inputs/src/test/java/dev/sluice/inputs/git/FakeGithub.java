package dev.sluice.inputs.git;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.contract.json.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The endpoints of GitHub's REST API that issue installation tokens. It checks signature, issuer
 * and times of the app's JSON Web Token as GitHub documents them.
 */
final class FakeGithub implements AutoCloseable {

  static final String APP = "12345";
  static final String INSTALLATION = "678";

  private final HttpServer server =
      HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  private final AtomicInteger issued = new AtomicInteger();
  private volatile PublicKey key;
  private volatile Instant now;
  private volatile Optional<Integer> status = Optional.empty();
  private volatile boolean endless;
  private volatile Optional<String> redirect = Optional.empty();
  private volatile String repository = "acme/shop";

  FakeGithub(PublicKey key, Instant now) throws IOException {
    this.key = key;
    this.now = now;
    server.createContext("/api/v3/", this::answer);
    server.start();
  }

  String api() {
    return "http://127.0.0.1:%d/api/v3".formatted(server.getAddress().getPort());
  }

  /** Sets the time by which tokens expire. */
  void now(Instant time) {
    this.now = time;
  }

  /** Sets the app's public key. */
  void key(PublicKey other) {
    this.key = other;
  }

  /** Answers every request with a status. */
  void always(int other) {
    this.status = Optional.of(other);
  }

  /** Answers every request without an end. */
  void endless() {
    endless = true;
  }

  /** Redirects every request. */
  void redirect(String url) {
    redirect = Optional.of(url);
  }

  /** Sets the only repository, {@code owner/name}, that the app is installed for. */
  void installedFor(String other) {
    this.repository = other;
  }

  int issued() {
    return issued.get();
  }

  /** Returns the newest token as Git sends it. */
  String newest() {
    return "x-access-token:ghs_" + issued.get();
  }

  private void answer(HttpExchange exchange) throws IOException {
    String request = exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
    String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
    if (endless) {
      exchange.sendResponseHeaders(200, 0);
      try (OutputStream answer = exchange.getResponseBody()) {
        byte[] some = "[".repeat(8192).getBytes(US_ASCII);
        while (true) {
          answer.write(some);
        }
      }
    } else if (redirect.isPresent()) {
      exchange.getResponseHeaders().set("Location", redirect.get());
      exchange.sendResponseHeaders(302, -1);
      exchange.close();
    } else if (status.isPresent()) {
      send(exchange, status.get(), "{\"message\": \"fault\"}");
    } else if (!isSigned(exchange.getRequestHeaders().getFirst("Authorization"))) {
      send(exchange, 401, "{\"message\": \"A JSON web token could not be decoded\"}");
    } else if (request.equals("GET /api/v3/repos/%s/installation".formatted(repository))) {
      send(exchange, 200, "{\"id\": %s}".formatted(INSTALLATION));
    } else if (request.equals(
        "POST /api/v3/app/installations/%s/access_tokens".formatted(INSTALLATION))) {
      if (Json.mapper()
          .readTree(body)
          .path("permissions")
          .path("contents")
          .asText()
          .equals("read")) {
        send(
            exchange,
            201,
            "{\"token\": \"ghs_%d\", \"expires_at\": \"%s\"}"
                .formatted(issued.incrementAndGet(), now.plus(Duration.ofHours(1))));
      } else {
        send(exchange, 422, "{}");
      }
    } else {
      send(exchange, 404, "{\"message\": \"Not Found\"}");
    }
  }

  private boolean isSigned(String authorization) throws IOException {
    String[] parts = authorization.replaceFirst("^Bearer ", "").split("\\.", -1);
    Base64.Decoder base64 = Base64.getUrlDecoder();
    try {
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initVerify(key);
      signature.update((parts[0] + "." + parts[1]).getBytes(US_ASCII));
      JsonNode header = Json.mapper().readTree(base64.decode(parts[0]));
      JsonNode claims = Json.mapper().readTree(base64.decode(parts[1]));
      long issuedAt = claims.path("iat").asLong();
      long expires = claims.path("exp").asLong();
      return signature.verify(base64.decode(parts[2]))
          && header.path("alg").asText().equals("RS256")
          && claims.path("iss").asText().equals(APP)
          && issuedAt <= now.getEpochSecond()
          && expires > now.getEpochSecond()
          && expires <= now.plus(Duration.ofMinutes(10)).getEpochSecond();
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static void send(HttpExchange exchange, int status, String json) throws IOException {
    byte[] bytes = json.getBytes(UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
