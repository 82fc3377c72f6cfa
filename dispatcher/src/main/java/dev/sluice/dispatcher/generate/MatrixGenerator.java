package dev.sluice.dispatcher.generate;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Every combination of the elements of generators.
 *
 * @param field of the document that has the generator
 * @param generators at least two
 */
public record MatrixGenerator(String field, List<Generator> generators) implements Generator {

  /** Limit of the memory that the copies of values take. */
  private static final int MOST_VALUES = 1_000_000;

  public MatrixGenerator {
    generators = List.copyOf(generators);
  }

  @Override
  public List<Element> elements(Input input) {
    List<Element> combined = List.of(new Element(Map.of(), ""));
    for (Generator generator : generators) {
      List<Element> next = generator.elements(input);
      Generator.requireBounded(field, (long) combined.size() * next.size());
      requireFew(values(combined) * next.size() + values(next) * combined.size());
      List<Element> product = new ArrayList<>();
      for (Element one : combined) {
        next.forEach(other -> product.add(both(one, other)));
      }
      combined = product;
    }
    return List.copyOf(combined);
  }

  private static long values(List<Element> elements) {
    return elements.stream().mapToLong(element -> element.values().size()).sum();
  }

  private void requireFew(long values) {
    if (values > MOST_VALUES) {
      throw new GeneratorException(
          field,
          "has %d values in all elements together, and %d are allowed"
              .formatted(values, MOST_VALUES));
    }
  }

  private Element both(Element one, Element other) {
    Map<String, JsonNode> values = new HashMap<>(one.values());
    other
        .values()
        .forEach(
            (name, value) -> {
              JsonNode before = values.putIfAbsent(name, value);
              if (before != null && !before.equals(value)) {
                throw new GeneratorException(
                    field,
                    "%s and %s both have a value '%s': rename one of them, or use merge"
                        .formatted(one.origin(), other.origin(), name));
              }
            });
    return new Element(
        values, one.origin().isEmpty() ? other.origin() : one.origin() + " and " + other.origin());
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
