package dev.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.sluice.platform.config.Setting;
import dev.sluice.standalone.cli.Command;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Deployment files set only settings that exist. */
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
}
