package dev.sluice.contract.fleet;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.Map;

/**
 * The creation of an application's namespace, where no manifest declares it. Without labels and
 * annotations it is created once an object needs it, and belongs to no application; otherwise they
 * are applied as those of any other object. It is never deleted.
 *
 * @param labels of the namespace
 * @param annotations of the namespace
 */
public record NamespaceCreation(Map<String, String> labels, Map<String, String> annotations) {

  public NamespaceCreation {
    labels = Map.copyOf(labels);
    annotations = Map.copyOf(annotations);
  }

  /** Returns whether it has neither labels nor annotations. */
  @JsonIgnore
  public boolean isPlain() {
    return labels.isEmpty() && annotations.isEmpty();
  }
}
