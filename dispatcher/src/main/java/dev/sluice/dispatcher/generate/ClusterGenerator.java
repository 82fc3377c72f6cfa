package dev.sluice.dispatcher.generate;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.fleet.ClusterTarget;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The clusters of the fleet with these labels.
 *
 * @param field of the document that has the generator
 */
public record ClusterGenerator(String field, Map<String, String> labels) implements Generator {

  static final String NAME = "cluster.name";
  static final String LABELS = "cluster.labels";

  public ClusterGenerator {
    labels = Map.copyOf(labels);
  }

  @Override
  public List<Element> elements(Input input) {
    return Generator.bounded(
        field,
        input.clusters().stream()
            .filter(cluster -> cluster.labels().entrySet().containsAll(labels.entrySet()))
            .sorted(Comparator.comparing(ClusterTarget::name))
            .map(ClusterGenerator::element)
            .toList());
  }

  private static Element element(ClusterTarget cluster) {
    ObjectNode found = JsonNodeFactory.instance.objectNode();
    cluster.labels().forEach(found::put);
    return new Element(
        Map.of(NAME, found.textNode(cluster.name().value()), LABELS, found),
        "cluster " + cluster.name());
  }

  @Override
  public boolean mayHave(String name) {
    return name.equals(NAME) || name.startsWith(LABELS + ".");
  }

  @Override
  public Stream<GeneratorSource> sources() {
    return Stream.empty();
  }
}
