package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.contract.event.ResultEvent;
import dev.sluice.simulated.ClusterFixture;
import dev.sluice.standalone.process.OneProcess;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Bundles in the style of published ones: each is applied, {@code sluice verify} finds nothing, a
 * commit that only adds comments writes nothing, and its removal leaves nothing. The benchmark
 * {@code bundles} does the same with any directory of bundles.
 */
@Tag("kubernetes")
class BundlesIT {

  /** Bundles with kinds that the simulated cluster does not serve. */
  private static final Set<String> OF_REAL_CLUSTERS = Set.of("networking", "webhooks", "frozen");

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"generated", "workloads", "networking", "webhooks", "frozen"})
  void isAppliedOnceAndStaysAsItIs(String bundle) throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      ClusterFixture fixture = scenario.fixture(STAGING);
      boolean isServed = !OF_REAL_CLUSTERS.contains(bundle) || !fixture.isSimulated();
      assumeTrue(isServed, "the simulated cluster does not serve its kinds");
      assumeTrue(fixture.isAtLeast(30), "uses versions of a current Kubernetes");
      scenario.setting("removal-limit", "100");
      Map<String, String> files = files(bundle, scenario.namespace());
      scenario.commit(files);
      scenario.fleet().application(bundle, bundle, scenario.namespace(), STAGING);
      try (OneProcess sluice = scenario.start()) {
        await(scenario, ResultEvent.Applied.class);
        scenario.verify();

        files.replaceAll((_, text) -> text + "# comment\n");
        scenario.push(sluice, files);
        await(scenario, ResultEvent.Unchanged.class);
        scenario.verify();

        scenario.fleet().remove(bundle);
        await(scenario, ResultEvent.Removed.class);
        scenario.verify();
      }
    }
  }

  private static Map<String, String> files(String bundle, String namespace)
      throws IOException, URISyntaxException {
    Path root =
        Path.of(Objects.requireNonNull(BundlesIT.class.getResource("/bundles/" + bundle)).toURI());
    Map<String, String> files = new HashMap<>();
    try (Stream<Path> all = Files.list(root)) {
      for (Path file : all.toList()) {
        files.put(
            bundle + "/" + file.getFileName(),
            Files.readString(file).replace("$NAMESPACE", namespace));
      }
    }
    return files;
  }

  /** Waits for a result; fails at once if the bundle cannot be applied. */
  private static void await(Scenario scenario, Class<? extends ResultEvent> type) {
    String topic = scenario.kafka().topics().results();
    patiently()
        .until(
            () -> {
              List<ResultEvent> results = scenario.read(topic, ResultEvent.class);
              assertThat(results).noneMatch(ResultEvent.Parked.class::isInstance);
              return results.stream().anyMatch(type::isInstance);
            });
  }
}
