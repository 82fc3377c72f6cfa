package dev.sluice.dispatcher.generate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Elements that the document lists.
 *
 * @param field of the document that has the generator
 */
public record ListGenerator(String field, List<ObjectNode> items) implements Generator {

  public ListGenerator {
    items = List.copyOf(items);
  }

  @Override
  public List<Element> elements(Input input) {
    List<Element> elements = new ArrayList<>();
    for (ObjectNode item : items) {
      elements.add(element(item, "list element %d".formatted(elements.size() + 1)));
    }
    return Generator.bounded(field, elements);
  }

  private static Element element(ObjectNode item, String origin) {
    Map<String, JsonNode> values = new HashMap<>();
    item.properties().forEach(each -> values.put(each.getKey(), each.getValue()));
    return new Element(values, origin);
  }

  @Override
  public boolean mayHave(String name) {
    return items.stream().anyMatch(item -> element(item, "").value(name).isPresent());
  }

  @Override
  public Stream<GeneratorSource> sources() {
    return Stream.empty();
  }
}
