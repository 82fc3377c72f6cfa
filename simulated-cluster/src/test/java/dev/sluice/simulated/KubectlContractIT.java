package dev.sluice.simulated;

import static dev.sluice.simulated.Manifests.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Output of kubectl against the server. */
@Tag("kubernetes")
class KubectlContractIT {
  private static final String DEPLOYMENT =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: %s
      spec:
        replicas: 0
        selector:
          matchLabels: {app: web}
        template:
          metadata:
            labels: {app: web}
          spec:
            containers:
            - {name: web, image: 'example.org/web:1'}
      """;

  @TempDir private static Path directory;

  private static ClusterFixture fixture;
  private static KubernetesClient client;
  private static String namespace;
  private static Kubectl kubectl;

  @BeforeAll
  static void open() {
    assumeTrue(Kubectl.isInstalled(), "there is no kubectl on the PATH");
    fixture = ClusterFixture.open();
    client = fixture.client();
    namespace = fixture.namespace();
    kubectl = new Kubectl(directory, fixture.writeKubeconfig(directory), namespace);
  }

  @AfterAll
  static void close() {
    if (fixture != null) {
      fixture.close();
    }
  }

  private static void needsJson() {
    fixture.assumeJsonOfBuiltInKinds();
  }

  private static ConfigMap live(String name) {
    return client.configMaps().inNamespace(namespace).withName(name).get();
  }

  private static void apply(String manifest) {
    done(kubectl.runOn(manifest, "apply", "--server-side"));
  }

  private static String done(Kubectl.Answer answer) {
    assertThat(answer.exit()).as(answer.text()).isZero();
    return answer.text();
  }

  private static String refused(Kubectl.Answer answer) {
    assertThat(answer.exit()).as(answer.text()).isEqualTo(1);
    return answer.text();
  }

  /** Returns the cells of a printed table, a list for each line. */
  private static List<List<String>> cells(String table) {
    return table.lines().map(line -> List.of(line.strip().split("\\s{2,}", -1))).toList();
  }

  @Test
  void getsTables() {
    apply(DEPLOYMENT.formatted("tabled"));

    List<List<String>> narrow = cells(done(kubectl.run("get", "deployments", "tabled")));
    List<List<String>> wide = cells(done(kubectl.run("get", "deploy", "tabled", "-o", "wide")));

    assertThat(narrow.getFirst())
        .containsExactly("NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE");
    assertThat(narrow.getLast()).startsWith("tabled", "0/0", "0", "0").hasSize(5);
    assertThat(wide.getFirst())
        .containsExactly(
            "NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE", "CONTAINERS", "IMAGES", "SELECTOR");
    assertThat(wide.getLast()).endsWith("web", "example.org/web:1", "app=web");
  }

  @Test
  void getsSeveralKindsAtOnce() {
    apply(configMap("mixed", "a: '1'"));
    apply(DEPLOYMENT.formatted("mixed"));

    assertThat(done(kubectl.run("get", "cm,deploy", "-o", "name")))
        .contains("configmap/mixed", "deployment.apps/mixed");
  }

  @Test
  void reportsMissingObjects() {
    assertThat(refused(kubectl.run("get", "configmap", "nowhere")))
        .isEqualToIgnoringNewLines(
            "Error from server (NotFound): configmaps \"nowhere\" not found");
  }

  @Test
  void watches() throws Exception {
    apply(configMap("watched", "a: '1'"));
    Path output = directory.resolve("watched");
    Process watch = kubectl.start(output, "get", "configmaps", "-w");
    try {
      awaitLine(output, "watched +1 .*");
      apply(configMap("watched", "a: '1'", "b: '2'"));
      awaitLine(output, "watched +2 .*");
    } finally {
      watch.destroy();
      assertThat(watch.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static void awaitLine(Path output, String pattern) {
    await()
        .atMost(Duration.ofSeconds(15))
        .pollInterval(Duration.ofMillis(50))
        .untilAsserted(() -> assertThat(lines(output)).anyMatch(line -> line.matches(pattern)));
  }

  private static List<String> lines(Path file) throws IOException {
    return Files.readAllLines(file);
  }

  @Test
  void describes() {
    apply(DEPLOYMENT.formatted("described"));

    assertThat(done(kubectl.run("describe", "deployment", "described")))
        .containsPattern("(?m)^Name: +described$")
        .containsPattern("(?m)^Namespace: +" + namespace + "$")
        .containsPattern("(?m)^Selector: +app=web$")
        .containsPattern("(?m)^StrategyType: +RollingUpdate$")
        .containsPattern("(?m)^ +Image: +example.org/web:1$");
  }

  @Test
  void appliesOnTheServer() {
    assertThat(done(kubectl.runOn(configMap("served", "a: '1'"), "apply", "--server-side")))
        .isEqualToIgnoringNewLines("configmap/served serverside-applied");
    done(kubectl.runOn(configMap("served", "b: '2'"), "apply", "--server-side"));

    assertThat(live("served").getData()).containsOnlyKeys("b").containsEntry("b", "2");
    assertThat(live("served").getMetadata().getManagedFields())
        .extracting(e -> e.getManager() + " " + e.getOperation())
        .containsExactly("kubectl Apply");
  }

  @Test
  void explainsConflictsAndForcesThem() {
    apply(configMap("fought", "a: '1'"));
    String[] other = {"apply", "--server-side", "--field-manager", "other"};

    assertThat(refused(kubectl.runOn(configMap("fought", "a: '2'"), other)))
        .startsWith("error: Apply failed with 1 conflict: conflict with \"kubectl\": .data.a\n")
        .contains("--force-conflicts");
    assertThat(live("fought").getData()).containsEntry("a", "1");

    String[] forced = {"apply", "--server-side", "--field-manager", "other", "--force-conflicts"};
    done(kubectl.runOn(configMap("fought", "a: '2'"), forced));
    assertThat(live("fought").getData()).containsEntry("a", "2");
  }

  @Test
  void appliesOnTheClient() {
    needsJson();
    String one = configMap("merged", "a: '1'", "b: '1'");
    assertThat(done(kubectl.runOn(one, "apply"))).contains("configmap/merged created");
    assertThat(done(kubectl.runOn(one, "apply"))).contains("configmap/merged unchanged");
    assertThat(done(kubectl.runOn(configMap("merged", "a: '2'"), "apply")))
        .contains("configmap/merged configured");

    assertThat(live("merged").getData()).containsOnlyKeys("a").containsEntry("a", "2");
    assertThat(live("merged").getMetadata().getAnnotations())
        .containsOnlyKeys("kubectl.kubernetes.io/last-applied-configuration");
  }

  @Test
  void showsDifferencesWithoutMakingThem() {
    apply(configMap("differing", "a: '1'"));
    String changed = configMap("differing", "a: '2'");

    assertThat(done(kubectl.runOn(configMap("differing", "a: '1'"), "diff", "--server-side")))
        .isEmpty();
    assertThat(changes(refused(kubectl.runOn(changed, "diff", "--server-side"))))
        .containsExactly("-  a: \"1\"", "+  a: \"2\"");
    assertThat(changes(refused(kubectl.runOn(changed, "diff"))))
        .containsExactly("-  a: \"1\"", "+  a: \"2\"");
    assertThat(live("differing").getData()).containsEntry("a", "1");
  }

  private static List<String> changes(String diff) {
    return diff.lines().filter(line -> line.matches("[-+] .*")).toList();
  }

  @Test
  void deletes() {
    String manifest = configMap("deleted", "a: '1'");
    apply(manifest);

    assertThat(done(kubectl.runOn(manifest, "delete"))).startsWith("configmap \"deleted\" deleted");
    assertThat(live("deleted")).isNull();
    assertThat(refused(kubectl.run("delete", "configmap", "deleted")))
        .isEqualToIgnoringNewLines(
            "Error from server (NotFound): configmaps \"deleted\" not found");
  }

  @Test
  void labelsAnnotatesAndScales() {
    needsJson();
    apply(DEPLOYMENT.formatted("edited"));

    assertThat(done(kubectl.run("label", "deploy", "edited", "tier=front"))).contains("labeled");
    assertThat(done(kubectl.run("annotate", "deploy", "edited", "note=n"))).contains("annotated");
    assertThat(done(kubectl.run("scale", "deploy", "edited", "--replicas=2"))).contains("scaled");

    var live = client.apps().deployments().inNamespace(namespace).withName("edited").get();
    assertThat(live.getMetadata().getLabels()).containsEntry("tier", "front");
    assertThat(live.getMetadata().getAnnotations()).containsEntry("note", "n");
    assertThat(live.getSpec().getReplicas()).isEqualTo(2);
    assertThat(live.getMetadata().getManagedFields())
        .anyMatch(e -> "scale".equals(e.getSubresource()) && e.getOperation().equals("Update"));

    done(kubectl.run("label", "deploy", "edited", "tier-"));
    live = client.apps().deployments().inNamespace(namespace).withName("edited").get();
    assertThat(live.getMetadata().getLabels()).isNullOrEmpty();
  }

  @Test
  void explainsWhatIsInvalid() {
    assertThat(refused(kubectl.runOn(configMap("Bad_Name"), "apply", "--server-side")))
        .startsWith(
            "The ConfigMap \"Bad_Name\" is invalid: metadata.name: Invalid value: \"Bad_Name\": a"
                + " lowercase RFC 1123 subdomain must consist of");

    // before 1.27 kubectl validates against the OpenAPI itself, with another message
    String unknown = configMap("bad", "a: '1'") + "bogus: 1\n";
    assertThat(refused(kubectl.runOn(unknown, "apply", "--server-side")))
        .containsPattern("bogus: field not declared in schema|unknown field \"bogus\"");
    assertThat(live("bad")).isNull();
  }
}
