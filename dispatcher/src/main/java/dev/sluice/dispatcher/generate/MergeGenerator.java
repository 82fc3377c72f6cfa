package dev.sluice.dispatcher.generate;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The elements of the first generator, with the values of the elements of the others that have the
 * same keys. Elements of the others without such an element of the first are ignored.
 *
 * @param field of the document that has the generator
 * @param keys names of the values that elements are compared by, at least one
 * @param generators at least two
 */
public record MergeGenerator(String field, List<String> keys, List<Generator> generators)
    implements Generator {

  public MergeGenerator {
    keys = List.copyOf(keys);
    generators = List.copyOf(generators);
  }

  @Override
  public List<Element> elements(Input input) {
    int before = input.problems().size();
    Map<List<JsonNode>, Element> merged = byKeys(generators.getFirst().elements(input));
    for (Generator generator : generators.subList(1, generators.size())) {
      byKeys(generator.elements(input))
          .forEach((key, other) -> merged.computeIfPresent(key, (_, base) -> merge(base, other)));
    }
    if (input.problems().size() > before) {
      throw new GeneratorException(
          field, "nothing is merged while elements are missing because of other problems");
    }
    return List.copyOf(merged.values());
  }

  private Map<List<JsonNode>, Element> byKeys(List<Element> elements) {
    Map<List<JsonNode>, Element> byKeys = new LinkedHashMap<>();
    for (Element element : elements) {
      Element other = byKeys.put(key(element), element);
      if (other != null) {
        throw new GeneratorException(
            field,
            "%s and %s have the same values of %s"
                .formatted(other.origin(), element.origin(), keys));
      }
    }
    return byKeys;
  }

  private List<JsonNode> key(Element element) {
    List<JsonNode> key = new ArrayList<>();
    for (String name : keys) {
      key.add(
          element
              .value(name)
              .orElseThrow(
                  () ->
                      new GeneratorException(
                          field, "%s has no value '%s'".formatted(element.origin(), name))));
    }
    return key;
  }

  private static Element merge(Element base, Element other) {
    Map<String, JsonNode> values = new HashMap<>(base.values());
    other.values().forEach((name, value) -> values.merge(name, value, MergePatch::apply));
    return new Element(values, base.origin() + " with " + other.origin());
  }

  @Override
  public boolean mayHave(String name) {
    return generators.stream().anyMatch(generator -> generator.mayHave(name));
  }

  @Override
  public Stream<GeneratorSource> sources() {
    return generators.stream().flatMap(Generator::sources);
  }
}
