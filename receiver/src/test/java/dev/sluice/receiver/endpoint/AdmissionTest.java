package dev.sluice.receiver.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.contract.name.Forge;
import dev.sluice.receiver.endpoint.Admission.RepositoryPattern;
import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdmissionTest {

  @ParameterizedTest
  @CsvSource({
    "192.0.2.0/24, 192.0.2.255, true",
    "192.0.2.0/24, 192.0.3.0, false",
    "192.0.2.128/25, 192.0.2.127, false",
    "192.0.2.128/25, 192.0.2.200, true",
    "192.30.252.0/22, 192.30.255.1, true",
    "192.30.252.0/22, 192.31.0.1, false",
    "192.0.2.7, 192.0.2.7, true",
    "192.0.2.7, 192.0.2.6, false",
    "0.0.0.0/0, 203.0.113.1, true",
    "0.0.0.0/0, ::1, false",
    "2001:db8::/33, 2001:db8:7fff::1, true",
    "2001:db8::/33, 2001:db8:8000::1, false",
  })
  void matchesAddressesOfANetwork(String network, String address, boolean inside) {
    assertThat(Network.parse(network).contains(InetAddress.ofLiteral(address))).isEqualTo(inside);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "example.com", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/x", "/8"})
  void refusesInvalidNetworks(String text) {
    assertThatThrownBy(() -> Network.parse(text)).hasMessageContaining("192.0.2.0/24");
  }

  @ParameterizedTest
  @CsvSource({
    "acme/*, acme/shop, true",
    "acme/*, acme/shop/web, false",
    "acme/**, acme/shop/web, true",
    "acme/*, acme2/shop, false",
    "Acme/Shop, acme/shop, true",
    "acme/sh.p, acme/shop, false",
    "acme/shop-*, acme/shop-web, true",
    "*/shop, acme/shop, true",
  })
  void matchesRepositoriesByPattern(String pattern, String path, boolean matches) {
    assertThat(RepositoryPattern.of(Forge.GITHUB, pattern).matches(path)).isEqualTo(matches);
  }
}
