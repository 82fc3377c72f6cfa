package dev.sluice.receiver;

import dev.sluice.contract.name.Forge;
import dev.sluice.platform.config.ConfigurationException;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.SettingValues;
import dev.sluice.receiver.endpoint.Endpoint;
import dev.sluice.receiver.endpoint.Network;
import dev.sluice.receiver.http.Certificate;
import dev.sluice.receiver.http.Limits;
import dev.sluice.receiver.http.Listening;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Configuration of the receiver.
 *
 * @param catchUpInterval interval between checks for failed deliveries at forges that can redeliver
 *     them
 */
public record ReceiverConfig(
    Listening listening, List<Endpoint> endpoints, Limits limits, Duration catchUpInterval) {

  private static final Limits DEFAULT = Limits.within(Runtime.getRuntime().maxMemory());

  private static final Setting<String> HOST =
      Setting.text("webhook-host", "ADDRESS", "address to listen on for webhooks").or("0.0.0.0");
  public static final Setting<Integer> PORT =
      Setting.integer(
              "webhook-port", "port to listen on for webhooks; 0 for any free port", 0, 65535)
          .or("8080");
  public static final Setting<Optional<Integer>> HEALTH_PORT =
      Setting.integer(
              "webhook-health-port",
              "port of /metrics, and of /livez and /readyz with reasons; without it metrics are not"
                  + " served; 0 for any free port",
              0,
              65535)
          .optional();
  private static final Setting<Optional<Path>> CERTIFICATE =
      Setting.path(
              "webhook-certificate",
              "a PEM file with the certificate and its chain: enables TLS, and HTTP/2 for clients"
                  + " that support it; read again when it changes")
          .optional();
  private static final Setting<Optional<Path>> KEY =
      Setting.path("webhook-key", "a PEM file with the certificate's private key (PKCS #8)")
          .optional();
  private static final Setting<List<Network>> PROXIES =
      Setting.list(
          "webhook-proxy",
          "ADDRESS[/BITS]",
          "a proxy whose X-Forwarded-For is trusted; by default none is",
          Network::parse);
  private static final Setting<List<Endpoint>> ENDPOINTS =
      Setting.list(
          "webhook-endpoint",
          "name=N,forge=F,host=H,secret=REF",
          "the endpoint POST /webhooks/N for forge "
              + Forge.allConfigNames()
              + "; secrets by reference (env:NAME, file:PATH), repeatable for rotation;"
              + " signing-secret=REF for GitLab signing tokens; network=ADDRESS/BITS limits the"
              + " senders; repository=PATH limits the repositories (* and **);"
              + " max-body=BYTES; hook=URL and hook-token=REF: GitHub's API address of the webhook"
              + " (https://api.github.com/repos/O/R/hooks/ID) and a token for it, to request"
              + " redelivery of failed deliveries",
          Endpoint::parse);
  private static final Setting<Integer> MAX_BODY =
      Setting.integer("webhook-max-body", "maximum size of a body in bytes", 1, Integer.MAX_VALUE)
          .or(Integer.toString(DEFAULT.maxBodyBytes()));
  private static final Setting<Optional<Integer>> MAX_BUFFERED =
      Setting.integer(
              "webhook-max-buffered",
              "maximum total size of concurrent bodies in bytes (default: a quarter of the heap, at"
                  + " most 128 MiB)",
              1,
              Integer.MAX_VALUE)
          .optional();
  private static final Setting<Duration> REQUEST_TIMEOUT =
      Setting.duration("webhook-request-timeout", "time within which a request must be complete")
          .or(DEFAULT.requestTimeout().toSeconds() + "s");
  private static final Setting<Duration> PUBLISH_TIMEOUT =
      Setting.duration("webhook-publish-timeout", "time within which Kafka must acknowledge")
          .or(DEFAULT.publishTimeout().toMillis() + "ms");
  private static final Setting<Optional<Integer>> MAX_CONNECTIONS =
      Setting.integer(
              "webhook-max-connections",
              "maximum number of open connections; beyond it, the connection that has been idle"
                  + " longest is closed (default: one for each 32 KiB of the heap, at most 20,000)",
              1,
              Integer.MAX_VALUE)
          .optional();
  private static final Setting<Integer> REFUSALS =
      Setting.integer(
              "webhook-refusals",
              "refused requests a second, and ten times as many in a burst, that an address may"
                  + " cause before all its requests are refused unread (429); 0 for no limit",
              0,
              1_000_000)
          .or(Integer.toString(DEFAULT.refusalsPerSecond()));
  private static final Setting<Duration> CATCH_UP =
      Setting.duration(
              "webhook-catch-up",
              "interval between checks for failed deliveries of endpoints with hook")
          .or("2m");

  /** All settings of the receiver. */
  public static final List<Setting<?>> SETTINGS =
      List.of(
          HOST,
          PORT,
          HEALTH_PORT,
          CERTIFICATE,
          KEY,
          PROXIES,
          ENDPOINTS,
          MAX_BODY,
          MAX_BUFFERED,
          REQUEST_TIMEOUT,
          PUBLISH_TIMEOUT,
          MAX_CONNECTIONS,
          REFUSALS,
          CATCH_UP);

  public ReceiverConfig {
    endpoints = List.copyOf(endpoints);
  }

  /**
   * Creates the configuration from settings.
   *
   * @throws ConfigurationException if settings contradict each other
   */
  public static ReceiverConfig from(SettingValues values) {
    int maxBody = values.get(MAX_BODY);
    long maxBuffered =
        values
            .get(MAX_BUFFERED)
            .map(Integer::longValue)
            .orElse(Math.max(DEFAULT.maxBufferedBytes(), maxBody));
    List<ConfigurationException.Problem> problems = new ArrayList<>();
    if (maxBuffered < maxBody) {
      problems.add(
          new ConfigurationException.Problem(
              MAX_BUFFERED.option(), "expected at least " + MAX_BODY.option()));
    }
    Optional<Path> chain = values.get(CERTIFICATE);
    Optional<Path> key = values.get(KEY);
    if (chain.isPresent() != key.isPresent()) {
      problems.add(
          new ConfigurationException.Problem(
              CERTIFICATE.option(), "expected together with " + KEY.option() + ", or neither"));
    }
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
    return new ReceiverConfig(
        new Listening(
            values.get(HOST),
            values.get(PORT),
            values.get(HEALTH_PORT),
            chain.flatMap(path -> key.map(its -> new Certificate(path, its))),
            values.get(PROXIES)),
        values.get(ENDPOINTS),
        new Limits(
            maxBody,
            maxBuffered,
            values.get(REQUEST_TIMEOUT),
            values.get(PUBLISH_TIMEOUT),
            values.get(MAX_CONNECTIONS).orElse(DEFAULT.maxConnections()),
            values.get(REFUSALS)),
        values.get(CATCH_UP));
  }
}
