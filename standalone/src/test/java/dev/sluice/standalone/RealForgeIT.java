package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.ChangeEvent.RefChanged;
import dev.sluice.contract.event.Origin;
import dev.sluice.standalone.process.OneProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real forges on one host with different ports, one of them below a path, with a repository of the
 * same path each. Needs the system property {@code sluice.forges}, see {@link RealForge}.
 */
@Tag("forge")
class RealForgeIT {

  private static final String SECRET = "forge-secret";

  @Test
  void theWrongRepositoryIsNotDeployedWhereForgesShareAHost(@TempDir Path directory)
      throws Exception {
    List<RealForge> forges = RealForge.all();
    assumeTrue(forges.size() > 1, "needs several forges: -Dsluice.forges=SETTINGS,SETTINGS");
    String repository = "names-" + Long.toString(System.nanoTime(), 36);
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      Path secret = Files.writeString(directory.resolve("hook"), SECRET);
      scenario.setting("sweep", "0s");
      for (RealForge forge : forges) {
        String name = name(forges, forge);
        forge.create(repository);
        forge.put(repository, "web/configmap.yaml", configMap(name, "first-" + name));
        follow(scenario, directory, forge, repository, name);
      }
      scenario.endpoints(
          forges.stream()
              .map(forge -> endpoint(name(forges, forge), forge, secret))
              .toArray(String[]::new));
      try (OneProcess sluice = scenario.start()) {
        for (RealForge forge : forges) {
          String name = name(forges, forge);
          forge.hook(
              repository,
              "http://127.0.0.1:%d/webhooks/%s".formatted(sluice.webhookPort(), name),
              SECRET);
          scenario.configMaps().awaitValue(name, "first-" + name);
        }

        for (RealForge forge : forges) {
          String name = name(forges, forge);
          String commit =
              forge.put(repository, "web/configmap.yaml", configMap(name, "second-" + name));

          scenario.configMaps().awaitValue(name, "second-" + name);
          assertThat(webhookChanges(scenario))
              .anySatisfy(
                  change -> {
                    assertThat(change.repository().value())
                        .isEqualTo("%s/%s/%s".formatted(forge.host(), forge.admin(), repository));
                    assertThat(change.after().orElseThrow()).hasToString(commit);
                  });
        }
        scenario.verify();
      }
    } finally {
      for (RealForge forge : forges) {
        forge.delete(repository);
      }
    }
  }

  private static String name(List<RealForge> forges, RealForge forge) {
    return "forge-" + forges.indexOf(forge);
  }

  private static String endpoint(String name, RealForge forge, Path secret) {
    return "name=%s,forge=gitea,host=%s,secret=file:%s".formatted(name, forge.host(), secret);
  }

  private static void follow(
      Scenario scenario, Path directory, RealForge forge, String repository, String name)
      throws Exception {
    Path credentials =
        Files.writeString(
            directory.resolve("credentials-" + name), forge.admin() + ":" + forge.password());
    scenario
        .fleet()
        .document(
            """
        apiVersion: sluice.dev/v1
        kind: Repository
        metadata: {name: %s}
        spec: {url: "%s", forge: gitea, credentials: "file:%s"}
        ---
        apiVersion: sluice.dev/v1
        kind: Application
        metadata: {name: %s}
        spec:
          source: {repository: %s, path: web}
          clusters: {names: [staging]}
          namespace: %s
        """
                .formatted(
                    name,
                    forge.cloneUrl(repository),
                    credentials,
                    name,
                    name,
                    scenario.namespace()));
  }

  private static List<RefChanged> webhookChanges(Scenario scenario) {
    return scenario.read(scenario.kafka().topics().changes(), ChangeEvent.class).stream()
        .filter(RefChanged.class::isInstance)
        .map(RefChanged.class::cast)
        .filter(change -> change.origin() instanceof Origin.Webhook)
        .toList();
  }
}
