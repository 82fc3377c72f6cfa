package dev.sluice.dispatcher.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.DefinitionChange;
import dev.sluice.contract.fleet.DocumentOrigin;
import dev.sluice.contract.name.ApplicationName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DefinitionChangesTest {

  private static final ApplicationName WEB = new ApplicationName("web");
  private static final String REPOSITORY =
      """
      apiVersion: sluice.dev/v1
      kind: Repository
      metadata: {name: shop}
      spec: {url: "https://forge.example/acme/shop.git", credentials: "%s"}
      """;
  private static final String CLUSTERS =
      """
      apiVersion: sluice.dev/v1
      kind: Cluster
      metadata: {name: east, labels: {env: prod}}
      ---
      apiVersion: sluice.dev/v1
      kind: Cluster
      metadata: {name: west, labels: {env: %s}}
      """;
  private static final String APPLICATION =
      """
      apiVersion: sluice.dev/v1
      kind: Application
      metadata: {name: web}
      spec:
        source: {repository: shop, path: apps/web%s}
        clusters: %s
        namespace: shop
      """;

  @TempDir private Path directory;

  @BeforeEach
  void aFleet() throws IOException {
    write("repositories.yaml", REPOSITORY.formatted("env:TOKEN"));
    write("clusters.yaml", CLUSTERS.formatted("test"));
    write("apps/web.yaml", APPLICATION.formatted("", "{names: [east]}"));
  }

  @Test
  void aNewApplicationHasTheFieldsThatItSets() {
    DefinitionChange change = accepted(Optional.empty(), read());

    assertThat(shown(change))
        .containsExactly(
            "clusters: - -> [east]",
            "namespace: - -> shop",
            "sources[0].credentials: - -> env:TOKEN",
            "sources[0].path: - -> apps/web",
            "sources[0].ref: - -> refs/heads/main",
            "sources[0].repository: - -> forge.example/acme/shop",
            "sources[0].url: - -> https://forge.example/acme/shop.git",
            "clusters[east].labels: - -> {env=prod}");
    assertThat(files(change)).containsExactly("apps/web.yaml");
  }

  @Test
  void aFieldHasItsValuesBeforeAndAfter() throws IOException {
    FleetReading before = read();
    write(
        "apps/web.yaml",
        APPLICATION.formatted(", ref: stable", "{names: [east, west]}")
            + "  onRemoval: orphan\n  policy: {pruneLimitPercent: 20, timeout: 10m}\n");

    DefinitionChange change = accepted(Optional.of(before), read());

    assertThat(shown(change))
        .containsExactly(
            "clusters: [east] -> [east, west]",
            "sources[0].ref: refs/heads/main -> refs/heads/stable",
            "policy.pruneLimitPercent: 50 -> 20",
            "policy.timeout: PT5M -> PT10M",
            "onRemoval: prune -> orphan",
            "clusters[west].labels: - -> {env=test}");
    assertThat(files(change)).containsExactly("apps/web.yaml");
  }

  @Test
  void aDependencyIsNamedByItsFields() throws IOException {
    FleetReading before = read();
    write(
        "apps/web.yaml",
        APPLICATION.formatted("", "{names: [east]}")
            + "  dependsOn: [{application: wiki, health: applied}]\n");
    write(
        "apps/wiki.yaml",
        APPLICATION.formatted("", "{names: [east]}").replace("{name: web}", "{name: wiki}"));

    DefinitionChange change = accepted(Optional.of(before), read());

    assertThat(shown(change))
        .containsExactly(
            "dependsOn[0].application: - -> wiki", "dependsOn[0].health: - -> applied");
  }

  @Test
  void valuesOfChartsAreHidden() throws IOException {
    String chart = ", type: helm, helm: {set: {db.password: %1$s}, values: {key: %1$s, size: 3}}";
    write("apps/web.yaml", APPLICATION.formatted(chart.formatted("hunter1"), "{names: [east]}"));
    FleetReading before = read();
    write("apps/web.yaml", APPLICATION.formatted(chart.formatted("hunter2"), "{names: [east]}"));

    DefinitionChange change = accepted(Optional.of(before), read());

    assertThat(shown(change))
        .containsExactly(
            "sources[0].helm.set.db.password: *** -> ***",
            "sources[0].helm.values.key: *** -> ***");
  }

  @Test
  void valuesOfChartsAreHiddenIfTheirKeysHaveLineBreaks() throws IOException {
    String chart =
        ", type: helm, helm: {valuesFiles: [%1$s.yaml], values: {\"a\\n"
            + "b\": %1$s, \"c\\n"
            + "d\": {e: %1$s}}}";
    write("apps/web.yaml", APPLICATION.formatted(chart.formatted("hunter1"), "{names: [east]}"));
    FleetReading before = read();
    write("apps/web.yaml", APPLICATION.formatted(chart.formatted("hunter2"), "{names: [east]}"));

    DefinitionChange change = accepted(Optional.of(before), read());

    assertThat(shown(change))
        .containsExactly(
            "sources[0].helm.valuesFiles: [hunter1.yaml] -> [hunter2.yaml]",
            "sources[0].helm.values.a\nb: *** -> ***",
            "sources[0].helm.values.c\nd.e: *** -> ***");
  }

  @Test
  void valuesOfAnnotationsAreHidden() throws IOException {
    String source = ", customize: {labels: {team: %1$s}, annotations: {example.com/hook: %1$s}}";
    write("apps/web.yaml", APPLICATION.formatted(source.formatted("one"), "{names: [east]}"));
    FleetReading before = read();
    write("apps/web.yaml", APPLICATION.formatted(source.formatted("two"), "{names: [east]}"));

    DefinitionChange change = accepted(Optional.of(before), read());

    assertThat(shown(change))
        .containsExactly(
            "sources[0].customize.annotations.example.com/hook: *** -> ***",
            "sources[0].customize.labels.team: one -> two");
  }

  @Test
  void theChangedDocumentOfAClusterOrRepositoryIsNamed() throws IOException {
    write("apps/web.yaml", APPLICATION.formatted("", "{selector: {matchLabels: {env: prod}}}"));
    FleetReading before = read();
    write("clusters.yaml", CLUSTERS.formatted("prod"));
    FleetReading selected = read();
    write("repositories.yaml", REPOSITORY.formatted("env:OTHER"));

    DefinitionChange cluster = accepted(Optional.of(before), selected);
    DefinitionChange repository = accepted(Optional.of(selected), read());

    assertThat(shown(cluster)).contains("clusters: [east] -> [east, west]");
    assertThat(files(cluster)).containsExactly("clusters.yaml");
    assertThat(shown(repository)).containsExactly("sources[0].credentials: env:TOKEN -> env:OTHER");
    assertThat(files(repository)).containsExactly("repositories.yaml");
  }

  @Test
  void afterARestartOnlyACertainDocumentIsNamed() throws IOException {
    FleetReading before = read();
    write("apps/web.yaml", APPLICATION.formatted("", "{selector: {matchLabels: {env: test}}}"));
    FleetReading selected = read();
    write("apps/web.yaml", APPLICATION.formatted(", ref: stable", "{names: [west]}"));

    assertThat(files(restarted(before, selected)))
        .as("the clusters may have changed their labels")
        .isEmpty();
    assertThat(files(restarted(selected, read()))).containsExactly("apps/web.yaml");
  }

  @Test
  void aRemovedApplicationHasWhatItWasAndItsFormerFile() throws IOException {
    FleetReading before = read();
    Files.delete(directory.resolve("apps/web.yaml"));
    ChangeEvent.DefinitionRemoved removed =
        new ChangeEvent.DefinitionRemoved(
            before.definitions().getFirst().owningRepository(), WEB, "r2", Optional.empty());

    DefinitionChange change =
        ((ChangeEvent.DefinitionRemoved) changes(Optional.of(before), read()).describe(removed))
            .change()
            .orElseThrow();

    assertThat(shown(change)).contains("clusters: [east] -> -", "namespace: shop -> -");
    assertThat(files(change)).containsExactly("apps/web.yaml");
  }

  @Test
  void longNamesOfFieldsAreCut() throws IOException {
    String chart = ", type: helm, helm: {values: {%s: 1}}".formatted("x".repeat(500));
    FleetReading before = read();
    write("apps/web.yaml", APPLICATION.formatted(chart, "{names: [east]}"));

    DefinitionChange change = accepted(Optional.of(before), read());

    assertThat(change.fields())
        .last()
        .satisfies(
            field -> {
              assertThat(field.field()).startsWith("sources[0].helm.values.xxx").hasSize(200);
              assertThat(field.after()).contains("***");
            });
  }

  @Test
  void longValuesAndManyFieldsAreCut() throws IOException {
    FleetReading before = read();
    String labels =
        IntStream.range(0, 150)
            .mapToObj("label-%d: value"::formatted)
            .collect(Collectors.joining(", ", "{a: %s, ".formatted("x".repeat(1_000)), "}"));
    write(
        "apps/web.yaml",
        APPLICATION.formatted(", customize: {labels: %s}".formatted(labels), "{names: [east]}"));

    DefinitionChange change = accepted(Optional.of(before), read());

    assertThat(change.fields()).hasSize(100);
    assertThat(change.omitted()).isEqualTo(51);
    assertThat(change.fields())
        .allSatisfy(field -> assertThat(field.after().orElseThrow()).hasSizeLessThanOrEqualTo(200))
        .anySatisfy(field -> assertThat(field.after().orElseThrow()).hasSize(200));
  }

  private DefinitionChange accepted(Optional<FleetReading> before, FleetReading now) {
    return accepted(changes(before, now), now);
  }

  private static DefinitionChange restarted(FleetReading before, FleetReading now) {
    return accepted(
        new DefinitionChanges(definitions(before), Map.of(), Map.of(), now.documents()), now);
  }

  private static DefinitionChange accepted(DefinitionChanges changes, FleetReading now) {
    Definition definition = now.definitions().getFirst();
    ChangeEvent.DefinitionAccepted accepted =
        new ChangeEvent.DefinitionAccepted(
            definition.owningRepository(), definition, "r2", Set.of());
    return ((ChangeEvent.DefinitionAccepted) changes.describe(accepted)).change().orElseThrow();
  }

  private static DefinitionChanges changes(Optional<FleetReading> before, FleetReading now) {
    Map<ApplicationName, FleetDocuments> documents = new HashMap<>();
    before.ifPresent(reading -> documents.put(WEB, reading.documents()));
    return new DefinitionChanges(
        before.map(DefinitionChangesTest::definitions).orElse(Map.of()),
        documents,
        Map.of(),
        now.documents());
  }

  private static Map<ApplicationName, Definition> definitions(FleetReading reading) {
    return Map.of(WEB, reading.definitions().getFirst());
  }

  private static List<String> shown(DefinitionChange change) {
    return change.fields().stream()
        .map(
            field ->
                "%s: %s -> %s"
                    .formatted(
                        field.field(), field.before().orElse("-"), field.after().orElse("-")))
        .toList();
  }

  private static List<String> files(DefinitionChange change) {
    return change.documents().stream().map(DocumentOrigin::file).toList();
  }

  private FleetReading read() {
    FleetReading reading = FleetLoader.read(directory);
    assertThat(reading.problems()).isEmpty();
    return reading;
  }

  private void write(String file, String text) throws IOException {
    Files.createDirectories(directory.resolve(file).getParent());
    Files.writeString(directory.resolve(file), text);
  }
}
