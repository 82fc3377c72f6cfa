package dev.sluice.standalone.client.output;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.standalone.cli.Visible;
import dev.sluice.standalone.client.output.Column.Shape;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Layout of a table. If it is wider than allowed, its widest columns become narrower: sentences
 * continue on further lines, and names lose their middle. Every cell stays on one line in a table
 * of any width.
 */
public final class Table {

  /** The width in which tables and paragraphs fit. */
  public static final int WIDTH = 100;

  private static final int GAP = 2;

  /** The width of a column that is not narrowed yet. */
  private static final int WHOLE = Integer.MAX_VALUE;

  /** Least widths, in the order in which they are tried. */
  private static final List<Floors> FLOORS =
      List.of(
          new Floors(40, 32, WHOLE),
          new Floors(28, 24, WHOLE),
          new Floors(24, 16, WHOLE),
          new Floors(20, 10, WHOLE),
          new Floors(20, 10, 16),
          new Floors(20, 10, 10));

  /** The length of "Progressing". */
  private static final int LONGEST_STATE = 11;

  /** Least widths of sentences, of names, and of names that people type. */
  private record Floors(int sentence, int name, int key) {

    int of(Column column) {
      return Math.max(
          column.head().length(),
          switch (column.shape()) {
            case FIXED, AGE -> WHOLE;
            case KEY -> key;
            case NAME -> name;
            case STATE -> Math.max(name, LONGEST_STATE);
            case TEXT -> sentence;
          });
    }
  }

  private final List<Column> columns;
  private final List<List<String>> rows = new ArrayList<>();
  private final Paint paint;

  /**
   * Creates a table.
   *
   * @param headed whether the first line has the names of the columns
   */
  public Table(
      List<Column> columns, List<JsonNode> items, boolean headed, Instant now, Paint paint) {
    this.columns = List.copyOf(columns);
    this.paint = paint;
    if (headed) {
      rows.add(columns.stream().map(Column::head).toList());
    }
    items.forEach(item -> rows.add(columns.stream().map(one -> cell(one, item, now)).toList()));
  }

  private static String cell(Column column, JsonNode item, Instant now) {
    String text = column.value().apply(item);
    return Visible.line(column.shape() == Shape.AGE ? Age.of(text, now) : text);
  }

  /** Returns the lines of a table of any width. */
  public List<String> lines() {
    return lines(natural());
  }

  /** Returns the lines of a table that fits into a width. */
  public List<String> lines(int width) {
    int[] widths = natural();
    for (Floors floors : FLOORS) {
      narrow(widths, width, floors);
    }
    return lines(widths);
  }

  private int[] natural() {
    int[] widths = new int[columns.size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], Text.width(row.get(i)));
      }
    }
    return widths;
  }

  /** Narrows the widest columns, one character at a time, until the table fits. */
  private void narrow(int[] widths, int width, Floors floors) {
    while (IntStream.of(widths).sum() + GAP * (widths.length - 1) > width) {
      int widest = -1;
      for (int i = 0; i < widths.length; i++) {
        if (widths[i] > floors.of(columns.get(i)) && (widest < 0 || widths[i] > widths[widest])) {
          widest = i;
        }
      }
      if (widest < 0) {
        return;
      }
      widths[widest]--;
    }
  }

  private List<String> lines(int[] widths) {
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      List<List<String>> cells = new ArrayList<>();
      for (int i = 0; i < widths.length; i++) {
        cells.add(fitted(columns.get(i), row.get(i), widths[i]));
      }
      int height = cells.stream().mapToInt(List::size).max().orElse(0);
      for (int line = 0; line < height; line++) {
        lines.add(line(cells, line, widths));
      }
    }
    return lines;
  }

  private static List<String> fitted(Column column, String cell, int width) {
    return switch (column.shape()) {
      case FIXED, AGE -> List.of(cell);
      case KEY, NAME -> List.of(Text.cut(cell, width));
      case STATE, TEXT -> Text.wrap(cell, width);
    };
  }

  private String line(List<List<String>> cells, int line, int[] widths) {
    int last = cells.size() - 1;
    while (last > 0 && text(cells.get(last), line).isEmpty()) {
      last--;
    }
    StringBuilder joined = new StringBuilder();
    for (int i = 0; i <= last; i++) {
      String text = text(cells.get(i), line).replace(Text.NO_BREAK, ' ');
      joined.append(columns.get(i).shape() == Shape.STATE ? paint.states(text) : text);
      if (i < last) {
        joined.repeat(" ", widths[i] - Text.width(text) + GAP);
      }
    }
    return joined.toString();
  }

  private static String text(List<String> cell, int line) {
    return line < cell.size() ? cell.get(line) : "";
  }
}
