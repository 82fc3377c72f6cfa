package dev.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.sluice.dispatcher.fleet.FleetLoader;
import dev.sluice.dispatcher.fleet.FleetReading;
import dev.sluice.platform.config.Setting;
import dev.sluice.standalone.cli.Command;
import dev.sluice.worker.WorkerConfig;
import dev.sluice.worker.protect.ProtectionPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Deployment files set only settings that exist, and refer to what other files define. */
class DeploymentFilesTest {

  private static final List<String> WORKLOADS =
      List.of(
          "../k8s/base/receiver.yaml", "../k8s/base/dispatcher.yaml", "../k8s/base/worker.yaml");
  private static final Pattern VERSION = Pattern.compile("(?m)^  <version>(.+)</version>$");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../k8s/base/sluice.yaml",
        "../k8s/sample/sluice.yaml",
        "../k8s/overlays/worker/sluice.yaml",
        "../compose/sluice.yaml"
      })
  void settingsOfTheDeploymentsAreKnown(String file) throws Exception {
    Set<String> known =
        Main.commands().stream()
            .map(Command::settings)
            .flatMap(settings -> settings.stream().map(Setting::name))
            .collect(Collectors.toSet());

    JsonNode settings = new YAMLMapper().readTree(Path.of(file).toFile());

    assertThat(settings.properties()).isNotEmpty();
    assertThat(settings.properties())
        .allSatisfy(entry -> assertThat(known).contains(entry.getKey()));
  }

  @Test
  void theFlowSchemasAreThoseOfTheWorker() throws Exception {
    Map<String, List<JsonNode>> flow = documents("../k8s/flow-control/flow-control.yaml");
    String worker =
        documents("../k8s/base/worker.yaml")
            .get("ServiceAccount")
            .getFirst()
            .path("metadata")
            .path("name")
            .asText();
    String namespace =
        documents("../k8s/base/namespace.yaml")
            .get("Namespace")
            .getFirst()
            .path("metadata")
            .path("name")
            .asText();
    JsonNode level = flow.get("PriorityLevelConfiguration").getFirst();

    assertThat(flow.get("FlowSchema"))
        .hasSize(2)
        .allSatisfy(
            schema -> {
              JsonNode account = schema.at("/spec/rules/0/subjects/0/serviceAccount");
              assertThat(account.path("name").asText()).isEqualTo(worker);
              assertThat(account.path("namespace").asText()).isEqualTo(namespace);
              assertThat(schema.at("/spec/priorityLevelConfiguration/name").asText())
                  .isIn(level.at("/metadata/name").asText(), "leader-election");
            });
  }

  @Test
  void theRightsForProtectionAreThoseOfTheWorkersPolicy() throws Exception {
    Map<String, List<JsonNode>> protection = documents("../k8s/protection/protection.yaml");
    JsonNode rights = protection.get("ClusterRole").getFirst();
    JsonNode binding = protection.get("ClusterRoleBinding").getFirst();

    assertThat(rights.at("/rules/0/resourceNames"))
        .extracting(JsonNode::asText)
        .containsExactly(
            ProtectionPolicy.PREFIX + WorkerConfig.INSTALLATION.fallback().orElseThrow());
    assertThat(binding.at("/roleRef/name")).isEqualTo(rights.at("/metadata/name"));
    assertThat(binding.at("/subjects/0/name"))
        .isEqualTo(
            documents("../k8s/base/worker.yaml")
                .get("ServiceAccount")
                .getFirst()
                .at("/metadata/name"));
    assertThat(protection.get("ClusterRole").getLast().at("/rules/0/resourceNames"))
        .extracting(JsonNode::asText)
        .containsExactly(WorkerConfig.BREAK_GLASS_GROUP.fallback().orElseThrow());
  }

  @ParameterizedTest
  @ValueSource(strings = {"../k8s/base/fleet", "../k8s/sample/fleet", "../compose/fleet"})
  void theFleetsAreValid(String directory) {
    FleetReading fleet = FleetLoader.read(Path.of(directory));

    assertThat(fleet.problems()).isEmpty();
    assertThat(fleet.clusters()).isNotEmpty();
  }

  @Test
  void aSlowStartIsNoFailureAndAnUnreadyPodGetsNoRequests() throws Exception {
    for (String file : WORKLOADS) {
      JsonNode container = container(file);
      JsonNode startup = container.path("startupProbe");
      JsonNode readiness = container.path("readinessProbe");

      assertThat(startup.at("/httpGet/path").asText()).as(file).isEqualTo("/livez");
      assertThat(startup.path("periodSeconds").asInt() * startup.path("failureThreshold").asInt())
          .as(file)
          .isGreaterThanOrEqualTo(300);
      assertThat(readiness.path("periodSeconds").asInt()).as(file).isBetween(1, 2);
    }
  }

  @Test
  void theServiceOfWebhooksHasNoOtherPort() throws Exception {
    JsonNode service = documents("../k8s/base/receiver.yaml").get("Service").getFirst();

    assertThat(service.at("/spec/ports"))
        .singleElement()
        .returns("http", port -> port.path("targetPort").asText());
  }

  @Test
  void theNetworkPoliciesAreThoseOfTheWorkloads() throws Exception {
    List<JsonNode> policies = documents("../k8s/base/network-policy.yaml").get("NetworkPolicy");

    assertThat(policies).hasSameSizeAs(WORKLOADS);
    for (String file : WORKLOADS) {
      JsonNode labels = workload(file).at("/spec/template/metadata/labels");
      JsonNode policy =
          policies.stream()
              .filter(each -> each.at("/spec/podSelector/matchLabels").equals(labels))
              .findFirst()
              .orElseThrow(() -> new AssertionError("no policy selects the pods of " + file));
      assertThat(policy.findValues("port").stream().map(JsonNode::asText))
          .as(file)
          .containsExactlyInAnyOrderElementsOf(
              container(file).path("ports").findValuesAsText("name"));
    }
  }

  @Test
  void theVersionOfTheImageIsTheProgramsEverywhere() throws Exception {
    Matcher pom = VERSION.matcher(Files.readString(Path.of("../pom.xml")));
    assertThat(pom.find()).isTrue();
    String version = pom.group(1);

    assertThat(Files.readString(Path.of("../Dockerfile"))).contains("ARG VERSION=" + version);
    assertThat(Files.readString(Path.of("../compose/compose.yaml")))
        .contains("image: sluice:" + version, "image: sluice-git:" + version);
    JsonNode chart = new YAMLMapper().readTree(Path.of("../k8s/chart/Chart.yaml").toFile());
    assertThat(chart.path("version").asText()).isEqualTo(version);
    assertThat(chart.path("appVersion").asText()).isEqualTo(version);
    for (String file : List.of("base", "sample", "volume-owner")) {
      JsonNode kustomization =
          new YAMLMapper().readTree(Path.of("../k8s", file, "kustomization.yaml").toFile());
      assertThat(kustomization.path("images").findValuesAsText("newTag"))
          .as(file)
          .containsExactly(version);
    }
  }

  @Test
  void theBuildNeedsNoRegistryBesidesItsBasesAndNoArchitecture() throws Exception {
    assertThat(Files.readAllLines(Path.of("../Dockerfile")))
        .noneMatch(line -> line.contains("syntax="))
        .contains("ARG TARGETARCH")
        .filteredOn(line -> line.startsWith("FROM "))
        .allMatch(line -> line.startsWith("FROM ${") || line.startsWith("FROM scratch"));
  }

  @Test
  void theOwnerOfTheVolumeIsTheUserOfTheDispatcher() throws Exception {
    JsonNode owner =
        documents("../k8s/volume-owner/dispatcher.yaml")
            .get("StatefulSet")
            .getFirst()
            .at("/spec/template/spec/initContainers/0");
    JsonNode user =
        workload("../k8s/base/dispatcher.yaml").at("/spec/template/spec/securityContext");

    assertThat(owner.at("/command/1").asText())
        .isEqualTo(user.path("runAsUser").asText() + ":" + user.path("fsGroup").asText());
    assertThat(container("../k8s/base/dispatcher.yaml").path("volumeMounts"))
        .contains(owner.at("/volumeMounts/0"));
  }

  private static JsonNode workload(String file) throws IOException {
    return documents(file).entrySet().stream()
        .filter(each -> Set.of("Deployment", "StatefulSet").contains(each.getKey()))
        .map(each -> each.getValue().getFirst())
        .findFirst()
        .orElseThrow();
  }

  private static JsonNode container(String file) throws IOException {
    return workload(file).at("/spec/template/spec/containers/0");
  }

  /** Returns the documents of a file by their kinds. */
  private static Map<String, List<JsonNode>> documents(String file) throws IOException {
    try (MappingIterator<JsonNode> documents =
        new YAMLMapper().readerFor(JsonNode.class).readValues(Path.of(file).toFile())) {
      return documents.readAll().stream()
          .collect(Collectors.groupingBy(document -> document.path("kind").asText()));
    }
  }
}
