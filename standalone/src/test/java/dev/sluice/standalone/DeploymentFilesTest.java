package dev.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.sluice.platform.config.Setting;
import dev.sluice.standalone.cli.Command;
import dev.sluice.worker.WorkerConfig;
import dev.sluice.worker.protect.ProtectionPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Deployment files set only settings that exist, and refer to what other files define. */
class DeploymentFilesTest {

  @ParameterizedTest
  @ValueSource(strings = {"../k8s/base/sluice.yaml", "../compose/sluice.yaml"})
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

  /** Returns the documents of a file by their kinds. */
  private static Map<String, List<JsonNode>> documents(String file) throws IOException {
    try (MappingIterator<JsonNode> documents =
        new YAMLMapper().readerFor(JsonNode.class).readValues(Path.of(file).toFile())) {
      return documents.readAll().stream()
          .collect(Collectors.groupingBy(document -> document.path("kind").asText()));
    }
  }
}
