package dev.sluice.standalone.client.output;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sluice.standalone.client.output.Column.Shape;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Layout and colours of tables. */
class TableTest {

  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
  private static final List<Column> COLUMNS =
      List.of(
          Column.of("NAME", "/name"),
          Column.of("STATE", Shape.STATE, "/state"),
          Column.age("AGE", "/since"),
          Column.of("WHY", Shape.TEXT, "/why"));

  @Test
  void aNarrowTableIsNotChanged() {
    assertThat(table(Paint.NONE, row("web", "Synced", "all is well")).lines(100))
        .containsExactly(
            "NAME  STATE   AGE  WHY", //
            "web   Synced  5m   all is well");
  }

  @Test
  void namesLoseTheirMiddleAndSentencesContinueOnFurtherLines() {
    Table table =
        table(
            Paint.NONE,
            row(
                "checkout-service-of-europe",
                "Parked",
                "the server refused the object: see below"));
    assertThat(table.lines(60))
        .containsExactly(
            "NAME                   STATE   AGE  WHY",
            "checkout-s…-of-europe  Parked  5m   the server refused the",
            "                                    object: see below");
    assertThat(table.lines())
        .element(1)
        .isEqualTo(
            "checkout-service-of-europe  Parked  5m   the server refused the object: see below");
  }

  @Test
  void aWordThatIsWiderThanItsColumnIsDivided() {
    assertThat(Text.wrap("a " + "b".repeat(7) + " c", 4)).containsExactly("a", "bbbb", "bbb", "c");
    assertThat(Text.wrap("", 4)).containsExactly("");
  }

  @Test
  void coloursDoNotChangeTheLayout() {
    JsonNode[] rows = {
      row("web", "12 Synced, 1 Parked", "x"), row("shop", "Progressing", "Synced is no state here")
    };
    assertThat(table(Paint.COLORED, rows).lines(100))
        .containsExactly(
            "NAME  STATE                AGE  WHY",
            "web   12 \u001b[32mSynced\u001b[0m, 1 \u001b[31mParked\u001b[0m  5m   x",
            "shop  \u001b[33mProgressing\u001b[0m          5m   Synced is no state here");
    assertThat(table(Paint.COLORED, rows).lines(100))
        .extracting(line -> line.replaceAll("\u001b\\[[0-9]*m", ""))
        .isEqualTo(table(Paint.NONE, rows).lines(100));
  }

  @Test
  void controlCharactersAreEscaped() {
    assertThat(table(Paint.NONE, row("\u001b[31mweb", "Synced", "x")).lines(100))
        .element(1)
        .asString()
        .startsWith("\\u{001b}[31mweb");
  }

  @Test
  void coloursAreForTerminalsOnly() {
    Map<String, String> xterm = Map.of("TERM", "xterm");
    assertThat(Paint.of(Paint.Choice.auto, true, xterm)).isEqualTo(Paint.COLORED);
    assertThat(Paint.of(Paint.Choice.auto, false, xterm)).isEqualTo(Paint.NONE);
    assertThat(Paint.of(Paint.Choice.auto, true, Map.of("TERM", "dumb"))).isEqualTo(Paint.NONE);
    assertThat(Paint.of(Paint.Choice.auto, true, Map.of())).isEqualTo(Paint.NONE);
    assertThat(Paint.of(Paint.Choice.auto, true, Map.of("TERM", "xterm", "NO_COLOR", "1")))
        .isEqualTo(Paint.NONE);
    assertThat(Paint.of(Paint.Choice.auto, true, Map.of("TERM", "xterm", "NO_COLOR", "")))
        .isEqualTo(Paint.COLORED);
    assertThat(Paint.of(Paint.Choice.always, false, Map.of("NO_COLOR", "1")))
        .isEqualTo(Paint.COLORED);
    assertThat(Paint.of(Paint.Choice.never, true, xterm)).isEqualTo(Paint.NONE);
  }

  private static Table table(Paint paint, JsonNode... rows) {
    return new Table(COLUMNS, List.of(rows), true, NOW, paint);
  }

  private static JsonNode row(String name, String state, String why) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("name", name)
        .put("state", state)
        .put("since", "2026-01-01T11:55:00Z")
        .put("why", why);
  }
}
