package dev.sluice.dispatcher.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.event.ChangeEvent.DefinitionAccepted;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.NamePattern;
import dev.sluice.contract.fleet.Project;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.ApplicationName;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bounds of applications by {@code Project} documents. */
final class ProjectsTest {

  private static final String KNOWN = "is not known here; known: ";
  private static final String OPEN =
      "repositories: [\"*\"], clusters: [\"*\"], namespaces: [\"*\"]";

  @TempDir Path directory;

  @BeforeEach
  void writeFleet() throws IOException {
    write(
        "fleet",
        """
        {apiVersion: sluice.dev/v1, kind: Cluster, metadata: {name: east}}
        ---
        {apiVersion: sluice.dev/v1, kind: Repository, metadata: {name: shop}, spec: {url: 'https://forge.example/acme/shop.git'}}
        ---
        {apiVersion: sluice.dev/v1, kind: Repository, metadata: {name: bases}, spec: {url: 'https://forge.example/platform/bases.git'}}
        """);
  }

  @Test
  void anApplicationHasTheBoundsOfItsProject() throws IOException {
    project("shop", "repositories: [forge.example/acme/*], clusters: [e*], namespaces: [shop]");
    application("web", "project: shop");

    FleetReading reading = read();

    assertThat(reading.problems()).isEmpty();
    Project project = reading.definitions().getFirst().spec().project().orElseThrow();
    assertThat(project.name()).isEqualTo("shop");
    assertThat(project.repositories()).containsExactly(new NamePattern("forge.example/acme/*"));
    assertThat(project.clusterKinds()).as("denied unless listed").isEmpty();
  }

