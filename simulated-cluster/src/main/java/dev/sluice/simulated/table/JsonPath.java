package dev.sluice.simulated.table;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Subset of JSONPath that printer columns use: names, indexes, {@code [*]}, and filters that
 * compare one field with a text, as in {@code .status.conditions[?(@.type=="Ready")].status}.
 */
final class JsonPath {
  private static final Pattern STEP =
      Pattern.compile(
          "\\.([^.\\[\\]]+)|\\[(\\d+)\\]|\\[(\\*)\\]|\\['([^']+)'\\]"
              + "|\\[\\?\\(@\\.([^=\\s]+)\\s*==\\s*['\"]([^'\"]*)['\"]\\)\\]");

  private final List<Step> steps;

  private sealed interface Step {
    record Name(String name) implements Step {}

    record At(int index) implements Step {}

    record All() implements Step {}

    record Where(String field, String value) implements Step {}
  }

  private JsonPath(List<Step> steps) {
    this.steps = List.copyOf(steps);
  }

  /** Parses a path; a path with unsupported syntax matches nothing. */
  static JsonPath parse(String text) {
    List<Step> steps = new ArrayList<>();
    String escaped = text.replace("\\.", "\u0000");
    Matcher matcher = STEP.matcher(escaped);
    int end = 0;
    while (matcher.find() && matcher.start() == end) {
      end = matcher.end();
      if (matcher.group(1) != null) {
        steps.add(new Step.Name(matcher.group(1).replace('\u0000', '.')));
      } else if (matcher.group(2) != null) {
        steps.add(new Step.At(Integer.parseInt(matcher.group(2))));
      } else if (matcher.group(3) != null) {
        steps.add(new Step.All());
      } else if (matcher.group(4) != null) {
        steps.add(new Step.Name(matcher.group(4)));
      } else {
        steps.add(new Step.Where(matcher.group(5), matcher.group(6)));
      }
    }
    return new JsonPath(end == escaped.length() ? steps : List.of());
  }

  List<JsonNode> find(JsonNode root) {
    List<JsonNode> found = List.of(root);
    for (Step step : steps) {
      List<JsonNode> next = new ArrayList<>();
      for (JsonNode node : found) {
        switch (step) {
          case Step.Name(String name) -> next.add(node.path(name));
          case Step.At(int index) -> next.add(node.path(index));
          case Step.All all -> node.forEach(next::add);
          case Step.Where(String field, String value) ->
              node.valueStream()
                  .filter(item -> item.path(field).asText().equals(value))
                  .forEach(next::add);
        }
      }
      found = next.stream().filter(node -> !node.isMissingNode() && !node.isNull()).toList();
    }
    return steps.isEmpty() ? List.of() : found;
  }
}
