package dev.sluice.receiver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.platform.config.ConfigurationException;
import dev.sluice.platform.config.Settings;
import dev.sluice.receiver.endpoint.Endpoint;
import dev.sluice.receiver.http.Limits;
import dev.sluice.receiver.http.Listening;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReceiverConfigTest {

  @Test
  void hasDefaults() {
    assertThat(read(Map.of()))
        .isEqualTo(
            new ReceiverConfig(
                new Listening("0.0.0.0", 8080, Optional.empty(), Optional.empty(), List.of()),
                List.of(),
                Limits.within(Runtime.getRuntime().maxMemory()),
                Duration.ofMinutes(2)));
  }

  @Test
  void readsEndpoints() {
    String endpoint = "name=a,forge=github,secret=env:A,secret=env:B";

    assertThat(read(Map.of("webhook-endpoint", List.of(endpoint))).endpoints())
        .containsExactly(Endpoint.parse(endpoint));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hook=https://api.github.com/repos/o/r/hooks/1",
        "hook-token=env:T",
        "hook=http://api.github.com/repos/o/r/hooks/1,hook-token=env:T",
        "hook=https://u:p@api.github.com/repos/o/r/hooks/1,hook-token=env:T",
        "hook=https://api.github.com/repos/o/r,hook-token=env:T",
        "hook=https://api.github.com/repos/o/r/hooks/1?x=y,hook-token=env:T",
        "hook=https://api.github.com/repos/o/r/hooks/1,hook-token=a-token",
        "hook=boom,hook-token=env:T"
      })
  void refusesInvalidHooks(String pairs) {
    String endpoint = "name=a,forge=github,secret=env:A," + pairs;
    assertThatThrownBy(() -> read(Map.of("webhook-endpoint", List.of(endpoint))))
        .isInstanceOf(ConfigurationException.class);
  }

  @Test
  void refusesHooksOfOtherForges() {
    String endpoint =
        "name=a,forge=gitlab,secret=env:A,"
            + "hook=https://api.github.com/orgs/o/hooks/1,hook-token=env:T";
    assertThatThrownBy(() -> read(Map.of("webhook-endpoint", List.of(endpoint))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("hook is GitHub's");
  }

  @Test
  void refusesBuffersSmallerThanABody() {
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
