package dev.sluice.inputs.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.contract.failure.SourceFailure;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class YamlTextTest {

  @Test
  void namesKeepTheirSpelling() {
    assertThat(YamlText.documents("resources: [1.10, no, 0x10, ~]\n---\n---\na: 'null'\n", "k"))
        .hasSize(2)
        .first()
        .asInstanceOf(InstanceOfAssertFactories.MAP)
        .extractingByKey("resources")
        .asInstanceOf(InstanceOfAssertFactories.LIST)
        .containsExactly("1.10", "no", "0x10", null);
  }

  @Test
  void mergesAndSharesAliasedValues() {
    Map<?, ?> document =
        (Map<?, ?>)
            YamlText.documents("a: &a {x: [y]}\nb: *a\nc: {<<: *a, z: v}\n", "k").getFirst();

    assertThat(document.get("b")).isSameAs(document.get("a"));
    assertThat(document.get("c")).isEqualTo(Map.of("x", List.of("y"), "z", "v"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"[%s]", "{a: [%s]}", "{<<: [%s]}"})
  void anAliasBombIsTooLarge(String level) {
    StringBuilder bomb = new StringBuilder("l0: &l0 {a: lol, b: lol}\n");
    for (int i = 1; i < 30; i++) {
      String references = "*l%d, ".formatted(i - 1).repeat(10);
      bomb.append("l%d: &l%d ".formatted(i, i)).append(level.formatted(references)).append('\n');
    }

    assertThat(refused(bomb.toString()).code()).isEqualTo(SourceFailure.TOO_LARGE);
  }

  @Test
  void depthAndLongLinesAreTooLarge() {
    assertThat(refused("a: " + "[".repeat(500_000)).code()).isEqualTo(SourceFailure.TOO_LARGE);
    assertThat(refused("a: \"" + "x".repeat(5_000_000) + "\"").code())
        .isEqualTo(SourceFailure.TOO_LARGE);
  }

  private static RefusedException refused(String text) {
    RefusedException refusal =
        catchThrowableOfType(RefusedException.class, () -> YamlText.documents(text, "k"));
    assertThat(refusal).isNotNull();
    return refusal;
  }
}
