package dev.sluice.contract.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.contract.failure.SourceFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class YamlTextTest {

  /** Texts and what Kubernetes' reader makes of them, if they are beside the checkout. */
  private static final Path CORPUS =
      Path.of(System.getProperty("sluice.yaml-corpus", "../../shared/cases/yaml"));

  /** Refused on purpose: as in the worker, and tags of values that are not text here. */
  private static final Set<String> REFUSED =
      Set.of(
          "deep2.yaml",
          "doc-end-only.yaml",
          "esc-squote.yaml",
          "flow-076.yaml",
          "flow-080.yaml",
          "flow-082.yaml",
          "flow-085.yaml",
          "flow-086.yaml",
          "tag-str.yaml");

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
  @ValueSource(
      strings = {
        "a:\tb\n",
        "a: \"b\"\t\n",
        "a: 'b'\t# comment\n",
        "---\t\na: b\n",
        "\uFEFFa: b\n",
        "# comment\n---\n\uFEFFa: b\n",
        "a: !local b\n",
        "a: !!binary Yg==\n",
      })
  void readsWhatKustomizeReads(String text) {
    assertThat(YamlText.documents(text, "k")).containsExactly(Map.of("a", "b"));
  }

  @Test
  void readsLineSeparatorsAsKustomizeDoes() {
    String text = "a: \"b \\L c\"\nb: |\n    d\u2028    e\nc: 'C:\\Lib'\n";

    assertThat(YamlText.documents(text, "k"))
        .containsExactly(Map.of("a", "b \u2028 c", "b", "d\u2028e\n", "c", "C:\\Lib"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"%s\"", "%s"})
  void longSpacesBesideLineSeparatorsTakeLinearTime(String style) {
    String spaces = " ".repeat(1_000_000);
    String text = "a: " + style.formatted("b" + spaces + "c \u2028 \u2028 d") + "\n";

    assertTimeoutPreemptively(
        Duration.ofSeconds(30),
        () ->
            assertThat(YamlText.documents(text, "k"))
                .containsExactly(Map.of("a", "b" + spaces + "c\u2028\u2028d")));
  }

  @Test
  void acceptsTheTextsOfTheCorpusThatKubernetesAccepts() throws IOException {
    assumeTrue(Files.isDirectory(CORPUS), "no corpus at " + CORPUS);
    Set<String> refused = new TreeSet<>();
    for (String line : Files.readAllLines(CORPUS.resolve("EXPECTED.tsv"))) {
      String[] expected = line.split("\t", 3);
      if (expected.length == 3 && expected[1].equals("ok")) {
        try {
          YamlText.documents(Files.readString(CORPUS.resolve(expected[0])), expected[0]);
        } catch (YamlException e) {
          refused.add(expected[0]);
        }
      }
    }
    assertThat(refused).isEqualTo(REFUSED);
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

  private static YamlException refused(String text) {
    YamlException refusal =
        catchThrowableOfType(YamlException.class, () -> YamlText.documents(text, "k"));
    assertThat(refusal).isNotNull();
    return refusal;
  }
}
