package dev.sluice.dispatcher.generate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.fleet.NamePattern;
import java.util.Map;

/**
 * Merge patch of the template for some elements.
 *
 * @param match by name of a value, the pattern that it matches
 */
public record SetOverride(Map<String, NamePattern> match, Template patch) {

  public SetOverride {
    match = Map.copyOf(match);
  }

  /** Returns whether an element has all these values. */
  public boolean applies(Element element) {
    return match.entrySet().stream()
        .allMatch(
            entry ->
                element
                    .value(entry.getKey())
                    .filter(JsonNode::isValueNode)
                    .filter(value -> entry.getValue().matches(value.asText()))
                    .isPresent());
  }
}
