package dev.sluice.simulated.resource;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.simulated.schema.Type;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One kind of object in one version, as discovery names it. */
public record ResourceType(
    GroupVersion groupVersion, Names names, boolean namespaced, Type.Struct schema, Traits traits) {

  /** What a resource and its objects are called. */
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
   * What a resource has beside its main endpoint.
   *
   * @param subresources {@code status} and {@code scale} where there are such
   * @param version the entry of {@code spec.versions} of the CustomResourceDefinition it comes from
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

  /** The resource across its versions, as error messages write it: {@code deployments.apps}. */
  public String groupResource() {
    return group().isEmpty() ? plural() : plural() + "." + group();
  }
}
