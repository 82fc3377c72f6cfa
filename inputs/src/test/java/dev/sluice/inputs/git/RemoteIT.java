package dev.sluice.inputs.git;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fetches from a malicious forge. */
class RemoteIT {

  private static final RepositoryId NAME = new RepositoryId("forge.example/owner/repository");
  private static final GitRef MAIN = GitRef.branch("main");

  @TempDir Path directory;
  private final List<HttpServer> servers = new ArrayList<>();

  @AfterEach
  void stop() {
    servers.forEach(server -> server.stop(0));
  }

  @Test
  void credentialsAreSentToTheirOwnHostOnly() throws IOException {
    List<String> elsewhere = Collections.synchronizedList(new ArrayList<>());
    List<String> own = Collections.synchronizedList(new ArrayList<>());
    int other =
        serve(
            exchange -> {
              elsewhere.add(exchange.getRequestURI().toString());
              exchange.sendResponseHeaders(404, -1);
              exchange.close();
            });
    int port =
        serve(
            exchange -> {
              own.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
              exchange
                  .getResponseHeaders()
                  .set("Location", "http://127.0.0.1:" + other + exchange.getRequestURI());
              exchange.sendResponseHeaders(302, -1);
              exchange.close();
            });

    FetchOutcome outcome =
        fetch("http://127.0.0.1:" + port + "/owner/repository", Optional.of("alice:s3cr3t-value"));

    assertThat(outcome).isInstanceOf(FetchOutcome.Failed.class);
    assertThat(((FetchOutcome.Failed) outcome).reason())
        .contains("redirects to another host or port, 127.0.0.1:" + other)
        .doesNotContain("s3cr3t", "alice");
    String login = Base64.getEncoder().encodeToString("alice:s3cr3t-value".getBytes(UTF_8));
    assertThat(own).as("its own host was asked with them").contains("Basic " + login);
    assertThat(elsewhere).as("the other was not even asked").isEmpty();
  }

  @Test
  void aRefusalWithoutAChallengeIsAProblemOfTheCredentials() throws IOException {
    int port = serve(exchange -> answer(exchange, 401));

    FetchOutcome.Failed failed =
        (FetchOutcome.Failed)
            fetch("http://127.0.0.1:" + port + "/owner/repository", Optional.of("wrong-token"));

    assertThat(failed.reason())
        .contains("refuses the credentials at file:" + directory.resolve("secret"))
        .doesNotContain("wrong-token");
    assertThat(failed.retryable()).isFalse();
  }

  @Test
  void asksForMissingCredentials() throws IOException {
    int port =
        serve(
            exchange -> {
              exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"forge\"");
              answer(exchange, 401);
            });

    FetchOutcome.Failed failed =
        (FetchOutcome.Failed)
            fetch("http://127.0.0.1:" + port + "/owner/repository", Optional.empty());

    assertThat(failed.reason()).contains("the server requires credentials");
    assertThat(failed.retryable()).isFalse();
  }

  @Test
  void aServerThatIsDownIsTriedAgain() throws IOException {
    int port = serve(exchange -> answer(exchange, 503));

    FetchOutcome.Failed failed =
        (FetchOutcome.Failed)
            fetch("http://127.0.0.1:" + port + "/owner/repository", Optional.empty());

    assertThat(failed.reason()).contains("503");
    assertThat(failed.retryable()).isTrue();
  }

  @Test
  void saysThatAServerHasNoTls() throws IOException {
    FetchOutcome.Failed failed;
    try (ServerSocket plain = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> answerWithoutTls(plain));
      failed =
          (FetchOutcome.Failed)
              fetch(
                  "https://127.0.0.1:" + plain.getLocalPort() + "/owner/repository",
                  Optional.empty());
    }

    assertThat(failed.reason()).contains("does not answer in TLS");
    assertThat(failed.retryable()).isFalse();
  }

  @Test
  void namesTheRepositoryThatTheForgeRedirectsTo() throws IOException {
    CommitId commit;
    try (Origin origin = new Origin(directory.resolve("shop.git"))) {
      commit = origin.commit(Map.of("a.yaml", Origin.Content.file("a: 1\n")));
      origin.set(MAIN, commit);
    }
    int port =
        serve(
            exchange -> {
              String path = exchange.getRequestURI().toString();
              if (path.startsWith("/acme/old.git")) {
                exchange
                    .getResponseHeaders()
                    .set("Location", path.replace("/acme/old", "/shops/new"));
                answer(exchange, 301);
              } else {
                GitOverHttp.answer(exchange, directory.resolve("shop.git"));
              }
            });
    String old = "http://127.0.0.1:" + port + "/acme/old.git";
    try (Mirrors mirrors = new Mirrors(directory.resolve("mirrors"), Clock.systemUTC())) {
      assertThat(mirrors.fetch(source(old), MAIN, Optional.empty()))
          .isEqualTo(new FetchOutcome.At(commit));
      assertThat(mirrors.movedTo(NAME))
          .contains(new RepositoryId("127.0.0.1:" + port + "/shops/new"));

      String corrected = "http://127.0.0.1:" + port + "/shops/new.git";
      mirrors.fetch(source(corrected), MAIN, Optional.empty());
      assertThat(mirrors.movedTo(NAME)).isEmpty();
    }
  }

  private FetchOutcome fetch(String url, Optional<String> credentials) throws IOException {
    Optional<SecretReference> reference = Optional.empty();
    if (credentials.isPresent()) {
      Path secret = Files.writeString(directory.resolve("secret"), credentials.get() + "\n");
      reference = Optional.of(new SecretReference("file:" + secret));
    }
    try (Mirrors mirrors = new Mirrors(directory.resolve("mirrors"), Clock.systemUTC())) {
      return mirrors.fetch(source(url, reference), MAIN, Optional.empty());
    }
  }

  private static SourceSpec source(String url) {
    return source(url, Optional.empty());
  }

  private static SourceSpec source(String url, Optional<SecretReference> credentials) {
    return new SourceSpec(
        NAME,
        url,
        credentials,
        Optional.empty(),
        MAIN,
        "",
        Optional.empty(),
        Optional.empty(),
        RenderOptions.DEFAULT);
  }

  private static void answerWithoutTls(ServerSocket server) {
    while (!server.isClosed()) {
      try (Socket client = server.accept()) {
        client.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(UTF_8));
      } catch (IOException e) {
        // the test closes the server
      }
    }
  }

  private static void answer(HttpExchange exchange, int status) throws IOException {
    exchange.sendResponseHeaders(status, -1);
    exchange.close();
  }

  private int serve(HttpHandler handler) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", handler);
    server.start();
    servers.add(server);
    return server.getAddress().getPort();
  }
}
