package dev.sluice.receiver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.contract.config.ConfigurationException;
import dev.sluice.contract.config.Settings;
import dev.sluice.receiver.endpoint.Endpoint;
import dev.sluice.receiver.http.Limits;
import dev.sluice.receiver.http.Listening;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReceiverConfigTest {

  @Test
  void hasDefaults() {
    assertThat(read(Map.of()))
        .isEqualTo(
            new ReceiverConfig(
                new Listening("0.0.0.0", 8080, Optional.empty(), Optional.empty(), List.of()),
                List.of(),
                Limits.DEFAULT));
  }

  @Test
  void readsEndpoints() {
    String endpoint = "name=a,forge=github,secret=env:A,secret=env:B";

    assertThat(read(Map.of("webhook-endpoint", List.of(endpoint))).endpoints())
        .containsExactly(Endpoint.parse(endpoint));
  }

  @Test
  void refusesBuffersThatHoldNoBody() {
    assertThatThrownBy(() -> read(Map.of("webhook-max-buffered", List.of("10"))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("--webhook-max-body");
  }

  @Test
  void refusesACertificateWithoutItsKey() {
    assertThatThrownBy(() -> read(Map.of("webhook-certificate", List.of("tls.crt"))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("--webhook-key");
  }

  private static ReceiverConfig read(Map<String, List<String>> options) {
    return ReceiverConfig.from(
        new Settings(ReceiverConfig.SETTINGS, List.of()).read(options, Map.of(), Optional.empty()));
  }
}
