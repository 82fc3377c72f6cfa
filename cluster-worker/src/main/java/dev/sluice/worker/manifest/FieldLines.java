package dev.sluice.worker.manifest;

import com.fasterxml.jackson.core.JsonPointer;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Finds the line of a field in a text that was read before and so is within the limits; reading it
 * once more costs less than remembering the lines of all fields that are right.
 */
final class FieldLines {

  private FieldLines() {}

  /**
   * The line, counted from 1, at which a field is written.
   *
   * @param document counted from 1, empty ones included
   * @return empty if it cannot be told: JSON that is not YAML, or what was merged from elsewhere
   */
  static Optional<Integer> find(String text, int document, JsonPointer field) {
    LoadSettings settings =
        LoadSettings.builder()
            .setCodePointLimit(Integer.MAX_VALUE)
            .setMaxAliasesForCollections(Integer.MAX_VALUE)
            .setUseMarks(true)
            .build();
    try {
      int index = 0;
      for (Node root : new Compose(settings).composeAllFromString(text)) {
        index++;
        if (index == document) {
          return find(root, field);
        }
      }
      return Optional.empty();
    } catch (YamlEngineException e) {
      return Optional.empty();
    }
  }

  private static Optional<Integer> find(Node root, JsonPointer field) {
    Node node = root;
    JsonPointer left = field;
    while (true) {
      Optional<Node> next = Optional.empty();
      if (node instanceof SequenceNode sequence
          && left.getMatchingIndex() >= 0
          && left.getMatchingIndex() < sequence.getValue().size()) {
        next = Optional.of(sequence.getValue().get(left.getMatchingIndex()));
      } else if (node instanceof MappingNode mapping) {
        for (NodeTuple tuple : mapping.getValue()) {
          if (tuple.getKeyNode() instanceof ScalarNode key
              && key.getValue().equals(left.getMatchingProperty())) {
            next = Optional.of(left.tail().matches() ? key : tuple.getValueNode());
          }
        }
      }
      if (next.isEmpty()) {
        return Optional.empty();
      }
      node = next.get();
      left = left.tail();
      if (left.matches()) {
        return node.getStartMark().map(mark -> mark.getLine() + 1);
      }
    }
  }
}
