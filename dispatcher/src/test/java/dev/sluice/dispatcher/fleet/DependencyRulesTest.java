package dev.sluice.dispatcher.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.fleet.Dependency;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DependencyRulesTest {

  @TempDir Path directory;

  @BeforeEach
  void base() throws IOException {
    write(
        "base",
        """
        apiVersion: sluice.dev/v1
        kind: Repository
        metadata: {name: shop}
        spec: {url: "https://forge.example/acme/shop.git"}
        ---
        apiVersion: sluice.dev/v1
        kind: Cluster
        metadata: {name: staging}
        ---
        apiVersion: sluice.dev/v1
        kind: Cluster
        metadata: {name: production}
        """);
  }

  @Test
  void dependenciesAreReadWithTheirDefaults() throws IOException {
    application("db", "staging, production", "");
    application(
        "web",
        "production",
        """
        - application: db
        - {application: db, cluster: same, health: healthy}
        - {application: db, cluster: staging, health: applied}
        """);

    FleetReading reading = FleetLoader.read(directory);

    assertThat(reading.problems()).isEmpty();
    Dependency same =
        new Dependency(new ApplicationName("db"), Optional.empty(), Dependency.Until.HEALTHY);
    assertThat(reading.definitions().getLast().dependencies())
        .containsExactly(
            same,
            same,
            new Dependency(
                new ApplicationName("db"),
                Optional.of(new ClusterName("staging")),
                Dependency.Until.APPLIED));
  }

  @Test
  void aDependencyThatDoesNotExistIsRefusedAtItsPlace() throws IOException {
    application("db", "staging", "");
    application("web", "staging", "- application: bd\n");
    application("page", "staging, production", "- application: db\n");
    application("feed", "staging", "- {application: db, cluster: production}\n");
    application("cart", "staging", "- {application: db, cluster: berlin}\n");
    application("jobs", "staging", "- {application: db, health: good}\n");

    FleetReading reading = FleetLoader.read(directory);

    assertThat(reading.problems())
        .extracting(FleetProblem::toString)
        .containsExactlyInAnyOrder(
            "web.yaml:9:5: spec.dependsOn[0].application: there is no Application named 'bd' in the"
                + " fleet",
            "page.yaml:9:5: spec.dependsOn[0].application: application 'db' does not go to"
                + " [production], where it would be waited for: name another cluster",
            "feed.yaml:9:23: spec.dependsOn[0].cluster: application 'db' does not go to"
                + " [production], where it would be waited for: name another cluster",
            "cart.yaml:9:23: spec.dependsOn[0].cluster: there is no valid Cluster named 'berlin' in"
                + " the fleet",
            "jobs.yaml:9:23: spec.dependsOn[0].health: must be applied or healthy, not good");
    assertThat(reading.definitions())
        .extracting(definition -> definition.application().value())
        .containsExactly("db");
  }

  @Test
  void anInvalidDependencyIsNoFurtherProblem() throws IOException {
    application("db", "staging", "- application: nobody\n");
    application("web", "staging", "- application: db\n");

    FleetReading reading = FleetLoader.read(directory);

    assertThat(reading.problems()).hasSize(1);
    assertThat(reading.invalid()).containsExactly(new ApplicationName("db"));
  }

  @Test
  void aCycleThroughClustersIsRefusedAndNamedAsAWhole() throws IOException {
    application("db", "staging", "- {application: web, cluster: production}\n");
    application("mq", "staging", "- application: db\n");
    application("web", "staging, production", "- {application: mq, cluster: staging}\n");
    application("page", "staging", "- application: web\n");

    FleetReading reading = FleetLoader.read(directory);

    assertThat(reading.problems())
        .extracting(FleetProblem::toString)
        .containsExactly(
            "db.yaml:9:6: spec.dependsOn[0].application: the application would wait for itself: db"
                + " (db.yaml:9) -> web (web.yaml:9) -> mq (mq.yaml:9) -> db; remove one of these"
                + " dependencies");
    assertThat(reading.problems().getFirst().rule()).isEqualTo(FleetRule.DEPENDENCY_CYCLE);
    assertThat(reading.definitions())
        .extracting(definition -> definition.application().value())
        .containsExactly("page");
  }

  @Test
  void anApplicationThatDependsOnItselfIsACycle() throws IOException {
    application("web", "staging", "- application: web\n");

    assertThat(FleetLoader.read(directory).problems())
        .extracting(FleetProblem::message)
        .containsExactly(
            "the application would wait for itself: web (web.yaml:9) -> web; remove one of these"
                + " dependencies");
  }

  @Test
  void twoWaysToTheSameApplicationAreNoCycle() throws IOException {
    application("db", "staging", "");
    application("a", "staging", "- application: db\n");
    application("b", "staging", "- application: db\n");
    application("web", "staging", "- application: a\n- application: b\n");

    assertThat(FleetLoader.read(directory).problems()).isEmpty();
  }

  @Test
  void aChainOfTenThousandApplicationsIsReadQuickly() throws IOException {
    List<String> chain =
        IntStream.range(0, 10_000)
            .mapToObj(i -> document("a" + i, "staging", "- application: a" + (i + 1) + "\n"))
            .toList();
    write("chain", String.join("---\n", chain) + "---\n" + document("a10000", "staging", ""));
    Assertions.assertTimeout(
        Duration.ofSeconds(30), () -> assertThat(FleetLoader.read(directory).problems()).isEmpty());

    write(
        "chain",
        String.join("---\n", chain)
            + "---\n"
            + document("a10000", "staging", "- application: a0\n"));
    FleetReading reading = FleetLoader.read(directory);

    assertThat(reading.problems()).hasSize(1);
    assertThat(reading.problems().getFirst().message()).contains("-> 9951 more -> a0;");
    assertThat(reading.definitions()).isEmpty();
  }

  private void application(String name, String clusters, String dependencies) throws IOException {
    write(name, document(name, clusters, dependencies));
  }

  private static String document(String name, String clusters, String dependencies) {
    return """
    apiVersion: sluice.dev/v1
    kind: Application
    metadata: {name: %s}
    spec:
      source: {repository: shop, path: apps/%s}
      clusters: {names: [%s]}
      namespace: web
    """
            .formatted(name, name, clusters)
        + (dependencies.isEmpty() ? "" : "  dependsOn:\n" + dependencies.indent(2));
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(directory.resolve(name + ".yaml"), text);
  }
}
