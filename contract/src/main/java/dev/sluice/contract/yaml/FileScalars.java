package dev.sluice.contract.yaml;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Set;

/**
 * The values of unquoted scalars in files of the fleet and of settings: those of Kubernetes' own
 * tools, but {@code y} and {@code n} are text. Keys are as they are written.
 */
public final class FileScalars implements PlainScalars {

  private static final Set<String> LETTERS = Set.of("y", "Y", "n", "N");

  private final GoScalars values = new GoScalars();

  @Override
  public JsonNode value(String plain) {
    return LETTERS.contains(plain) ? TextNode.valueOf(plain) : values.value(plain);
  }

  @Override
  public String key(String plain) {
    return plain;
  }
}
