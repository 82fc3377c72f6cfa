package dev.sluice.standalone.client.output;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.standalone.cli.Visible;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Lines of CSV (RFC 4180), with a header. A value that a spreadsheet would calculate begins with an
 * apostrophe instead, since it may be text of a stranger's commit.
 */
public final class Csv {

  private static final String FORMULA = "=+-@";

  private Csv() {}

  /** Returns the header, and a line for each item; a field that an item lacks is empty. */
  public static List<String> lines(List<String> fields, List<JsonNode> items) {
    return Stream.concat(
            Stream.of(line(fields.stream())),
            items.stream()
                .map(item -> line(fields.stream().map(field -> item.path(field).asText("")))))
        .toList();
  }

  private static String line(Stream<String> values) {
    return values.map(Csv::cell).collect(Collectors.joining(","));
  }

  private static String cell(String value) {
    String text = Visible.line(value);
    if (!text.isEmpty() && FORMULA.indexOf(text.charAt(0)) >= 0) {
      text = "'" + text;
    }
    return text.contains(",") || text.contains("\"")
        ? "\"" + text.replace("\"", "\"\"") + "\""
        : text;
  }
}
