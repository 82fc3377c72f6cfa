package dev.sluice.platform.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentProxiesTest {

  private static final Proxy PROXY =
      new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved("proxy.example", 3128));

  @ParameterizedTest
  @CsvSource({
    "https://git.example/a, '', true",
    "https://git.example/a, other.example, true",
    "https://git.example/a, git.example, false",
    "https://git.example/a, .EXAMPLE, false",
    "https://git.example/a, 'x,example', false",
    "https://notexample/a, example, true",
    "https://git.example/a, git.example:443, false",
    "https://git.example:8443/a, git.example:443, true",
    "https://git.example/a, *, false",
    "https://localhost/a, '', false",
    "https://127.0.0.1:8443/a, '', false",
    "https://[::1]:8443/a, '', false",
    "http://git.example/a, '', false",
  })
  void theExceptionsDecide(String url, String exceptions, boolean proxied) {
    EnvironmentProxies proxies =
        EnvironmentProxies.of(
                Map.of("HTTPS_PROXY", "http://proxy.example:3128", "NO_PROXY", exceptions))
            .orElseThrow();

    assertThat(proxies.select(URI.create(url))).containsExactly(proxied ? PROXY : Proxy.NO_PROXY);
  }

  @Test
  void theNameInLowerCaseWinsAndPlainHttpHasItsOwn() {
    EnvironmentProxies proxies =
        EnvironmentProxies.of(
                Map.of(
                    "https_proxy", "proxy.example:3128",
                    "HTTPS_PROXY", "http://other.example",
                    "HTTP_PROXY", "http://other.example"))
            .orElseThrow();

    assertThat(proxies.select(URI.create("https://git.example/"))).containsExactly(PROXY);
    assertThat(proxies.select(URI.create("http://git.example/"))).containsExactly(Proxy.NO_PROXY);
    assertThat(EnvironmentProxies.of(Map.of("HTTPS_PROXY", " ", "NO_PROXY", "*"))).isEmpty();
  }

  @Test
  void aProxyWithoutAPortHasThePortOfCurl() {
    EnvironmentProxies proxies =
        EnvironmentProxies.of(Map.of("HTTPS_PROXY", "http://proxy.example")).orElseThrow();

    assertThat(proxies.select(URI.create("https://git.example/")))
        .extracting(Proxy::address)
        .containsExactly(InetSocketAddress.createUnresolved("proxy.example", 1080));
  }

  @ParameterizedTest
  @ValueSource(strings = {"socks5://u:s3cret@host", "http://u:s3cret@", "http://u:s3 cret@host"})
  void aProxyThatIsNotUnderstoodIsRefusedWithoutItsPassword(String value) {
    assertThatThrownBy(() -> EnvironmentProxies.of(Map.of("HTTPS_PROXY", value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("HTTPS_PROXY")
        .hasNoCause()
        .message()
        .doesNotContain("cret");
  }
}
