package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.failure.RenderFailure;
import dev.sluice.platform.process.NeededProgram;
import dev.sluice.standalone.process.OneProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kustomizations with a plugin that the worker's operator installed, from push to cluster. */
@Tag("kubernetes")
class PluginIT {

  private static final String LISTER =
      "generators: ['{apiVersion: example.com/v1, kind: Lister, metadata: {name: x}}']";

  @TempDir Path directory;
  private Path plugins;

  @BeforeEach
  void needsKustomize() throws Exception {
    NeededProgram.check("kustomize", "kubectl");
    plugins = Files.createDirectory(directory.resolve("plugins"));
  }

  @Test
  void aPluginsOutputIsAppliedAndItsFilesAreInputs() throws Exception {
    install();
    try (Scenario scenario = allowed()) {
      scenario.commit(
          Map.of("web/kustomization.yaml", LISTER, "web/words/a.txt", "one", "other.txt", "a"));
      try (OneProcess sluice = scenario.start()) {
        scenario.configMaps().awaitValue("listed", "one");

        scenario.push(sluice, Map.of("web/words/a.txt", "two"));
        scenario.configMaps().awaitValue("listed", "two");

        scenario.push(sluice, Map.of("web/words/b.txt", "three"));
        scenario.configMaps().awaitValue("listed", "twothree");
        assertThat(scenario.read(scenario.kafka().topics().results(), ResultEvent.class))
            .filteredOn(ResultEvent.Planned.class::isInstance)
            .isNotEmpty()
            .allSatisfy(
                planned ->
                    assertThat(((ResultEvent.Planned) planned).renderer())
                        .matches(
                            "(kubectl )?kustomize v\\S+ with plugins example.com/v1/Lister"
                                + " sha256:\\w{16}"));
        scenario.verify();
      }
    }
  }

  @Test
  void aPluginThatIsNotInstalledParksUntilItIs() throws Exception {
    try (Scenario scenario = allowed()) {
      scenario.commit(Map.of("web/kustomization.yaml", LISTER, "web/words/a.txt", "one"));
      try (OneProcess sluice = scenario.start()) {
        patiently().until(() -> !scenario.deadLetters().isEmpty());
        DeadLetterEvent.Opened opened = (DeadLetterEvent.Opened) scenario.deadLetters().getFirst();
        assertThat(opened.failure().code()).isEqualTo(RenderFailure.MISSING_PLUGIN);
        assertThat(opened.failure().message()).contains("example.com/v1/lister/Lister");

        install();
        scenario.push(sluice, Map.of("web/words/a.txt", "two"));
        scenario.configMaps().awaitValue("listed", "two");
        patiently().until(() -> scenario.deadLetters().getLast() instanceof DeadLetterEvent.Closed);
        scenario.verify();
      }
    }
  }

  private void install() throws IOException {
    Path folder = Files.createDirectories(plugins.resolve("example.com/v1/lister"));
    Path program =
        Files.writeString(
            folder.resolve("Lister"),
            """
            #!/bin/sh
            echo "{apiVersion: v1, kind: ConfigMap, metadata: {name: listed}, data: {value: '$(cat words/*)'}}"
            """);
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Scenario allowed() throws Exception {
    Scenario scenario = Scenario.in(directory, STAGING);
    scenario.setting("plugins", plugins.toString());
    scenario
        .fleet()
        .document(
            """
        apiVersion: sluice.dev/v1
        kind: Application
        metadata: {name: web}
        spec:
          source: {repository: apps, path: web}
          clusters: {names: [staging]}
          namespace: %s
          policy: {plugins: true}
        """
                .formatted(scenario.namespace()));
    return scenario;
  }
}
