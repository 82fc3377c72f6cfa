package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.name.CommitId;
import dev.sluice.standalone.process.OneProcess;
import dev.sluice.standalone.process.OpenTelemetryTracing;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A push is one trace, from the webhook to the writes to each cluster. */
@Tag("kubernetes")
class TracingIT {

  @TempDir private Path directory;

  @Test
  void aPushIsOneTraceFromWebhookToApply() throws Exception {
    InMemorySpanExporter recorded = InMemorySpanExporter.create();
    OpenTelemetrySdk sdk =
        OpenTelemetrySdk.builder()
            .setTracerProvider(
                SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(recorded))
                    .build())
            .build();
    try (Scenario scenario = Scenario.in(directory, STAGING);
        OpenTelemetryTracing tracing = new OpenTelemetryTracing(sdk)) {
      scenario.fleet().application("good", "good", scenario.namespace(), STAGING);
      scenario.fleet().application("bad", "bad", scenario.namespace(), STAGING);
      scenario.commit(
          Map.of(
              "good/configmap.yaml",
              configMap("good", "one"),
              "bad/configmap.yaml",
              configMap("bad", "one")));
      try (OneProcess sluice = scenario.start(tracing)) {
        patiently()
            .until(
                () ->
                    value(scenario, "good").equals(Optional.of("one"))
                        && value(scenario, "bad").equals(Optional.of("one")));
        CommitId commit =
            scenario.commit(
                Map.of(
                    "good/configmap.yaml",
                    configMap("good", "two"),
                    "bad/configmap.yaml",
                    configMap("Not_A_Name", "two")));
        recorded.reset();

        assertThat(scenario.webhook(sluice.webhookPort(), commit)).isEqualTo(202);

        patiently()
            .untilAsserted(
                () -> {
                  assertThat(of(recorded, "webhook")).hasSize(1);
                  assertThat(of(recorded, "decide")).hasSize(1);
                  assertThat(applies(recorded, "good")).isNotEmpty();
                  assertThat(applies(recorded, "bad")).isNotEmpty();
                });
        SpanData webhook = of(recorded, "webhook").getFirst();
        assertThat(webhook.getParentSpanContext().isValid()).isFalse();
        assertThat(webhook.getKind()).isEqualTo(SpanKind.SERVER);
        assertThat(webhook.getAttributes().get(key("endpoint"))).isEqualTo("github");

        SpanData decide = childOf(webhook, of(recorded, "decide"));
        assertThat(decide.getAttributes().get(key("commit"))).isEqualTo(commit.value());
        assertThat(decide.getAttributes().get(key("sent"))).isEqualTo("2");
        childOf(decide, of(recorded, "fetch"));

        SpanData good = childOf(decide, applies(recorded, "good"));
        assertThat(good.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
        SpanData render = childOf(good, of(recorded, "render"));
        SpanData plan = childOf(good, of(recorded, "plan"));
        SpanData write = childOf(good, of(recorded, "write"));
        assertThat(List.of(webhook, decide, good, render, plan, write))
            .extracting(SpanData::getStartEpochNanos)
            .isSorted();

        SpanData bad = childOf(decide, applies(recorded, "bad"));
        assertThat(bad.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(bad.getStatus().getDescription()).contains("Not_A_Name");
        assertThat(bad.getAttributes().get(AttributeKey.stringKey("error.type")))
            .isEqualTo("Invalid");
      }
    }
  }

  /** Returns the child of a span, and checks that it is in the same trace. */
  private static SpanData childOf(SpanData parent, List<SpanData> spans) {
    assertThat(spans)
        .as(parent.getName())
        .anySatisfy(span -> assertThat(span.getParentSpanId()).isEqualTo(parent.getSpanId()))
        .filteredOn(span -> span.getParentSpanId().equals(parent.getSpanId()))
        .allSatisfy(span -> assertThat(span.getTraceId()).isEqualTo(parent.getTraceId()));
    return spans.stream()
        .filter(span -> span.getParentSpanId().equals(parent.getSpanId()))
        .findFirst()
        .orElseThrow();
  }

  private static List<SpanData> applies(InMemorySpanExporter recorded, String application) {
    return of(recorded, "apply").stream()
        .filter(span -> application.equals(span.getAttributes().get(key("application"))))
        // an apply of the first generation may end after the push
        .filter(span -> "2".equals(span.getAttributes().get(key("generation"))))
        .toList();
  }

  private static List<SpanData> of(InMemorySpanExporter recorded, String name) {
    return recorded.getFinishedSpanItems().stream()
        .filter(span -> span.getName().equals(name))
        .toList();
  }

  private static AttributeKey<String> key(String name) {
    return AttributeKey.stringKey("sluice." + name);
  }

  private static Optional<String> value(Scenario scenario, String name) {
    return scenario.configMaps().value(name);
  }
}
