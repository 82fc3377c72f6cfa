package dev.sluice.worker.render;

import static dev.sluice.worker.render.Inputs.kustomization;
import static dev.sluice.worker.render.Inputs.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the machine's own kustomize or kubectl can be brought to do by hostile kustomizations. */
class KustomizeIT {

  private static final String SECRET = "the-machines-own-secret";

  @TempDir Path temporary;
  private Renderers renderers;

  @BeforeEach
  void find() throws Exception {
    renderers =
        Renderers.onThisMachine(new RenderConfig(Optional.of(temporary), RenderLimits.DEFAULT));
    assumeTrue(
        renderers.kustomizeName().isPresent(), "neither kustomize nor kubectl is on the PATH");
    Files.writeString(temporary.resolve("secret"), SECRET);
    Files.writeString(
        temporary.resolve("kustomization.yaml"),
        "configMapGenerator: [{name: x, files: [secret]}]");
  }

  @Test
  void buildsBasesBesideTheApplication() throws Exception {
    RenderResult result =
        renderers.render(
            kustomization(
                text("app/kustomization.yaml", "resources: [../base]"),
                text("base/kustomization.yaml", "resources: [a.yaml]"),
                text("base/a.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}")));

    assertThat(result.parts().getFirst().text()).contains("kind: ConfigMap");
    assertThat(result.renderer()).matches("(kubectl )?kustomize v\\d+\\..*");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "configMapGenerator: [{name: a, files: ['%s/secret']}]",
        "configMapGenerator: [{name: a, files: ['../../../secret']}]",
        "configMapGenerator: [{name: a, envs: ['../../../secret']}]",
        "resources: ['%s/secret']",
        "resources: ['../../../']",
        "resources: ['%s']",
        "resources: ['../../../sibling']",
        "resources: [../app]",
        "resources: ['github.com/example/base?ref=main']",
        "helmCharts: [{name: x, repo: 'https://charts.example.com', version: '1'}]",
        "generators: [plugin.yaml]",
      })
  void refuses(String template) {
    RenderException failure =
        catchThrowableOfType(
            RenderException.class,
            () ->
                renderers.render(
                    kustomization(
                        text("app/kustomization.yaml", template.formatted(temporary)),
                        text(
                            "app/plugin.yaml",
                            "apiVersion: example.com/v1",
                            "kind: Exec",
                            "metadata: {name: x, annotations: {config.kubernetes.io/function:"
                                + " 'exec: {path: /bin/true}'}}"))));

    assertThat(failure).as("refused").isNotNull();
    assertThat(failure.failure().code()).isIn("RenderFailed", "UnsafePath");
    assertThat(failure.failure().message()).doesNotContain(SECRET);
  }
}
