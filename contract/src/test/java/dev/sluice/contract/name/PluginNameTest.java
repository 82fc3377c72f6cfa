package dev.sluice.contract.name;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PluginNameTest {

  @Test
  void returnsThePathOfItsProgram() {
    assertThat(new PluginName("example.com/v1", "ChartInflator").program())
        .isEqualTo("example.com/v1/chartinflator/ChartInflator");
    assertThat(new PluginName("myDevOpsTeam", "Sed_2").program())
        .isEqualTo("myDevOpsTeam/sed_2/Sed_2");
  }

  @ParameterizedTest
  @CsvSource({
    "e/v1, ../../bin/sh",
    "e/v1, ..",
    "e/v1, .",
    "e/v1, a/b",
    "e/v1, ''",
    "e/v1, a b",
    "e/v1, 'a\n'",
    "'', X",
    ".., X",
    "../.., X",
    "e/.., X",
    "/v1, X",
    "e/, X",
    "a/b/c, X",
    "e\\v1, X"
  })
  void refusesNamesThatLeaveThePluginsDirectory(String apiVersion, String kind) {
    assertThat(PluginName.parse(apiVersion, kind)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "config.kubernetes.io/function",
        "config.k8s.io/function",
        "config.kubernetes.io/container",
        "internal.config.kubernetes.io/previousKinds"
      })
  void someAnnotationsDivertToAnotherProgram(String annotation) {
    assertThat(PluginName.isDiversion(annotation)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "config.kubernetes.io/local-config",
        "kustomize.config.k8s.io/needs-hash",
        "example.com/function"
      })
  void otherAnnotationsDoNotDivert(String annotation) {
    assertThat(PluginName.isDiversion(annotation)).isFalse();
  }
}
