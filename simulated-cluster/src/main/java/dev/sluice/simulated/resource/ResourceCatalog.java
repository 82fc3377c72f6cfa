package dev.sluice.simulated.resource;

import dev.sluice.simulated.schema.TypeTable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Resources that are currently served; owned by the server's event loop. */
public final class ResourceCatalog {
  private final TypeTable types = TypeTable.builtIn();
  private final List<ResourceType> builtIn = BuiltInResources.all(types);
  private final Map<String, List<ResourceType>> custom = new TreeMap<>();

  /** Finds a resource by the path that it is served under. */
  public Optional<ResourceType> find(GroupVersion groupVersion, String plural) {
    return all().stream()
        .filter(r -> r.groupVersion().equals(groupVersion) && r.plural().equals(plural))
        .findFirst();
  }

  /** Finds a resource by the apiVersion and kind of its objects. */
  public Optional<ResourceType> findKind(String apiVersion, String kind) {
    return all().stream()
        .filter(r -> r.groupVersion().apiVersion().equals(apiVersion) && r.kind().equals(kind))
        .findFirst();
  }

  /**
   * Returns the built-in resource of a kind.
   *
   * @throws java.util.NoSuchElementException if there is none
   */
  public ResourceType builtIn(String kind) {
    return builtIn.stream().filter(r -> r.kind().equals(kind)).findFirst().orElseThrow();
  }

  /** Returns every resource; custom ones once for each served version. */
  public List<ResourceType> all() {
    List<ResourceType> result = new ArrayList<>(builtIn);
    custom.values().forEach(result::addAll);
    return result;
  }

  /** Returns one version of every resource, since objects are stored once for all versions. */
  public List<ResourceType> stored() {
    List<ResourceType> result = new ArrayList<>();
    builtIn.stream().filter(type -> !type.isAlias()).forEach(result::add);
    custom.values().stream().filter(v -> !v.isEmpty()).map(List::getFirst).forEach(result::add);
    return result;
  }

  /** Returns the served group versions, core first, then by group and version. */
  public List<GroupVersion> groupVersions() {
    return all().stream()
        .map(ResourceType::groupVersion)
        .distinct()
        .sorted(
            Comparator.comparing(GroupVersion::group)
                .thenComparing(GroupVersion::version, Comparator.reverseOrder()))
        .toList();
  }

  /** Serves the versions of a CustomResourceDefinition, replacing its previous ones. */
  public void register(String definition, List<ResourceType> versions) {
    custom.put(definition, List.copyOf(versions));
  }

  /** Stops serving the resources of a CustomResourceDefinition. */
  public void unregister(String definition) {
    custom.remove(definition);
  }

  /** Returns the versions in which a CustomResourceDefinition is served. */
  public List<ResourceType> versionsOf(String definition) {
    return custom.getOrDefault(definition, List.of());
  }

  public TypeTable types() {
    return types;
  }
}
