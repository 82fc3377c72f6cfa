package dev.sluice.dispatcher.generate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Text with placeholders: <code>${NAME}</code> and <code>${FUNCTION(NAME)}</code>. <code>$${</code>
 * stands for <code>${</code>.
 */
record PlaceholderText(List<Part> parts) {

  private static final Pattern CONTENT =
      Pattern.compile(
          "(?:(?<function>[a-z]+)\\()?(?<name>[A-Za-z_][A-Za-z0-9_./\\[\\]-]*)(?<close>\\))?");

  PlaceholderText {
    parts = List.copyOf(parts);
  }

  /** Part of a text. */
  sealed interface Part {}

  /** Text that stays as it is. */
  record Literal(String text) implements Part {}

  /**
   * Placeholder.
   *
   * @param offset in the text, from 0
   */
  record Value(String name, Optional<Function> function, int offset) implements Part {}

  /** Function of a value. */
  enum Function {
    /** Lower case, with one '-' for each run of characters that no DNS label has. */
    NORMALIZE,
    /** The value as a string, where a number or a boolean would be one. */
    STRING;

    String apply(String text) {
      return switch (this) {
        case NORMALIZE ->
            text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
        case STRING -> text;
      };
    }
  }

  /**
   * Parses a text.
   *
   * @param field that has it, for messages
   * @throws GeneratorException if a placeholder is no valid one
   */
  static PlaceholderText parse(String field, String text) {
    List<Part> parts = new ArrayList<>();
    StringBuilder literal = new StringBuilder();
    int at = 0;
    while (at < text.length()) {
      if (text.startsWith("$${", at)) {
        literal.append("${");
        at += "$${".length();
      } else if (text.startsWith("${", at)) {
        if (!literal.isEmpty()) {
          parts.add(new Literal(literal.toString()));
          literal.setLength(0);
        }
        int end = text.indexOf('}', at);
        if (end < 0) {
          throw new GeneratorException(
              field, at, "a placeholder is not closed with '}'; $${ stands for ${");
        }
        parts.add(value(field, text.substring(at + "${".length(), end), at));
        at = end + 1;
      } else {
        literal.append(text.charAt(at++));
      }
    }
    if (!literal.isEmpty()) {
      parts.add(new Literal(literal.toString()));
    }
    return new PlaceholderText(parts);
  }

  private static Value value(String field, String content, int offset) {
    Matcher matcher = CONTENT.matcher(content);
    boolean isCall = matcher.matches() && matcher.group("function") != null;
    boolean isClosed = matcher.matches() && matcher.group("close") != null;
    if (!matcher.matches() || isCall != isClosed) {
      throw new GeneratorException(
          field,
          offset,
          "'${%s}' is no placeholder: write ${NAME}, ${normalize(NAME)} or ${string(NAME)}; $${ stands for ${"
              .formatted(content));
    }
    return new Value(
        matcher.group("name"),
        isCall ? Optional.of(function(field, matcher.group("function"), offset)) : Optional.empty(),
        offset);
  }

  private static Function function(String field, String name, int offset) {
    return switch (name) {
      case "normalize" -> Function.NORMALIZE;
      case "string" -> Function.STRING;
      default ->
          throw new GeneratorException(
              field,
              offset,
              "there is no function '%s': there are normalize and string".formatted(name));
    };
  }

  /** Returns the placeholders. */
  List<Value> values() {
    List<Value> values = new ArrayList<>();
    for (Part part : parts) {
      if (part instanceof Value value) {
        values.add(value);
      }
    }
    return values;
  }
}
