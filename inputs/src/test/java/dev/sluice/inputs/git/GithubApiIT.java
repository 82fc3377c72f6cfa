package dev.sluice.inputs.git;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.GithubApp;
import dev.sluice.contract.fleet.HttpsAccess;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.platform.process.ProxyLogins;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Requests installation tokens through a proxy of the process. The proxy requires a login, and
 * answers in place of GitHub.
 */
class GithubApiIT {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final String LOGIN =
      "Basic " + Base64.getEncoder().encodeToString("proxy-user:s3cret".getBytes(UTF_8));

  @TempDir private Path directory;
  private final ProxySelector ofProcess = ProxySelector.getDefault();
  private final AtomicInteger unknown = new AtomicInteger();
  private InetSocketAddress proxy;
  private HttpServer server;

  private volatile int status = 201;
  private volatile Map<String, String> headers = Map.of();

  @BeforeEach
  void start() throws Exception {
    ProxyLogins.permit();
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    var unused =
        TestAuthority.pem(directory.resolve("app"), generator.generateKeyPair().getPrivate());
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    proxy = InetSocketAddress.createUnresolved("127.0.0.1", server.getAddress().getPort());
    ProxySelector.setDefault(ProxySelector.of(proxy));
  }

  @AfterEach
  void stop() {
    ProxySelector.setDefault(ofProcess);
    server.stop(0);
  }

  @Test
  void logsInAtTheProxyOfTheProcess() throws Exception {
    ProxyLogins.set(proxy, () -> "proxy-user:s3cret");

    assertThat(api().token(NOW).value()).isEqualTo("ghs_1");
    assertThat(unknown).hasValue(1);
  }

  @Test
  void namesTheProxyThatRefusesTheLogin() {
    GithubApi.RefusedException without = refused();
    assertThat(without.code()).isEqualTo(SourceFailure.PROXY_REFUSED);

    ProxyLogins.set(proxy, () -> "proxy-user:wrong");
    GithubApi.RefusedException wrong = refused();
    assertThat(wrong.code()).as(wrong.getMessage()).isEqualTo(SourceFailure.PROXY_REFUSED);
    assertThat(wrong).hasMessageContaining("HTTPS_PROXY").message().doesNotContain("wrong");
  }

  @ParameterizedTest
  @CsvSource({
    "429, X-Any, 1, ForgeUnreachable, true",
    "403, Retry-After, 60, ForgeUnreachable, true",
    "403, x-ratelimit-remaining, 0, ForgeUnreachable, true",
    "403, x-ratelimit-remaining, 12, AccessDenied, false",
    "407, X-Any, 1, ProxyRefused, false",
  })
  void aRateLimitPassesByItself(
      int answer, String header, String value, String code, boolean retryable) {
    ProxyLogins.set(proxy, () -> "proxy-user:s3cret");
    status = answer;
    headers = Map.of(header, value);

    GithubApi.RefusedException refused = refused();

    assertThat(refused.code().value()).as(refused.getMessage()).isEqualTo(code);
    assertThat(RemoteFailures.noToken(new RepositoryId("github.com/acme/shop"), refused))
        .extracting(FetchOutcome.Failed::retryable)
        .isEqualTo(retryable);
  }

  private GithubApi.RefusedException refused() {
    return catchThrowableOfType(GithubApi.RefusedException.class, () -> api().token(NOW));
  }

  private GithubApi api() {
    return new GithubApi(
        new GithubApp(
            "12345",
            Optional.of("678"),
            new SecretReference("file:" + directory.resolve("app")),
            Optional.empty()),
        "http://api.github.example",
        "acme/shop",
        HttpsAccess.DEFAULT);
  }

  private void answer(HttpExchange exchange) throws IOException {
    boolean known = LOGIN.equals(exchange.getRequestHeaders().getFirst("Proxy-Authorization"));
    byte[] token =
        "{\"token\": \"ghs_1\", \"expires_at\": \"%s\"}"
            .formatted(NOW.plusSeconds(3600))
            .getBytes(UTF_8);
    if (known) {
      headers.forEach(exchange.getResponseHeaders()::set);
    } else {
      unknown.incrementAndGet();
      exchange.getResponseHeaders().set("Proxy-Authenticate", "Basic realm=\"proxy\"");
    }
    exchange.sendResponseHeaders(known ? status : 407, token.length);
    exchange.getResponseBody().write(token);
    exchange.close();
  }
}
