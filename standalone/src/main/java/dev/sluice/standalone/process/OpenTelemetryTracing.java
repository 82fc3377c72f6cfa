package dev.sluice.standalone.process;

import dev.sluice.contract.event.TraceParent;
import dev.sluice.platform.config.ConfigurationException;
import dev.sluice.platform.telemetry.Tracing;
import dev.sluice.standalone.cli.Lifetime;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Tracing by OpenTelemetry, with spans sent by OTLP over HTTP. It is configured by OpenTelemetry's
 * own variables, and off until one of them names an endpoint or exporter; no SDK is started then.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/">
 *     OpenTelemetry: environment variables</a>
 */
public final class OpenTelemetryTracing implements Tracing, AutoCloseable {

  private static final String EXPORTER = "OTEL_TRACES_EXPORTER";
  private static final List<String> ENDPOINTS =
      List.of("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT");
  private static final List<String> PROTOCOLS =
      List.of("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL");
  private static final String PROTOCOL = "http/protobuf";
  private static final long CLOSE_SECONDS = 5;

  private final OpenTelemetrySdk sdk;
  private final Tracer tracer;

  /** Creates tracing by an SDK, which it shuts down when it is closed. */
  public OpenTelemetryTracing(OpenTelemetrySdk sdk) {
    this.sdk = sdk;
    this.tracer = sdk.getTracer("dev.sluice");
  }

  /**
   * Starts tracing as the environment configures it; empty if it configures none.
   *
   * @param service the name of this process unless {@code OTEL_SERVICE_NAME} gives one
   * @throws ConfigurationException if it names an exporter or a protocol that is not supported
   */
  public static Optional<OpenTelemetryTracing> from(
      Map<String, String> environment, String service) {
    if (!isOn(environment)) {
      return Optional.empty();
    }
    check(environment);
    SdkLog.redirect();
    Map<String, String> defaults =
        Map.of("otel.exporter.otlp.protocol", PROTOCOL, "otel.service.name", service);
    return Optional.of(
        new OpenTelemetryTracing(
            AutoConfiguredOpenTelemetrySdk.builder()
                .addPropertiesSupplier(() -> defaults)
                .addPropertiesCustomizer(_ -> properties(environment))
                .disableShutdownHook()
                .build()
                .getOpenTelemetrySdk()));
  }

  /** Starts tracing of this process, to be closed with its parts; off if it is not configured. */
  public static Tracing ofProcess(String service, Lifetime parts) {
    return from(System.getenv(), service).<Tracing>map(parts::add).orElse(Tracing.OFF);
  }

  private static boolean isOn(Map<String, String> environment) {
    String exporter = environment.getOrDefault(EXPORTER, "").strip();
    boolean isDisabled =
        exporter.equals("none")
            || environment.getOrDefault("OTEL_SDK_DISABLED", "").strip().equalsIgnoreCase("true");
    boolean isConfigured =
        !exporter.isEmpty()
            || ENDPOINTS.stream().anyMatch(name -> !environment.getOrDefault(name, "").isBlank());
    return isConfigured && !isDisabled;
  }

  private static void check(Map<String, String> environment) {
    String exporter = environment.getOrDefault(EXPORTER, "").strip();
    if (!exporter.isEmpty() && !exporter.equals("otlp")) {
      throw unknown(EXPORTER, "otlp or none");
    }
    for (String name : PROTOCOLS) {
      String protocol = environment.getOrDefault(name, "").strip();
      if (!protocol.isEmpty() && !protocol.equals(PROTOCOL)) {
        throw unknown(name, PROTOCOL + ", the only one there is here");
      }
    }
  }

  private static ConfigurationException unknown(String name, String expected) {
    return new ConfigurationException(
        List.of(new ConfigurationException.Problem(name, "expected " + expected)));
  }

  /** Returns the SDK's properties; metrics and logs stay off, since Sluice has its own. */
  private static Map<String, String> properties(Map<String, String> environment) {
    Map<String, String> properties = new HashMap<>();
    environment.forEach(
        (name, value) -> {
          if (name.startsWith("OTEL_") && !value.isBlank()) {
            properties.put(name.toLowerCase(Locale.ROOT).replace('_', '.'), value);
          }
        });
    properties.put("otel.metrics.exporter", "none");
    properties.put("otel.logs.exporter", "none");
    return properties;
  }

  @Override
  public Span start(Kind kind, String name, Optional<TraceParent> parent, Instant at) {
    return new Recorded(
        tracer
            .spanBuilder(name)
            .setSpanKind(
                switch (kind) {
                  case SERVER -> SpanKind.SERVER;
                  case CONSUMER -> SpanKind.CONSUMER;
                })
            .setParent(parent.map(context -> in(context(context))).orElseGet(Context::root))
            .setStartTimestamp(at)
            .startSpan());
  }

  @Override
  public void step(Span within, String name, Instant from, Instant to) {
    tracer
        .spanBuilder(name)
        .setParent(in(context(within.context())))
        .setStartTimestamp(from)
        .startSpan()
        .end(to);
  }

  /** Sends spans that have ended, for up to five seconds. */
  @Override
  public void close() {
    sdk.shutdown().join(CLOSE_SECONDS, TimeUnit.SECONDS);
  }

  private static Context in(SpanContext context) {
    return Context.root().with(io.opentelemetry.api.trace.Span.wrap(context));
  }

  private static SpanContext context(TraceParent trace) {
    return SpanContext.createFromRemoteParent(
        trace.traceId(),
        trace.spanId(),
        TraceFlags.fromHex(trace.flags(), 0),
        TraceState.getDefault());
  }

  private record Recorded(io.opentelemetry.api.trace.Span span) implements Span {

    @Override
    public TraceParent context() {
      SpanContext context = span.getSpanContext();
      return new TraceParent(
          "00-%s-%s-%s"
              .formatted(
                  context.getTraceId(), context.getSpanId(), context.getTraceFlags().asHex()));
    }

    @Override
    public Span tag(String name, Object value) {
      span.setAttribute(AttributeKey.stringKey("sluice." + name), value.toString());
      return this;
    }

    @Override
    public Span link(TraceParent other) {
      span.addLink(OpenTelemetryTracing.context(other));
      return this;
    }

    @Override
    public Span fail(String code, String message) {
      span.setAttribute(AttributeKey.stringKey("error.type"), code);
      span.setStatus(StatusCode.ERROR, message);
      return this;
    }

    @Override
    public void end() {
      span.end();
    }
  }
}
