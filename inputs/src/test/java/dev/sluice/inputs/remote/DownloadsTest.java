package dev.sluice.inputs.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.inputs.walk.RemoteException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Redirects of downloads, and the hosts that receive credentials. */
class DownloadsTest {

  private static final URI SAFE = URI.create("https://charts.example/stable/");
  private static final URI PLAIN = URI.create("http://charts.example/stable/");

  @Test
  void redirectsFromTlsToPlainHttpAreRefused() throws RemoteException {
    assertThat(Downloads.next(SAFE, "/x")).hasToString("https://charts.example/x");
    assertThat(Downloads.next(SAFE, "https://other.example/x"))
        .hasToString("https://other.example/x");
    assertThat(Downloads.next(PLAIN, "https://other.example/x"))
        .hasToString("https://other.example/x");
    assertThatThrownBy(() -> Downloads.next(SAFE, "http://charts.example/x"))
        .hasMessageContaining("without TLS");
  }

  @Test
  void anIndexThatWasReadWithTlsNamesNoArchiveWithoutIt() throws RemoteException {
    assertThat(ChartRepository.location(SAFE, at("a.tgz")))
        .hasToString("https://charts.example/stable/a.tgz");
    assertThat(ChartRepository.location(PLAIN, at("http://other.example/a.tgz")))
        .hasToString("http://other.example/a.tgz");
    assertThatThrownBy(() -> ChartRepository.location(SAFE, at("http://169.254.169.254/a")))
        .hasMessageContaining("without TLS");
  }

  private static ChartIndex.Entry at(String url) {
    return new ChartIndex.Entry("1.2.3", url, Optional.empty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "file:///etc/passwd",
        "jar:file:/x!/y",
        "https:///x",
        "https://me:word@a/x",
        "a b"
      })
  void aUrlWithoutAHostIsRefusedWithoutShowingIt(String reference) {
    assertThatThrownBy(() -> Downloads.resolved(SAFE, reference))
        .isInstanceOf(RemoteException.class)
        .hasMessageContaining("https://charts.example/stable/")
        .hasMessageNotContaining("word")
        .hasMessageNotContaining("passwd");
  }

  @ParameterizedTest
  @CsvSource({
    "https://charts.example/other, true",
    "HTTPS://CHARTS.EXAMPLE:443/, true",
    "http://charts.example/stable, false",
    "https://charts.example:8443/, false",
    "https://charts.example.evil.example/, false",
    "https://evil.example/charts.example, false"
  })
  void credentialsAreSentToTheirOriginOnly(String uri, boolean learns) {
    Authorization authorization = Authorization.basic(SAFE, "me:word");

    assertThat(authorization.isFor(URI.create(uri))).isEqualTo(learns);
    assertThat(authorization.toString())
        .doesNotContain("word")
        .doesNotContain(authorization.header());
  }

  @Test
  void noLoginWithoutTlsForARegistryWithTls() throws RemoteException {
    assertThat(OciRepository.realm(SAFE, "https://auth.example/token"))
        .hasToString("https://auth.example/token");
    assertThat(OciRepository.realm(PLAIN, "http://auth.example/token"))
        .hasToString("http://auth.example/token");
    assertThatThrownBy(() -> OciRepository.realm(SAFE, "http://auth.example/token"))
        .hasMessageContaining("without TLS");
  }

  @Test
  void aServerMayOfferSeveralSchemes() {
    HttpHeaders headers =
        HttpHeaders.of(
            Map.of(
                "WWW-Authenticate",
                List.of(
                    "Negotiate",
                    "BEARER Realm=\"https://a/t\", service=reg,scope=\"repository:a,b:pull\"",
                    "=nonsense=")),
            (_, _) -> true);

    assertThat(Challenge.of(headers))
        .containsExactly(
            new Challenge("negotiate", Map.of()),
            new Challenge(
                "bearer",
                Map.of("realm", "https://a/t", "service", "reg", "scope", "repository:a,b:pull")));
  }
}
