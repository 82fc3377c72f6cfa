package dev.sluice.standalone.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.platform.config.ConfigurationException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OpenTelemetryTracingTest {

  private static final String ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT";

  @Test
  void isOffUnlessConfigured() {
    assertThat(OpenTelemetryTracing.from(Map.of(), "sluice")).isEmpty();
    assertThat(OpenTelemetryTracing.from(Map.of("OTEL_SERVICE_NAME", "x"), "sluice")).isEmpty();
    assertThat(OpenTelemetryTracing.from(Map.of(ENDPOINT, " "), "sluice")).isEmpty();
    assertThat(
            OpenTelemetryTracing.from(
                Map.of(ENDPOINT, "http://127.0.0.1:1", "OTEL_SDK_DISABLED", "true"), "sluice"))
        .isEmpty();
    assertThat(
            OpenTelemetryTracing.from(
                Map.of(ENDPOINT, "http://127.0.0.1:1", "OTEL_TRACES_EXPORTER", "none"), "sluice"))
        .isEmpty();
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .noneMatch(name -> name.contains("BatchSpanProcessor"));
  }

  @Test
  void unsupportedExportersAndProtocolsAreRefused() {
    assertThatThrownBy(
            () ->
                OpenTelemetryTracing.from(
                    Map.of(ENDPOINT, "http://127.0.0.1:1", "OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
                    "sluice"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("OTEL_EXPORTER_OTLP_PROTOCOL: expected http/protobuf");
    assertThatThrownBy(
            () -> OpenTelemetryTracing.from(Map.of("OTEL_TRACES_EXPORTER", "zipkin"), "sluice"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("OTEL_TRACES_EXPORTER: expected otlp or none");
  }
}
