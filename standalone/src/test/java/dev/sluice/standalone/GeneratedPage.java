package dev.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A page of docs/ that a test generates from the code. */
final class GeneratedPage {

  static final int MAX_LINE = 120;

  private GeneratedPage() {}

  /** Checks that the page has this content; {@code -Dsluice.write-docs=true} writes it first. */
  static void assertMatches(Path page, String content) throws IOException {
    if (Boolean.getBoolean("sluice.write-docs")) {
      Files.writeString(page, content);
    }
    assertThat(page).hasContent(content);
  }

  /** Returns an item of a list, without a line over {@link #MAX_LINE} characters. */
  static String item(String text) {
    return "- " + wrapped(text, 2) + "\n";
  }

  /** Returns a paragraph without a line over {@link #MAX_LINE} characters. */
  static String paragraph(String text) {
    return wrapped(text, 0) + "\n";
  }

  private static String wrapped(String text, int indent) {
    StringBuilder lines = new StringBuilder();
    int width = indent;
    for (String word : text.split(" ", -1)) {
      if (lines.isEmpty()) {
        width = indent + word.length();
      } else if (width + 1 + word.length() > MAX_LINE) {
        lines.append('\n').append(" ".repeat(indent));
        width = indent + word.length();
      } else {
        lines.append(' ');
        width += 1 + word.length();
      }
      lines.append(word);
    }
    return lines.toString();
  }
}
