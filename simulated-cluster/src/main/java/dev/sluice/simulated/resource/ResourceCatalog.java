package dev.sluice.simulated.resource;

import dev.sluice.simulated.schema.TypeTable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** All resources there are at the moment; owned by the event loop of the server. */
public final class ResourceCatalog {
  private final TypeTable types = TypeTable.builtIn();
  private final List<ResourceType> builtIn = BuiltInResources.all(types);
  private final Map<String, List<ResourceType>> custom = new TreeMap<>();

  /** Finds a resource by the path it is served under. */
  public Optional<ResourceType> find(GroupVersion groupVersion, String plural) {
    return all().stream()
        .filter(r -> r.groupVersion().equals(groupVersion) && r.plural().equals(plural))
        .findFirst();
  }

  /** Finds a resource by what its objects say of themselves. */
  public Optional<ResourceType> findKind(String apiVersion, String kind) {
    return all().stream()
        .filter(r -> r.groupVersion().apiVersion().equals(apiVersion) && r.kind().equals(kind))
        .findFirst();
  }

  /**
   * Finds the built-in resource of that kind.
   *
   * @throws java.util.NoSuchElementException if there is none
   */
  public ResourceType builtIn(String kind) {
    return builtIn.stream().filter(r -> r.kind().equals(kind)).findFirst().orElseThrow();
  }

  /** Every resource once, custom ones in each served version. */
  public List<ResourceType> all() {
    List<ResourceType> result = new ArrayList<>(builtIn);
    custom.values().forEach(result::addAll);
    return result;
  }

  /** One version of every resource: objects are stored once, however many versions serve them. */
  public List<ResourceType> stored() {
    List<ResourceType> result = new ArrayList<>(builtIn);
    custom.values().stream().filter(v -> !v.isEmpty()).map(List::getFirst).forEach(result::add);
    return result;
  }

  /** The group versions served, core first, then by group and version. */
  public List<GroupVersion> groupVersions() {
    return all().stream()
        .map(ResourceType::groupVersion)
        .distinct()
        .sorted(
            Comparator.comparing(GroupVersion::group)
                .thenComparing(GroupVersion::version, Comparator.reverseOrder()))
        .toList();
  }

  /** Serves the versions of a CustomResourceDefinition, in place of those it had before. */
  public void register(String definition, List<ResourceType> versions) {
    custom.put(definition, List.copyOf(versions));
  }

  /** Stops serving what a CustomResourceDefinition defined. */
  public void unregister(String definition) {
    custom.remove(definition);
  }

  /** The versions that a CustomResourceDefinition is served in. */
  public List<ResourceType> versionsOf(String definition) {
    return custom.getOrDefault(definition, List.of());
  }

  public TypeTable types() {
    return types;
  }
}
