package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.ChangeEvent.RefChanged;
import dev.sluice.contract.event.Origin;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two real forges on one host, at two ports, one of them below a path, with a repository of the
 * same path each. Needs the system property {@code sluice.forges}, see {@link RealForge}.
 */
@Tag("forge")
class RealForgeIT {

  private static final String SECRET = "forge-secret";

  @Test
  void theWrongRepositoryIsNotDeployedWhereTwoForgesShareAHost(@TempDir Path directory)
      throws Exception {
    List<RealForge> forges = RealForge.all();
    assumeTrue(forges.size() == 2, "needs two forges: -Dsluice.forges=SETTINGS,SETTINGS");
    String repository = "names-" + Long.toString(System.nanoTime(), 36);
    RealForge one = forges.getFirst();
    RealForge other = forges.getLast();
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      String namespace = scenario.namespace();
      Path secret = Files.writeString(directory.resolve("hook"), SECRET);
      scenario.setting("sweep", "0s");
      for (RealForge forge : forges) {
        forge.create(repository);
        forge.put(repository, "web/configmap.yaml", configMap(name(forge, one), "first"));
        follow(scenario, directory, forge, repository, name(forge, one), namespace);
      }
      scenario.endpoints(endpoint("one", one, secret), endpoint("other", other, secret));
      try (OneProcess sluice = scenario.start()) {
        for (RealForge forge : forges) {
          String name = name(forge, one);
          forge.hook(
              repository,
              "http://127.0.0.1:%d/webhooks/%s".formatted(sluice.webhookPort(), name),
              SECRET);
          patiently()
              .untilAsserted(
                  () ->
                      assertThat(scenario.value(STAGING, namespace, name, "value"))
                          .contains("first"));
        }

        String commit = other.put(repository, "web/configmap.yaml", configMap("other", "second"));

        patiently()
            .untilAsserted(
                () ->
                    assertThat(scenario.value(STAGING, namespace, "other", "value"))
                        .contains("second"));
        assertThat(scenario.value(STAGING, namespace, "one", "value")).contains("first");
        assertThat(told(scenario))
            .anySatisfy(
                change -> {
                  assertThat(change.repository().value())
                      .isEqualTo("%s/%s/%s".formatted(other.host(), other.admin(), repository));
                  assertThat(change.after().orElseThrow()).hasToString(commit);
                });
        scenario.verify();
      }
    } finally {
      for (RealForge forge : forges) {
        forge.delete(repository);
      }
    }
  }

  private static String name(RealForge forge, RealForge one) {
    return forge.equals(one) ? "one" : "other";
  }

  private static String endpoint(String name, RealForge forge, Path secret) {
    return "name=%s,forge=gitea,host=%s,secret=file:%s".formatted(name, forge.host(), secret);
  }

  private static void follow(
      Scenario scenario,
      Path directory,
      RealForge forge,
      String repository,
      String name,
      String namespace)
      throws Exception {
    Path credentials =
        Files.writeString(
            directory.resolve("credentials-" + name), forge.admin() + ":" + forge.password());
    scenario.document(
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
            .formatted(name, forge.cloneUrl(repository), credentials, name, name, namespace));
  }

  private static List<RefChanged> told(Scenario scenario) {
    return scenario.read(scenario.kafka().topics().changes(), ChangeEvent.class).stream()
        .filter(RefChanged.class::isInstance)
        .map(RefChanged.class::cast)
        .filter(change -> change.origin() instanceof Origin.Webhook)
        .toList();
  }
}
