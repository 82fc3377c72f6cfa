package dev.sluice.simulated.resource;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.simulated.schema.Type;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Kind of object in one version, as in discovery. */
public record ResourceType(
    GroupVersion groupVersion, Names names, boolean namespaced, Type.Struct schema, Traits traits) {

  /** Names of a resource and of its objects. */
  public record Names(
      String plural,
      String singular,
      String kind,
      List<String> shortNames,
      List<String> categories) {
    public Names {
      shortNames = List.copyOf(shortNames);
      categories = List.copyOf(categories);
    }
  }

  /**
   * Subresources and version of a resource.
   *
   * @param subresources {@code status} and {@code scale}, if present
   * @param version the entry in {@code spec.versions} of its CustomResourceDefinition, if it has
   *     one
   */
  public record Traits(Set<String> subresources, Optional<JsonNode> version) {
    public Traits {
      subresources = Set.copyOf(subresources);
    }
  }

  public String plural() {
    return names.plural();
  }

  public String kind() {
    return names.kind();
  }

  public String group() {
    return groupVersion.group();
  }

  public boolean isCustom() {
    return traits.version().isPresent();
  }

  public boolean hasStatus() {
    return traits.subresources().contains("status");
  }

  /**
   * Returns the name of the resource without version, as in error messages: {@code
   * deployments.apps}.
   */
  public String groupResource() {
    return group().isEmpty() ? plural() : plural() + "." + group();
  }
}
