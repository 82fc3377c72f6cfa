package dev.sluice.inputs.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.inputs.walk.RemoteException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChartIndexTest {

  private static final String INDEX =
      """
      apiVersion: v1
      generated: {nested: [deep, {deeper: 1}]}
      entries:
        other:
        - {version: 1.0.0, urls: [other-1.0.0.tgz]}
        cache:
        - version: v2.0.0
          urls: [charts/cache-2.0.0.tgz, https://mirror.example/cache.tgz]
          dependencies: [{name: inner, version: 1.0.0, urls: [wrong.tgz]}]
          digest: 0a1b
        - {version: 1.2.3, digest: "", urls: ["https://charts.example/cache-1.2.3.tgz"]}
        - {version: 1.2.2, urls: []}
        - {version: v1.2.2, urls: [cache-v1.2.2.tgz]}
        - {version: 1.2.3, urls: [second.tgz]}
      """;

  @Test
  void findsTheFirstUrlAndTheDigestOfAVersion() throws Exception {
    assertThat(find(INDEX, "v2.0.0"))
        .isEqualTo(
            new ChartIndex.Entry("v2.0.0", "charts/cache-2.0.0.tgz", Optional.of("sha256:0a1b")));
    assertThat(find(INDEX, "1.2.3"))
        .as("the first of two, without the empty digest")
        .isEqualTo(
            new ChartIndex.Entry(
                "1.2.3", "https://charts.example/cache-1.2.3.tgz", Optional.empty()));
  }

  @Test
  void aLeadingVMakesNoDifferenceIfThereIsNoExactVersion() throws Exception {
    assertThat(find(INDEX, "2.0.0").version()).isEqualTo("v2.0.0");
    assertThat(find(INDEX, "v1.2.3").version()).isEqualTo("1.2.3");
    assertThat(find(INDEX, "1.2.2").url())
        .as("the exact version cannot be downloaded")
        .isEqualTo("cache-v1.2.2.tgz");
  }

  @Test
  void chartsAreFoundTogetherWhateverIsBetweenThem() throws Exception {
    String index =
        "entries: {a: [{version: 1.0.0, urls: [a]}], b: {c: d}, e: [f, [g], {version: 2.0.0}],"
            + " h: [{version: 3.0.0, urls: [h]}], a: [{version: 9.9.9}]}";

    assertThat(ChartIndex.entries(index, "https://charts.example", Set.of("a", "b", "e", "h", "z")))
        .isEqualTo(
            Map.of(
                "a", List.of(new ChartIndex.Entry("1.0.0", "a", Optional.empty())),
                "b", List.of(),
                "e", List.of(new ChartIndex.Entry("2.0.0", "", Optional.empty())),
                "h", List.of(new ChartIndex.Entry("3.0.0", "h", Optional.empty())),
                "z", List.of()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "apiVersion: v1",
        "entries: {}",
        "entries: none",
        "entries: {other: [{version: 9.9.9, urls: [a]}]}",
        "entries: {cache: {version: 9.9.9, urls: [a]}}"
      })
  void aChartThatTheIndexDoesNotOfferIsMissing(String index) {
    RemoteException failure =
        catchThrowableOfType(RemoteException.class, () -> find(index, "9.9.9"));

    assertThat(failure.code()).isEqualTo(SourceFailure.CHART_MISSING);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "entries: {cache: [{version: 9.9.8, urls: [a]}]}",
        "entries: {cache: [{version: 9.9.9}]}",
        "entries: {cache: [{version: 9.9.9, urls: a}]}"
      })
  void aVersionThatTheIndexDoesNotOfferIsMissing(String index) {
    RemoteException failure =
        catchThrowableOfType(RemoteException.class, () -> find(index, "9.9.9"));

    assertThat(failure.code()).isEqualTo(SourceFailure.VERSION_MISSING);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "text",
        "{",
        "entries: {cache: [{version: [1], urls: [a]}]}",
        "entries: {cache: [{version: 9.9.9, urls: [{a: b}]}]}",
        "entries: {cache: [{[a]: b}]}",
        "<html><body>Sign in</body></html>"
      })
  void whatIsNoIndexIsInvalid(String index) {
    RemoteException failure =
        catchThrowableOfType(RemoteException.class, () -> find(index, "9.9.9"));

    assertThat(failure.code()).isEqualTo(SourceFailure.REMOTE_INVALID);
    assertThat(failure).hasMessageContaining("https://charts.example");
  }

  private static ChartIndex.Entry find(String index, String version) throws RemoteException {
    String repository = "https://charts.example";
    List<ChartIndex.Entry> entries =
        ChartIndex.entries(index, repository, Set.of("cache")).getOrDefault("cache", List.of());
    return ChartIndex.find(entries, new ChartId(repository, "cache", version));
  }
}
