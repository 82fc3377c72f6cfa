package dev.sluice.standalone.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.sluice.contract.json.Json;
import dev.sluice.standalone.cli.Visible;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Prints answers of the API: data to standard output, messages to standard error. */
final class Printer {

  private static final YAMLMapper YAML = new YAMLMapper();
  private static final int GAP = 3;

  private final Terminal terminal;
  private final Format format;
  private final boolean headless;

  Printer(Terminal terminal, Format format, boolean headless) {
    this.terminal = terminal;
    this.format = format;
    this.headless = headless;
  }

  /**
   * A column of a table.
   *
   * @param wide whether only the wide format shows it
   */
  record Column(String head, boolean wide, Function<JsonNode, String> value) {

    static Column of(String head, String pointer) {
      return new Column(head, false, item -> text(item.at(pointer)));
    }

    static Column wide(String head, String pointer) {
      return new Column(head, true, item -> text(item.at(pointer)));
    }

    /** Returns a column with abbreviated commit ids. */
    static Column commit(String head, String pointer) {
      return new Column(
          head,
          false,
          item -> {
            String commit = text(item.at(pointer));
            return commit.length() > 10 ? commit.substring(0, 10) : commit;
          });
    }
  }

  void message(String text) {
    terminal.err().println(Visible.line(text));
  }

  /** Prints a line; control characters in it are escaped. */
  void line(String text) {
    terminal.out().println(Visible.line(text));
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
      case table, wide -> table(items, columns);
    }
  }

  private void table(List<JsonNode> items, List<Column> columns) {
    List<Column> shown = columns.stream().filter(column -> !column.wide() || isWide()).toList();
    List<List<String>> rows = new ArrayList<>();
    if (!headless) {
      rows.add(shown.stream().map(Column::head).toList());
    }
    for (JsonNode item : items) {
      rows.add(shown.stream().map(column -> Visible.line(column.value().apply(item))).toList());
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.size(); i++) {
        int column = i;
        int width = rows.stream().mapToInt(one -> one.get(column).length()).max().orElse(0);
        line.append(row.get(i)).repeat(" ", width - row.get(i).length() + GAP);
      }
      line(line.toString().stripTrailing());
    }
  }

  static String text(JsonNode value) {
    return value.isMissingNode() || value.isNull() ? "-" : value.asText();
  }

  /** Output formats of data, named as they are typed. */
  enum Format {
    table,
    wide,
    json,
    yaml,
    name
  }
}
