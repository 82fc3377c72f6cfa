package dev.sluice.standalone.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.sluice.contract.json.Json;
import dev.sluice.standalone.cli.Visible;
import dev.sluice.standalone.client.output.Column;
import dev.sluice.standalone.client.output.Fact;
import dev.sluice.standalone.client.output.Paint;
import dev.sluice.standalone.client.output.Table;
import dev.sluice.standalone.client.output.Text;
import dev.sluice.standalone.client.output.Times;
import java.util.List;

/** Prints answers of the API: data to standard output, messages to standard error. */
final class Printer {

  private static final YAMLMapper YAML = new YAMLMapper();

  /** The width of the labels of facts. */
  private static final int LABEL = 13;

  private final Terminal terminal;
  private final Format format;
  private final boolean headless;
  private final Paint paint;

  Printer(Terminal terminal, Format format, boolean headless, Paint paint) {
    this.terminal = terminal;
    this.format = format;
    this.headless = headless;
    this.paint = paint;
  }

  void message(String text) {
    terminal.err().println(Visible.line(text));
  }

  /** Prints a line; control characters in it are escaped. */
  void line(String text) {
    terminal.out().println(Visible.line(text));
  }

  /** Prints JSON on one line. */
  void line(JsonNode json) {
    terminal.out().println(Visible.json(json.toString()));
  }

  /** Prints a line whose control characters are escaped already. */
  void asItIs(String line) {
    terminal.out().println(line);
  }

  boolean isCsv() {
    return format == Format.csv;
  }

  /** Whether answers are printed as they are, in JSON or YAML. */
  boolean isRaw() {
    return format == Format.json || format == Format.yaml;
  }

  boolean isTable() {
    return format == Format.table || isWide();
  }

  boolean isWide() {
    return format == Format.wide;
  }

  void raw(JsonNode answer) {
    try {
      terminal
          .out()
          .println(
              Visible.json(
                  format == Format.yaml
                      ? YAML.writeValueAsString(answer).stripTrailing()
                      : Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(answer)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot print an answer", e);
    }
  }

  boolean isName() {
    return format == Format.name;
  }

  /** Prints items; their first column is their name. */
  void list(List<JsonNode> items, List<Column> columns) {
    list(items, columns, columns.getFirst());
  }

  /**
   * Prints items.
   *
   * @param name the column that the format {@code name} shows, each value once
   */
  void list(List<JsonNode> items, List<Column> columns, Column name) {
    switch (format) {
      case json, yaml -> raw(Json.mapper().valueToTree(items));
      case name -> items.stream().map(name.value()).distinct().forEach(this::line);
      case csv -> throw new IllegalStateException("the verb prints CSV itself");
      case table, wide -> table(items, columns);
    }
  }

  private void table(List<JsonNode> items, List<Column> columns) {
    List<Column> shown = columns.stream().filter(column -> !column.wide() || isWide()).toList();
    Table table = new Table(shown, items, !headless, terminal.clock().instant(), paint);
    (isWide() ? table.lines() : table.lines(Table.WIDTH)).forEach(terminal.out()::println);
  }

  /** Prints a text after its label; further lines are indented. */
  void fact(String label, String text) {
    paragraph(label + " ".repeat(LABEL - label.length()), text, false);
  }

  void facts(List<Fact> facts) {
    facts.forEach(fact -> fact(fact.label(), fact.text()));
  }

  /** Prints a text that has states after its label; further lines are indented. */
  void states(String label, String text) {
    paragraph(label + " ".repeat(LABEL - label.length()), text, true);
  }

  /** Prints a text after a word, such as the severity of a problem; further lines are indented. */
  void after(String word, String text) {
    paragraph(word, text, false);
  }

  /** Prints a text after a beginning, by which its further lines are indented. */
  private void paragraph(String beginning, String text, boolean states) {
    String whole = Visible.line(text);
    List<String> lines =
        isWide() ? List.of(whole) : Text.wrapWords(whole, Table.WIDTH - beginning.length());
    String indent = " ".repeat(beginning.length());
    for (int i = 0; i < lines.size(); i++) {
      String line = states ? paint.states(lines.get(i)) : lines.get(i);
      terminal.out().println(((i == 0 ? paint.states(beginning) : indent) + line).stripTrailing());
    }
  }

  /** Returns words for times; except in tables that fit a terminal, they have the times too. */
  Times times() {
    return new Times(terminal.clock().instant(), format != Format.table);
  }

  /** Output formats of data, named as they are typed. */
  enum Format {
    table,
    wide,
    json,
    yaml,
    csv,
    name
  }
}
