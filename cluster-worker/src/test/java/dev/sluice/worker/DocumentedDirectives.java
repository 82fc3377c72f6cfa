package dev.sluice.worker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The annotations in the table of docs/directives.md about objects. */
public final class DocumentedDirectives {

  private static final Path DOCUMENT = Path.of("../docs/directives.md");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");

  private DocumentedDirectives() {}

  /**
   * An annotation with a value.
   *
   * @param meaning as the table has it; "the same" is replaced by the meaning above
   */
  public record Row(String annotation, String value, String meaning) {

    /** Returns whether the table says that it has no effect. */
    public boolean isWithoutEffect() {
      return meaning.startsWith("no effect");
    }

    /** Returns the annotations of a manifest as JSON. */
    String asAnnotations() {
      return "{\"%s\": \"%s\"}".formatted(annotation, value);
    }

    @Override
    public String toString() {
      return "%s: %s".formatted(annotation, value);
    }
  }

  /** Returns all rows, one for each annotation and value. */
  public static List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    List<String> annotations = List.of();
    String meaning = "";
    for (String line : section()) {
      String[] cells = line.split("\\|", -1);
      if (!line.startsWith("| ") || line.startsWith("| annotation")) {
        continue;
      }
      if (!cells[1].isBlank()) {
        annotations = code(cells[1]);
      }
      if (!cells[3].strip().equals("the same")) {
        meaning = cells[3].strip();
      }
      List<String> values =
          cells[2].strip().equals("any") ? List.of("IgnoreExtraneous") : code(cells[2]);
      for (String annotation : annotations) {
        for (String value : values) {
          rows.add(new Row(annotation, value, meaning));
        }
      }
    }
    return rows;
  }

  private static List<String> code(String cell) {
    return CODE.matcher(cell).results().map((MatchResult found) -> found.group(1)).toList();
  }

  private static List<String> section() {
    try {
      String text = Files.readString(DOCUMENT);
      int begin = text.indexOf("\n## Objects\n");
      return text.substring(begin, text.indexOf("\n## Applications\n", begin)).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
