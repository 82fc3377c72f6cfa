package dev.sluice.worker.health;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.health.Health;
import dev.sluice.contract.name.GroupKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Health of recorded objects, see {@link GoldenCase}. */
class HealthRulesTest {

  @ParameterizedTest
  @MethodSource("dev.sluice.worker.health.GoldenCase#all")
  void anObjectHasTheExpectedHealth(GoldenCase golden) {
    assertThat(HealthRules.of(golden.object()))
        .isEqualTo(new ObjectHealth(golden.health(), golden.reason()));
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.worker.health.GoldenCase#all")
  void inputsDetermineTheHealth(GoldenCase golden) {
    KindRule rule = HealthRules.rule(golden.object());
    JsonNode inputs = rule.inputs(golden.object());

    assertThat(HealthRules.of(inputs)).isEqualTo(HealthRules.of(golden.object()));
    assertThat(HealthRules.rule(inputs)).isSameAs(rule);
    assertThat(rule.inputs(inputs)).isEqualTo(inputs);
    assertThat(inputs.toString())
        .doesNotContain("lastTransitionTime\":", "template", "imageID", "\"data\"");
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.worker.health.GoldenCase#rollouts")
  void aWorkloadIsHealthyWhenKubectlCallsItsRolloutFinished(GoldenCase golden) {
    boolean isFinished =
        golden.rollout().contains("successfully rolled out")
            || golden.rollout().contains("roll out complete")
            || golden.rollout().contains("rolling update complete");

    assertThat(HealthRules.of(golden.object()).health() == Health.HEALTHY)
        .as(golden.rollout())
        .isEqualTo(isFinished);
  }

  @Test
  void everyRuleHasCases() {
    Set<GroupKind> kinds =
        GoldenCase.all()
            .map(each -> Path.of(each.file()).getParent().toString())
            .map(GroupKind::parse)
            .collect(Collectors.toSet());

    assertThat(kinds).containsAll(HealthRules.kinds());
  }

  @Test
  void contentsAreNotShown() {
    GoldenCase.all()
        .filter(each -> each.file().matches("Pod/(failed|hook-failed).json|Secret/.*"))
        .forEach(
            each -> {
              assertThat(each.object().toString()).containsIgnoringCase("secret");
              assertThat(HealthRules.of(each.object()).reason())
                  .doesNotContainIgnoringCase("secret");
            });
  }

  @Test
  void everyFileIsInTheIndex() throws IOException {
    try (Stream<Path> files = Files.walk(GoldenCase.DIRECTORY)) {
      assertThat(GoldenCase.all().map(GoldenCase::file))
          .doesNotHaveDuplicates()
          .containsExactlyInAnyOrderElementsOf(
              files
                  .map(Path::toString)
                  .filter(file -> file.endsWith(".json"))
                  .map(file -> GoldenCase.DIRECTORY.relativize(Path.of(file)).toString())
                  .toList());
    }
  }
}
