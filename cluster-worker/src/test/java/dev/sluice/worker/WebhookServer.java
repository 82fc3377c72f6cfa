package dev.sluice.worker;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.sluice.contract.json.Json;
import dev.sluice.platform.tls.SelfSigned;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A webhook's server, which can be stopped and started again at the same port. */
final class WebhookServer implements AutoCloseable {

  /** Returns the answer to a review. */
  interface Handler {
    JsonNode answer(JsonNode review) throws InterruptedException;
  }

  private final Handler handler;
  private final KeyStore certificate;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private HttpsServer server;

  /** Starts a server at a free port of the loopback address. */
  WebhookServer(Path directory, Handler handler) throws Exception {
    this.handler = handler;
    this.certificate = SelfSigned.create(directory, "webhook");
    this.server = listen(0);
  }

  int port() {
    return server.getAddress().getPort();
  }

  /** Returns the {@code caBundle} of a configuration that names this server. */
  String authority() throws Exception {
    String pem =
        "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"
            .formatted(
                Base64.getMimeEncoder()
                    .encodeToString(certificate.getCertificate("webhook").getEncoded()));
    return Base64.getEncoder().encodeToString(pem.getBytes(UTF_8));
  }

  void stop() {
    server.stop(0);
  }

  void start() throws Exception {
    server = listen(port());
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private HttpsServer listen(int port) throws Exception {
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(certificate, SelfSigned.password());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    HttpsServer https =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    https.setHttpsConfigurator(new HttpsConfigurator(context));
    https.setExecutor(threads);
    https.createContext("/", this::handle);
    https.start();
    return https;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      JsonNode answer = handler.answer(Json.mapper().readTree(exchange.getRequestBody()));
      byte[] body = Json.mapper().writeValueAsBytes(answer);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