  @Test
  void theDefaultProjectHasNoBoundsUnlessItIsDeclared() throws IOException {
    application("web", "");
    assertThat(read().definitions().getFirst().spec().project()).isEmpty();

    project("default", OPEN + ", commanders: [jo]");

    assertThat(read().definitions().getFirst().spec().project().orElseThrow().commanders())
        .contains(List.of(new NamePattern("jo")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "repositories: [other/*], clusters: ['*'], namespaces: ['*'] | | spec.source.repository",
        "repositories: ['*'], clusters: [west], namespaces: ['*'] | | spec.clusters",
        "repositories: ['*'], clusters: ['*'], namespaces: [shop-*] | | spec.namespace",
        "repositories: ['*'], clusters: ['*'], namespaces: ['*'], serviceAccounts: ['shop/*'] |"
            + " | spec.policy.serviceAccount",
        "repositories: ['*'], clusters: ['*'], namespaces: ['*'], serviceAccounts: ['shop/a'] |"
            + " policy: {serviceAccount: b} | spec.policy.serviceAccount",
        "repositories: ['*'], clusters: ['*'], namespaces: [shop] |"
            + " policy: {serviceAccount: kube-system/admin} | spec.policy.serviceAccount",
        "repositories: [forge.example/acme/*], clusters: ['*'], namespaces: ['*'] |"
            + " policy: {remote: {bases: [bases]}} | spec.policy.remote.bases",
        "repositories: [forge.example/acme/*], clusters: ['*'], namespaces: ['*'] |"
            + " policy: {remote: {charts: [{url: 'https://charts.example/a'}]}}"
            + " | spec.policy.remote.charts",
      })
  void refusesApplicationsOutsideOfTheirProject(String bounds, String spec, String field)
      throws IOException {
    project("shop", bounds);
    application("web", "project: shop\n  " + (spec == null ? "" : spec));

    FleetReading reading = read();

    assertThat(reading.definitions()).isEmpty();
    assertThat(reading.invalid()).containsExactly(new ApplicationName("web"));
    FleetProblem problem = reading.problems().getFirst();
    assertThat(problem.file()).isEqualTo("web.yaml");
    assertThat(problem.field()).isEqualTo(field);
    assertThat(problem.message()).contains("the project shop ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "clusters: ['*'], namespaces: ['*'] | spec.repositories",
        "repositories: ['*'], clusters: ['*'], namespaces: null | spec.namespaces",
        "repositories: ['*'], clusters: ['*'], namespaces: ['*'], serviceAccounts: null"
            + " | spec.serviceAccounts",
        "repositories: ['*'], clusters: ['*'], namespaces: ['*'], serviceAccounts: [deployer]"
            + " | spec.serviceAccounts[0]",
        "repositories: ['*'], clusters: ['*'], namespaces: ['*'], commanders: null"
            + " | spec.commanders",
        "repositories: ['*'], clusters: ['*'], namespaces: ['*'], kinds: null | spec.kinds",
        "repositories: ['*'], clusters: ['*'], namespaces: ['*'], kinds: {allow: null}"
            + " | spec.kinds.allow",
        "repositories: ['*'], clusters: ['*'], namespaces: ['*'], kinds: {deny: [Secret/a]}"
            + " | spec.kinds.deny[0]",
        "repositories: [''], clusters: ['*'], namespaces: ['*'] | spec.repositories[0]",
        "repositories: ['*'], clusters: ['*'], namespaces: ['*'], kind: x | spec.kind",
      })
  void anInvalidDefaultProjectIsNotOneWithoutBounds(String bounds, String field)
      throws IOException {
    project("default", bounds);
    application("web", "");

    FleetReading reading = read();

    assertThat(reading.definitions()).isEmpty();
    assertThat(reading.problems()).extracting(FleetProblem::field).contains(field, "spec.project");
  }

  @Test
  void refusesAProjectThatDoesNotExist() throws IOException {
    application("web", "project: shop");
    application("api", "project:");

    assertThat(read().problems())
        .extracting(FleetProblem::field)
        .containsExactly("spec.project", "spec.project");
  }

  @Test
  void anInvalidApplicationGetsTheNewBoundsOfItsLastDefinition() throws IOException {
    project("shop", OPEN);
    application("web", "project: shop");
    Definition before = read().definitions().getFirst();
    project("shop", "repositories: [other/*], clusters: ['*'], namespaces: ['*']");

    Definition after = accepted(before, read());

    assertThat(after.sources()).isEqualTo(before.sources());
    assertThat(after.spec().project().orElseThrow().repositories())
        .containsExactly(new NamePattern("other/*"));
  }

  @Test
  void anUnreadableDefaultProjectKeepsItsBounds() throws IOException {
    project("default", OPEN + ", commanders: [jo]");
    application("web", "");
    Definition before = read().definitions().getFirst();
    write("default", "apiVersion: [");
    application("web", "onRemoval: orphan");

    Definition after = accepted(before, read());

    assertThat(after.orphanOnRemoval()).isTrue();
    assertThat(after.spec().project()).isEqualTo(before.spec().project());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "spec.unknown | /properties/spec | unknown: 1",
        "spec.kinds.unknown | /properties/spec/properties/kinds | kinds: {unknown: 1}",
        "spec.windows[0].unknown | /properties/spec/properties/windows/items"
            + " | windows: [{unknown: 1}]",
      })
  void theSchemaHasTheFieldsThatTheLoaderReads(String field, String pointer, String spec)
      throws IOException {
    project("shop", spec);

    String message =
        read().problems().stream()
            .filter(problem -> problem.field().equals(field))
            .findFirst()
            .orElseThrow()
            .message();

    TreeSet<String> published = new TreeSet<>();
    schema().at(pointer).path("properties").fieldNames().forEachRemaining(published::add);
    assertThat(published)
        .isEqualTo(new TreeSet<>(Arrays.asList(message.substring(KNOWN.length()).split(", ", -1))));
  }

  private static JsonNode schema() throws IOException {
    try (InputStream in =
        ProjectsTest.class.getResourceAsStream("/schemas/fleet/project.v1.json")) {
      return Json.mapper().readTree(Objects.requireNonNull(in));
    }
  }

  private static Definition accepted(Definition before, FleetReading reading) {
    IntakePlan.Known known =
        new IntakePlan.Known(Map.of(before.application(), before), Map.of(), Map.of(), Map.of());
    return IntakePlan.of(known, reading, RemovalGuard.DEFAULT, Optional.empty()).events().stream()
        .filter(DefinitionAccepted.class::isInstance)
        .map(DefinitionAccepted.class::cast)
        .findFirst()
        .orElseThrow()
        .definition();
  }

  private FleetReading read() {
    return FleetLoader.read(directory);
  }

  private void project(String name, String spec) throws IOException {
    write(
        name,
        "{apiVersion: sluice.dev/v1, kind: Project, metadata: {name: %s}, spec: {%s}}"
            .formatted(name, spec));
  }

  private void application(String name, String spec) throws IOException {
    write(
        name,
        """
        apiVersion: sluice.dev/v1
        kind: Application
        metadata: {name: %s}
        spec:
          source: {repository: shop, ref: main, path: web}
          clusters: {names: [east]}
          namespace: shop
          %s
        """
            .formatted(name, spec));
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(directory.resolve(name + ".yaml"), text);
  }
}
