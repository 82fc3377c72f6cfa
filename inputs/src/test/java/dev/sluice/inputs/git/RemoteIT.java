package dev.sluice.inputs.git;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fetches from a malicious forge. */
class RemoteIT {

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
    Path secret = Files.writeString(directory.resolve("secret"), "alice:s3cr3t-value\n");
    SourceSpec source =
        new SourceSpec(
            new RepositoryId("forge.example/owner/repository"),
            "http://127.0.0.1:" + port + "/owner/repository",
            Optional.of(new SecretReference("file:" + secret)),
            MAIN,
            "",
            Optional.empty(),
            Optional.empty(),
            RenderOptions.DEFAULT);

    FetchOutcome outcome;
    try (Mirrors mirrors = new Mirrors(directory.resolve("mirrors"), Clock.systemUTC())) {
      outcome = mirrors.fetch(source, MAIN, Optional.empty());
    }

    assertThat(outcome).isInstanceOf(FetchOutcome.Failed.class);
    assertThat(((FetchOutcome.Failed) outcome).reason())
        .contains("redirects to another host")
        .doesNotContain("s3cr3t", "alice");
    String login = Base64.getEncoder().encodeToString("alice:s3cr3t-value".getBytes(UTF_8));
    assertThat(own).as("its own host was asked with them").contains("Basic " + login);
    assertThat(elsewhere).as("the other was not even asked").isEmpty();
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
