package dev.sluice.dispatcher.generate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.sluice.dispatcher.generate.PlaceholderText.Literal;
import dev.sluice.dispatcher.generate.PlaceholderText.Part;
import dev.sluice.dispatcher.generate.PlaceholderText.Value;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Mapping whose texts have placeholders. Values are data: they are inserted into texts, never
 * parsed, and a text that is one placeholder becomes the value itself, with its type.
 *
 * @param field of the document that has it
 */
public record Template(String field, ObjectNode content) {

  /** Fields in which an application has placeholders of its own. */
  private static final Pattern OF_APPLICATION = Pattern.compile(".*spec\\.sources?\\b.*");

  private static final String OPENING = "${cluster.";

  /** Maximum number of reported problems: locating them takes time for each. */
  private static final int MAX_PROBLEMS = 50;

  /**
   * Maximum length of a field's path in characters. A path is built for each field of each element.
   */
  private static final int MAX_PATH_LENGTH = 1_000;

  /**
   * Returns the placeholders that are invalid or whose names are not known, and the fields whose
   * paths are too long: the first 50.
   */
  public List<GeneratorException> check(Predicate<String> isKnown) {
    List<GeneratorException> problems = new ArrayList<>();
    check(field, content, isKnown, problems);
    return problems;
  }

  private static void check(
      String field, JsonNode node, Predicate<String> isKnown, List<GeneratorException> problems) {
    if (problems.size() >= MAX_PROBLEMS) {
      return;
    }
    switch (node) {
      case ObjectNode mapping ->
          mapping
              .properties()
              .forEach(
                  each -> {
                    String at = field + "." + each.getKey();
                    if (each.getKey().contains("${")) {
                      problems.add(
                          new GeneratorException(
                              at, "a name of a field has no placeholders, only values have"));
                    }
                    if (at.length() <= MAX_PATH_LENGTH) {
                      check(at, each.getValue(), isKnown, problems);
                    } else {
                      problems.add(tooLong(field, at.length()));
                    }
                  });
      case ArrayNode list -> {
        for (int i = 0; i < list.size(); i++) {
          check(field + "[" + i + "]", list.get(i), isKnown, problems);
        }
      }
      case TextNode text -> {
        try {
          for (Value value : PlaceholderText.parse(field, text.textValue()).values()) {
            if (!isKnown.test(value.name())) {
              problems.add(unknown(field, value));
            }
          }
        } catch (GeneratorException e) {
          problems.add(e);
        }
      }
      default -> {}
    }
  }

  private static GeneratorException tooLong(String parent, int characters) {
    return new GeneratorException(
        parent,
        "has a field whose path has %d characters, and %d are allowed: shorten its name"
            .formatted(characters, MAX_PATH_LENGTH));
  }

  private static GeneratorException unknown(String field, Value value) {
    return new GeneratorException(
        field,
        value.offset(),
        "there is no value '%s' in the set's generators; $${ stands for ${"
            .formatted(value.name()));
  }

  /**
   * Returns the content with the values of an element.
   *
   * @param budget is charged for the texts
   * @throws GeneratorException if the element lacks a value
   */
  public ObjectNode fill(Element element, FillBudget budget) {
    return (ObjectNode) new Filling(element, budget).fill(field, content);
  }

  /**
   * Returns this with a merge patch; problems of fields are those of the template.
   *
   * @param budget is charged for the fields that are copied
   */
  public Template patched(Template patch, FillBudget budget) {
    budget.take(patch.field(), fields(content) + fields(patch.content()));
    return new Template(field, (ObjectNode) MergePatch.apply(content, patch.content()));
  }

  private static long fields(JsonNode node) {
    long fields = 1;
    for (JsonNode each : node) {
      fields += fields(each);
    }
    return fields;
  }

  private record Filling(Element element, FillBudget budget) {

    JsonNode fill(String at, JsonNode node) {
      budget.take(at, 1);
      return switch (node) {
        case ObjectNode mapping -> {
          ObjectNode filled = mapping.objectNode();
          mapping
              .properties()
              .forEach(
                  each -> {
                    budget.take(at, each.getKey().length());
                    filled.set(each.getKey(), fill(at + "." + each.getKey(), each.getValue()));
                  });
          yield filled;
        }
        case ArrayNode list -> {
          ArrayNode filled = list.arrayNode();
          for (int i = 0; i < list.size(); i++) {
            filled.add(fill(at + "[" + i + "]", list.get(i)));
          }
          yield filled;
        }
        case TextNode text -> filled(at, PlaceholderText.parse(at, text.textValue()));
        default -> node;
      };
    }

    private JsonNode filled(String at, PlaceholderText template) {
      boolean isEscaped = OF_APPLICATION.matcher(at).matches();
      if (template.parts().size() == 1
          && template.parts().getFirst()
              instanceof Value(String name, Optional<?> function, int offset)
          && function.isEmpty()) {
        JsonNode value = value(at, name, offset);
        budget.take(at, value.toString().length());
        return isEscaped ? escaped(value) : value;
      }
      StringBuilder filled = new StringBuilder();
      BitSet ofValues = new BitSet();
      for (Part part : template.parts()) {
        String next =
            switch (part) {
              case Literal literal -> literal.text();
              case Value value -> scalar(at, value);
            };
        budget.take(at, next.length());
        ofValues.set(filled.length(), filled.length() + next.length(), part instanceof Value);
        filled.append(next);
      }
      String text = filled.toString();
      return TextNode.valueOf(isEscaped ? escaped(text, ofValues) : text);
    }

    private JsonNode value(String at, String name, int offset) {
      return element
          .value(name)
          .orElseThrow(
              () ->
                  new GeneratorException(
                      at, offset, "%s has no value '%s'".formatted(element.origin(), name)));
    }

    private String scalar(String at, Value placeholder) {
      JsonNode value = value(at, placeholder.name(), placeholder.offset());
      if (!value.isValueNode() || value.isNull()) {
        throw new GeneratorException(
            at,
            placeholder.offset(),
            "the value '%s' of %s is no string, number or boolean"
                .formatted(placeholder.name(), element.origin()));
      }
      String text = value.asText();
      return placeholder.function().map(function -> function.apply(text)).orElse(text);
    }

    /** Returns a value that an application does not read as a placeholder of its own. */
    private static JsonNode escaped(JsonNode value) {
      return switch (value) {
        case TextNode text -> TextNode.valueOf(escaped(text.textValue()));
        case ObjectNode mapping -> {
          ObjectNode escaped = JsonNodeFactory.instance.objectNode();
          mapping
              .properties()
              .forEach(each -> escaped.set(each.getKey(), escaped(each.getValue())));
          yield escaped;
        }
        case ArrayNode list -> {
          ArrayNode escaped = JsonNodeFactory.instance.arrayNode();
          list.forEach(item -> escaped.add(escaped(item)));
          yield escaped;
        }
        default -> value;
      };
    }

    private static String escaped(String text) {
      return text.replace(OPENING, "$" + OPENING);
    }

    /**
     * Escapes placeholders of the application that the template does not write itself.
     *
     * @param ofValues the characters of the text that are from values
     */
    private static String escaped(String text, BitSet ofValues) {
      StringBuilder escaped = new StringBuilder();
      int written = 0;
      for (int at = text.indexOf(OPENING); at >= 0; at = text.indexOf(OPENING, at + 1)) {
        if (!ofValues.get(at, at + OPENING.length()).isEmpty()) {
          escaped.append(text, written, at).append('$');
          written = at;
        }
      }
      return escaped.append(text, written, text.length()).toString();
    }
  }
}
