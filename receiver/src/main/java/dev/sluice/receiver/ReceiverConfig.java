package dev.sluice.receiver;

import dev.sluice.contract.config.ConfigurationException;
import dev.sluice.contract.config.ConfigurationProblem;
import dev.sluice.contract.config.Setting;
import dev.sluice.contract.config.SettingValues;
import dev.sluice.receiver.endpoint.Endpoint;
import dev.sluice.receiver.endpoint.Forge;
import dev.sluice.receiver.http.Limits;
import java.time.Duration;
import java.util.List;

/**
 * Configuration of the receiver.
 *
 * @param host address to listen on
 * @param port 0 for any free one
 */
public record ReceiverConfig(String host, int port, List<Endpoint> endpoints, Limits limits) {

  private static final Setting<String> HOST =
      Setting.text("webhook-host", "ADDRESS", "address to listen on for webhooks").or("0.0.0.0");
  private static final Setting<Integer> PORT =
      Setting.integer(
              "webhook-port", "port to listen on for webhooks; 0 for any free one", 0, 65535)
          .or("8080");
  private static final Setting<List<Endpoint>> ENDPOINTS =
      Setting.list(
          "webhook-endpoint",
          "name=N,forge=F,host=H,secret=REF",
          "an endpoint POST /webhooks/N for forge "
              + Forge.allWritten()
              + "; secrets by reference (env:NAME, file:PATH), several while they are rotated;"
              + " signing-secret=REF for GitLab signing tokens",
          Endpoint::parse);
  private static final Setting<Integer> MAX_BODY =
      Setting.integer("webhook-max-body", "bytes of the largest body", 1, Integer.MAX_VALUE)
          .or(Integer.toString(Limits.DEFAULT.maxBodyBytes()));
  private static final Setting<Integer> MAX_BUFFERED =
      Setting.integer(
              "webhook-max-buffered",
              "bytes that all bodies may take at a time",
              1,
              Integer.MAX_VALUE)
          .or(Long.toString(Limits.DEFAULT.maxBufferedBytes()));
  private static final Setting<Duration> REQUEST_TIMEOUT =
      Setting.duration("webhook-request-timeout", "how long a request may take to come in")
          .or(Limits.DEFAULT.requestTimeout().toSeconds() + "s");
  private static final Setting<Duration> PUBLISH_TIMEOUT =
      Setting.duration("webhook-publish-timeout", "how long Kafka may take to acknowledge")
          .or(Limits.DEFAULT.publishTimeout().toSeconds() + "s");

  /** Everything that {@link #from} reads. */
  public static final List<Setting<?>> SETTINGS =
      List.of(HOST, PORT, ENDPOINTS, MAX_BODY, MAX_BUFFERED, REQUEST_TIMEOUT, PUBLISH_TIMEOUT);

  public ReceiverConfig {
    endpoints = List.copyOf(endpoints);
  }

  /**
   * The configuration that the settings make.
   *
   * @throws ConfigurationException if they do not go together
   */
  public static ReceiverConfig from(SettingValues values) {
    int maxBody = values.get(MAX_BODY);
    int maxBuffered = values.get(MAX_BUFFERED);
    if (maxBuffered < maxBody) {
      throw new ConfigurationException(
          List.of(
              new ConfigurationProblem(
                  MAX_BUFFERED.option(), "expected at least " + MAX_BODY.option())));
    }
    return new ReceiverConfig(
        values.get(HOST),
        values.get(PORT),
        values.get(ENDPOINTS),
        new Limits(maxBody, maxBuffered, values.get(REQUEST_TIMEOUT), values.get(PUBLISH_TIMEOUT)));
  }
}
