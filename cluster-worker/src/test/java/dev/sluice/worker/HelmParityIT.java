package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.fleet.SourceType;
import dev.sluice.platform.process.NeededProgram;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A chart with each of Helm's hooks and delete policies leaves what helm itself leaves. */
@Tag("kubernetes")
class HelmParityIT {

  private static final List<String> EVENTS =
      List.of(
          "pre-install", "post-install", "pre-upgrade", "post-upgrade", "pre-install,pre-upgrade");

  private static final List<String> POLICIES =
      List.of(
          "",
          "before-hook-creation",
          "hook-succeeded",
          "hook-failed",
          "hook-succeeded,hook-failed");

  private final Bench bench = new Bench();

  @TempDir private Path temporary;

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void leavesWhatHelmLeavesAfterAnInstallAndAnUpgrade() throws Exception {
    assumeFalse(bench.fixture.isSimulated(), "helm needs a whole API server");
    assumeTrue(bench.fixture.readsJsonOfBuiltInKinds(), "helm sends JSON");
    NeededProgram.check("helm");
    bench.worker("one");
    String other = bench.fixture.namespace();

    for (int generation = 1; generation <= 2; generation++) {
      Map<String, String> chart = chart("v" + generation);
      helm(chart, other, generation == 1 ? "install" : "upgrade");
      bench.targets.send(target(generation, chart));
      bench.awaitApplied("shop", generation);

      assertThat(left(bench.namespace))
          .as("after " + (generation == 1 ? "the install" : "the upgrade"))
          .isEqualTo(left(other))
          .hasSizeGreaterThan(5);
    }
  }

  private SyncEvent.Target target(long generation, Map<String, String> chart) {
    List<InputFile> files = new ArrayList<>();
    chart.forEach((name, text) -> files.add(new InputFile.Text("chart/" + name, false, text)));
    return Targets.withSource(
        bench.targets.target("shop", generation), "chart", SourceType.HELM, files);
  }

  private static Map<String, String> chart(String value) {
    Map<String, String> files = new TreeMap<>();
    files.put("Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n");
    StringBuilder objects = new StringBuilder(object("web", "", value));
    for (int event = 0; event < EVENTS.size(); event++) {
      for (int policy = 0; policy < POLICIES.size(); policy++) {
        if (EVENTS.get(event).contains(",") && POLICIES.get(policy).equals("hook-failed")) {
          continue; // helm itself cannot create it again at the upgrade
        }
        String annotations =
            "\n  annotations:\n    helm.sh/hook: \"%s\"".formatted(EVENTS.get(event));
        if (!POLICIES.get(policy).isEmpty()) {
          annotations += "\n    helm.sh/hook-delete-policy: \"%s\"".formatted(POLICIES.get(policy));
        }
        objects.append(object("hook-%d-%d".formatted(event, policy), annotations, value));
      }
    }
    files.put("templates/objects.yaml", objects.toString());
    return files;
  }

  private static String object(String name, String annotations, String value) {
    return """
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: %s%s
    data:
      key: "%s"
    """
        .formatted(name, annotations, value);
  }

  private void helm(Map<String, String> chart, String namespace, String verb) throws Exception {
    Path directory = Files.createTempDirectory(temporary, "chart");
    for (Map.Entry<String, String> file : chart.entrySet()) {
      Path path = directory.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.getValue());
    }
    Path kubeconfig = temporary.resolve("kubeconfig");
    Files.writeString(kubeconfig, bench.fixture.kubeconfig());
    Process helm =
        new ProcessBuilder(
                "helm",
                verb,
                "shop",
                directory.toString(),
                "--namespace",
                namespace,
                "--kubeconfig",
                kubeconfig.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(helm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(helm.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(helm.exitValue()).as(output).isZero();
  }

  /** Returns the names and values of the ConfigMaps in a namespace. */
  private SortedSet<String> left(String namespace) {
    SortedSet<String> left = new TreeSet<>();
    for (ConfigMap map :
        bench.fixture.client().configMaps().inNamespace(namespace).list().getItems()) {
      if (map.getMetadata().getName().matches("web|hook-.*")) {
        left.add(map.getMetadata().getName() + " " + map.getData().get("key"));
      }
    }
    return left;
  }
}
