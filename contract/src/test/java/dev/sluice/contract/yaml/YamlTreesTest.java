package dev.sluice.contract.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class YamlTreesTest {

  @Test
  void anAliasIsTheSameNodeAndIsChargedAgain() {
    Allowance allowance = Allowance.ofApplication();
    long before = allowance.bytesLeft();

    JsonNode tree = read("a: &a [xxxxxxxx]\nb: *a\n", allowance);

    assertThat(tree.get("b")).isSameAs(tree.get("a"));
    assertThat(before - allowance.bytesLeft()).isEqualTo(JsonSize.of(tree));
    assertThat(Allowance.MAX_VALUES - allowance.valuesLeft()).isEqualTo(7);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a: {b: [c, {d: e}], f: \"g\\n\"}",
        "a: &a {b: c}\nd: {e: *a, f: [*a, *a]}",
        "&x a: *x",
      })
  void chargesTheSizeOfTheJson(String text) {
    Allowance allowance = Allowance.ofApplication();

    JsonNode tree = read(text, allowance);

    assertThat(Allowance.MAX_APPLICATION - allowance.bytesLeft()).isEqualTo(JsonSize.of(tree));
  }

  @Test
  void emptyDocumentsAreReturnedAndCounted() {
    YamlTrees trees = trees("---\n---\na\n...\n---\nb\n", Allowance.ofApplication());

    assertThat(trees.next().orElseThrow().content().asText()).isEmpty();
    assertThat(trees.next().orElseThrow())
        .isEqualTo(new YamlTrees.Document(TextNode.valueOf("a"), 2, 3));
    assertThat(trees.next().orElseThrow())
        .isEqualTo(new YamlTrees.Document(TextNode.valueOf("b"), 3, 6));
    assertThat(trees.next()).isEmpty();
  }

  @Test
  void deepNestingIsRefusedBeforeItIsScanned() {
    YamlException refusal =
        catchThrowableOfType(
            YamlException.class, () -> read("[".repeat(1_000_000), Allowance.ofApplication()));

    assertThat(refusal.reason()).isEqualTo(YamlException.Reason.TOO_LARGE);
    assertThat(refusal.located()).isEqualTo("line 1: it is nested deeper than 100");
  }

  @Test
  void halfASurrogatePairIsInvalid() {
    YamlException refusal =
        catchThrowableOfType(YamlException.class, () -> read("a\uD83D", Allowance.ofApplication()));

    assertThat(refusal.reason()).isEqualTo(YamlException.Reason.INVALID);
  }

  private static JsonNode read(String text, Allowance allowance) {
    return trees(text, allowance).next().orElseThrow().content();
  }

  private static YamlTrees trees(String text, Allowance allowance) {
    return new YamlTrees(text, TextNode::valueOf, allowance);
  }
}
