package dev.sluice.receiver.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.receiver.endpoint.Network;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourcesTest {

  private final Sources sources =
      new Sources(List.of(Network.parse("10.0.0.0/8"), Network.parse("fd00::/8")));

  @ParameterizedTest
  @CsvSource(
      delimiterString = " | ",
      nullValues = "-",
      value = {
        // no proxy, or none that is trusted
        "192.0.2.1 | - | 192.0.2.1",
        "192.0.2.1 | 198.51.100.9 | 192.0.2.1",
        // one proxy, two proxies; the rest was invented by the sender
        "10.0.0.1 | 192.0.2.1 | 192.0.2.1",
        "10.0.0.1 | 198.51.100.9, 192.0.2.1, 10.0.0.2 | 192.0.2.1",
        "fd00::1 | 2001:db8::1 | 2001:db8:0:0:0:0:0:1",
        // a proxy that sends no or an invalid value
        "10.0.0.1 | - | 10.0.0.1",
        "10.0.0.1 | unknown | 10.0.0.1",
        "10.0.0.1 | 192.0.2.1:8080 | 10.0.0.1",
        "10.0.0.1 | 192.0.2.1, evil.example | 10.0.0.1",
        // only proxies
        "10.0.0.1 | 10.0.0.3, 10.0.0.2 | 10.0.0.3",
      })
  void isTheNearestAddressThatIsNoProxy(String peer, @Nullable String forwardedFor, String source) {
    List<String> header = forwardedFor == null ? List.of() : List.of(forwardedFor);
    assertThat(sources.of(InetAddress.ofLiteral(peer), header).getHostAddress()).isEqualTo(source);
  }
}
