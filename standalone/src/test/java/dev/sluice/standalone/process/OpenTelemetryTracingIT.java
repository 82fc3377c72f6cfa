package dev.sluice.standalone.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.platform.telemetry.Tracing;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Requests to a collector that OpenTelemetry's own variables configure. */
class OpenTelemetryTracingIT {

  private record Request(String path, String type, String token, String body) {}

  @Test
  void sendsSpansByOtlpOverHttpBeforeItIsClosed() throws Exception {
    List<Request> requests = new CopyOnWriteArrayList<>();
    HttpServer collector =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    collector.createContext(
        "/",
        exchange -> {
          try (exchange) {
            requests.add(
                new Request(
                    exchange.getRequestURI().getPath(),
                    exchange.getRequestHeaders().getFirst("Content-Type"),
                    exchange.getRequestHeaders().getFirst("x-token"),
                    new String(exchange.getRequestBody().readAllBytes(), ISO_8859_1)));
            exchange.sendResponseHeaders(200, -1);
          }
        });
    collector.start();
    try {
      OpenTelemetryTracing tracing =
          OpenTelemetryTracing.from(
                  Map.of(
                      "OTEL_EXPORTER_OTLP_ENDPOINT",
                      "http://127.0.0.1:" + collector.getAddress().getPort(),
                      "OTEL_EXPORTER_OTLP_HEADERS",
                      "x-token=abc",
                      "OTEL_RESOURCE_ATTRIBUTES",
                      "deployment.environment.name=test"),
                  "sluice-worker")
              .orElseThrow();
      TraceParent parent = TraceParent.start();
      Tracing.Span span =
          tracing
              .start(Tracing.Kind.CONSUMER, "apply", Optional.of(parent), Instant.now())
              .tag("application", "web")
              .fail("Invalid", "spec.replicas");
      tracing.step(span, "render", Instant.now(), Instant.now());
      span.end();
      tracing.close();

      assertThat(span.context().traceId()).isEqualTo(parent.traceId());
      assertThat(requests)
          .singleElement()
          .satisfies(
              request -> {
                assertThat(request.path()).isEqualTo("/v1/traces");
                assertThat(request.type()).isEqualTo("application/x-protobuf");
                assertThat(request.token()).isEqualTo("abc");
                assertThat(request.body())
                    .contains("sluice-worker", "deployment.environment.name", "apply", "render")
                    .contains("sluice.application", "web", "Invalid", "spec.replicas")
                    .contains(bytes(parent.traceId()), bytes(parent.spanId()))
                    .contains(bytes(span.context().spanId()));
              });
    } finally {
      collector.stop(0);
    }
  }

  @Test
  void anUnreachableCollectorIsLoggedAndBlocksNothing() throws Exception {
    int free;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = socket.getLocalPort();
    }
    Logger sdk = (Logger) LoggerFactory.getLogger("io.opentelemetry");
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    sdk.addAppender(log);
    try {
      OpenTelemetryTracing tracing =
          OpenTelemetryTracing.from(
                  Map.of(
                      "OTEL_EXPORTER_OTLP_ENDPOINT",
                      "http://127.0.0.1:" + free,
                      "OTEL_EXPORTER_OTLP_HEADERS",
                      "x-token=secret-of-the-collector"),
                  "sluice")
              .orElseThrow();
      tracing.start(Tracing.Kind.SERVER, "webhook", Optional.empty(), Instant.now()).end();
      tracing.close();

      // the exporter retries before it logs the failure
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> List.copyOf(log.list).stream().anyMatch(OpenTelemetryTracingIT::isWarning));
      assertThat(List.copyOf(log.list))
          .noneMatch(event -> event.getFormattedMessage().contains("secret-of-the-collector"));
    } finally {
      sdk.detachAppender(log);
    }
  }

  private static boolean isWarning(ILoggingEvent event) {
    return event.getLevel().equals(Level.WARN);
  }

  private static String bytes(String hex) {
    return new String(HexFormat.of().parseHex(hex), ISO_8859_1);
  }
}
