package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.PRODUCTION;
import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.ChangeEvent.RefChanged;
import dev.sluice.contract.event.Origin;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.standalone.process.OneProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An ApplicationSet of the directories of a private repository at a real forge, times the clusters.
 * Only the forge's webhooks report its pushes. Needs the system property {@code sluice.forges}, see
 * {@link RealForge}.
 */
@Tag("forge")
class RealForgeApplicationSetIT {

  private static final String SECRET = "forge-secret";
  private static final List<ClusterName> CLUSTERS = List.of(STAGING, PRODUCTION);
  private static final Pattern APPROVAL =
      Pattern.compile("'sluice approve --fleet ([0-9a-f]{64}) --reason TEXT'");

  @TempDir private Path directory;
  private final String repository = "set-" + Long.toString(System.nanoTime(), 36);
  private RealForge forge;
  private Scenario scenario;

  @BeforeEach
  void aSetOfThreeDirectories() throws Exception {
    forge = RealForge.required();
    forge.create(repository);
    forge.commit(repository, directories("first", "a", "b", "c"));
    scenario = Scenario.in(directory, STAGING, PRODUCTION);
    Path secret = Files.writeString(directory.resolve("hook"), SECRET);
    scenario.endpoints(
        "name=forge,forge=gitea,host=%s,secret=file:%s".formatted(forge.host(), secret));
    scenario.setting("sweep", "0s");
    declareSet();
  }

  @AfterEach
  void close() throws Exception {
    if (scenario != null) {
      scenario.close();
      forge.delete(repository);
    }
  }

  @Test
  void itFollowsAddedAndRemovedDirectoriesByWebhooksAndItsGuardHoldsAMassRemoval()
      throws Exception {
    try (OneProcess sluice = scenario.start()) {
      forge.hook(
          repository, "http://127.0.0.1:%d/webhooks/forge".formatted(sluice.webhookPort()), SECRET);
      awaitValues("first", "a", "b", "c");

      String added = forge.commit(repository, directories("second", "b", "d"));
      awaitValues("second", "b", "d");
      awaitValues("first", "a", "c");
      awaitWebhook(added);

      String removed = forge.commit(repository, Map.of(file("d"), ""));
      awaitGone("d");
      awaitValues("first", "a", "c");
      awaitWebhook(removed);
      assertThat(CommandRun.of(sluice, "history", "d-staging").words())
          .contains(
              "staging 2 apps/d %1$s removed".formatted(forge.admin()),
              "staging 1 apps/d %1$s defined".formatted(forge.admin()));

      Map<String, String> most = directories("third", "c", "e");
      most.putAll(Map.of(file("a"), "", file("b"), ""));
      String held = forge.commit(repository, most);
      awaitValues("third", "c", "e");
      String digest = awaitHeldRemoval(sluice);
      awaitWebhook(held);
      awaitValues("first", "a");
      awaitValues("second", "b");

      CommandRun approved =
          CommandRun.of(sluice, "approve", "--fleet", digest, "--reason", "they are retired");
      assertThat(approved.code()).as(approved.out() + approved.err()).isZero();
      awaitGone("a", "b");
      awaitValues("third", "c", "e");
      patiently()
          .untilAsserted(
              () ->
                  assertThat(CommandRun.of(sluice, "doctor").out())
                      .doesNotContain("FleetRemovalHeld"));
      scenario.verify();
    }
  }

  private void declareSet() throws IOException {
    Path token = Files.writeString(directory.resolve("token"), forge.token());
    scenario
        .fleet()
        .document(
            """
            apiVersion: sluice.dev/v1
            kind: Repository
            metadata: {name: forge}
            spec: {url: "%s", forge: gitea, credentials: "file:%s"}
            ---
            apiVersion: sluice.dev/v1
            kind: ApplicationSet
            metadata: {name: all}
            spec:
              generators:
                - matrix:
                    generators:
                      - directories: {repository: forge, include: ["apps/*"]}
                      - clusters: {selector: {matchLabels: {}}}
              template:
                metadata: {name: "${path.basename}-${cluster.name}"}
                spec:
                  source: {repository: forge, path: "${path}"}
                  clusters: {names: ["${cluster.name}"]}
                  namespace: %s
                  policy: {createNamespace: true}
            """
                .formatted(forge.cloneUrl(repository), token, scenario.namespace()));
  }

  private static Map<String, String> directories(String value, String... names) {
    Map<String, String> files = new TreeMap<>();
    for (String name : names) {
      files.put(file(name), configMap(name, value));
    }
    return files;
  }

  private static String file(String name) {
    return "apps/%s/configmap.yaml".formatted(name);
  }

  private void awaitValues(String value, String... names) {
    for (ClusterName cluster : CLUSTERS) {
      for (String name : names) {
        configMaps(cluster).awaitValue(name, value);
      }
    }
  }

  private void awaitGone(String... names) {
    for (ClusterName cluster : CLUSTERS) {
      for (String name : names) {
        patiently().untilAsserted(() -> assertThat(configMaps(cluster).find(name)).isEmpty());
      }
    }
  }

  private ConfigMaps configMaps(ClusterName cluster) {
    return scenario.configMaps(cluster, scenario.namespace());
  }

  /** Returns the digest with which the removal is approved that the guard holds. */
  private static String awaitHeldRemoval(OneProcess sluice) {
    return patiently()
        .until(() -> APPROVAL.matcher(CommandRun.of(sluice, "doctor").words()), Matcher::find)
        .group(1);
  }

  /** Waits until a webhook of the forge has reported a push of main to this commit. */
  private void awaitWebhook(String commit) {
    patiently()
        .untilAsserted(
            () ->
                assertThat(scenario.read(scenario.kafka().topics().changes(), ChangeEvent.class))
                    .anySatisfy(
                        event -> {
                          assertThat(event).isInstanceOf(RefChanged.class);
                          RefChanged change = (RefChanged) event;
                          assertThat(change.origin()).isInstanceOf(Origin.Webhook.class);
                          assertThat(change.after().orElseThrow()).hasToString(commit);
                        }));
  }
}
