package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.patiently;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.standalone.process.ClusterAccess;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The demo as a new user runs it: start, push with git, inspect both clusters, stop, start again.
 */
class DemoIT {

  @Test
  void aPushWithGitReachesBothClustersAlsoAfterARestart(@TempDir Path directory) throws Exception {
    Path data = directory.resolve("demo");
    Path apps = data.resolve("apps");
    Path deployment = apps.resolve("website/deployment.yaml");
    try (SluiceProcess demo = start(directory, data)) {
      awaitImage(data, "nginx:1.29");
      edit(deployment, "nginx:1.29", "nginx:1.30");

      String pushed = git(apps, "push");

      assertThat(pushed).contains("webhook delivered (202");
      awaitImage(data, "nginx:1.30");
      patiently()
          .untilAsserted(
              () ->
                  assertThat(demo.output())
                      .containsPattern("broker started after [0-9.]+ s")
                      .containsPattern("worker of cluster production started after [0-9.]+ s")
                      .contains("1 applications affected, 4 not")
                      .contains("website/deployment.yaml")
                      .contains("since the webhook"));
      assertThat(namespaces(data, "production")).doesNotContain("queue");
      Path fleet = data.resolve("fleet");
      edit(
          fleet.resolve("applications.yaml"),
          "    selector:\n      matchLabels:\n        env: staging\n",
          "    names: [staging, production]\n");
      assertThat(git(fleet, "push")).contains("webhook delivered (202");
      patiently().until(() -> namespaces(data, "production").contains("queue"));
      demo.stop();
    }
    edit(deployment, "nginx:1.30", "nginx:1.31");
    assertThat(git(apps, "push")).contains("webhook not delivered");

    try (SluiceProcess demo = start(directory, data)) {
      awaitImage(data, "nginx:1.31");
      assertThat(demo.isAlive()).isTrue();
    }
  }

  private static SluiceProcess start(Path directory, Path data) throws IOException {
    return SluiceProcess.start(
        directory.resolve("demo.log"),
        Map.of(),
        "demo",
        "--data",
        data.toString(),
        "--webhook-port",
        "0",
        "--api-port",
        "0",
        "--kafka-port",
        "0");
  }

  private static void edit(Path file, String from, String to) throws Exception {
    Files.writeString(file, Files.readString(file).replace(from, to));
    git(file.getParent(), "commit", "-qam", "a change");
  }

  private static void awaitImage(Path data, String image) {
    for (String cluster : List.of("staging", "production")) {
      patiently()
          .ignoreExceptions()
          .untilAsserted(
              () -> {
                Path kubeconfig = data.resolve(cluster + ".kubeconfig");
                try (KubernetesClient client =
                    ClusterAccess.connectBy(Files.readString(kubeconfig))) {
                  assertThat(
                          client
                              .apps()
                              .deployments()
                              .inNamespace("website")
                              .withName("website")
                              .get()
                              .getSpec()
                              .getTemplate()
                              .getSpec()
                              .getContainers()
                              .getFirst()
                              .getImage())
                      .isEqualTo(image);
                }
              });
    }
  }

  private static List<String> namespaces(Path data, String cluster) throws IOException {
    Path kubeconfig = data.resolve(cluster + ".kubeconfig");
    try (KubernetesClient client = ClusterAccess.connectBy(Files.readString(kubeconfig))) {
      return client.namespaces().list().getItems().stream()
          .map(namespace -> namespace.getMetadata().getName())
          .toList();
    }
  }

  private static String git(Path directory, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("git"));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
