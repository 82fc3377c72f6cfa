package dev.sluice.simulated.resource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
   * @param alias set if its objects are those of another resource
   */
  public record Traits(
      Set<String> subresources, Optional<JsonNode> version, Optional<Alias> alias) {
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

  /** Returns whether its objects are those of another resource. */
  public boolean isAlias() {
    return traits.alias().isPresent();
  }

  public boolean hasStatus() {
    return traits.subresources().contains("status");
  }

  /** Returns the resource whose objects these are; itself, unless it is an alias. */
  public String storedAs() {
    return traits.alias().map(Alias::resource).orElseGet(this::groupResource);
  }

  /** Returns an object of this resource in the form in which it is stored. */
  public ObjectNode stored(ObjectNode object) {
    return traits.alias().map(alias -> alias.stored(object)).orElse(object);
  }

  /**
   * Returns a stored object in this version. Versions of one group differ only in their name; an
   * alias also has other names for some fields.
   */
  public ObjectNode served(ObjectNode object) {
    String apiVersion = groupVersion.apiVersion();
    if (object.path("apiVersion").asText().equals(apiVersion)) {
      return object;
    }
    ObjectNode served =
        traits.alias().map(alias -> alias.served(object)).orElseGet(object::deepCopy);
    return served.put("apiVersion", apiVersion);
  }

  /**
   * Returns the name of the resource without version, as in error messages: {@code
   * deployments.apps}.
   */
  public String groupResource() {
    return group().isEmpty() ? plural() : plural() + "." + group();
  }
}
