package dev.sluice.simulated.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.simulated.resource.GroupVersion;
import dev.sluice.simulated.resource.ResourceCatalog;
import dev.sluice.simulated.resource.ResourceType;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Discovery documents: the served groups, versions and resources. */
final class Discovery {
  private static final List<String> VERBS =
      List.of("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");
  private static final List<String> SUBRESOURCE_VERBS = List.of("get", "patch", "update");

  private final ResourceCatalog catalog;
  private final AggregatedApis aggregated;

  Discovery(ResourceCatalog catalog, AggregatedApis aggregated) {
    this.catalog = catalog;
    this.aggregated = aggregated;
  }

  private List<GroupVersion> versions() {
    return Stream.concat(catalog.groupVersions().stream(), aggregated.versions().stream()).toList();
  }

  static ObjectNode version() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("major", "1")
        .put("minor", "37")
        .put("gitVersion", "v1.37.0+simulated")
        .put("gitCommit", "")
        .put("gitTreeState", "")
        .put("buildDate", "1970-01-01T00:00:00Z")
        .put("goVersion", "")
        .put("compiler", "")
        .put("platform", "jvm");
  }

  ObjectNode core() {
    ObjectNode versions = JsonNodeFactory.instance.objectNode().put("kind", "APIVersions");
    versions.putArray("versions").add("v1");
    versions.putArray("serverAddressByClientCIDRs");
    return versions;
  }

  ObjectNode groups() {
    ObjectNode list = JsonNodeFactory.instance.objectNode();
    list.put("kind", "APIGroupList").put("apiVersion", "v1");
    ArrayNode groups = list.putArray("groups");
    versions().stream()
        .map(GroupVersion::group)
        .filter(group -> !group.isEmpty())
        .distinct()
        .forEach(group -> groups.add(describe(group)));
    return list;
  }

  Optional<ObjectNode> group(String name) {
    boolean known = versions().stream().anyMatch(gv -> gv.group().equals(name));
    if (name.isEmpty() || !known) {
      return Optional.empty();
    }
    ObjectNode group = JsonNodeFactory.instance.objectNode();
    group.put("kind", "APIGroup").put("apiVersion", "v1");
    group.setAll(describe(name));
    return Optional.of(group);
  }

  private ObjectNode describe(String name) {
    ObjectNode group = JsonNodeFactory.instance.objectNode().put("name", name);
    ArrayNode versions = group.putArray("versions");
    versions().stream()
        .filter(gv -> gv.group().equals(name))
        .forEach(
            gv ->
                versions
                    .addObject()
                    .put("groupVersion", gv.apiVersion())
                    .put("version", gv.version()));
    group.set("preferredVersion", versions.get(0));
    return group;
  }

  Optional<ObjectNode> resources(GroupVersion groupVersion) {
    List<ResourceType> types =
        catalog.all().stream().filter(t -> t.groupVersion().equals(groupVersion)).toList();
    if (types.isEmpty()) {
      return Optional.empty();
    }
    ObjectNode list = JsonNodeFactory.instance.objectNode();
    list.put("kind", "APIResourceList").put("apiVersion", "v1");
    list.put("groupVersion", groupVersion.apiVersion());
    ArrayNode resources = list.putArray("resources");
    types.forEach(type -> describe(type, resources));
    return Optional.of(list);
  }

  private static void describe(ResourceType type, ArrayNode resources) {
    ObjectNode resource = resources.addObject();
    resource
        .put("name", type.plural())
        .put("singularName", type.names().singular())
        .put("namespaced", type.namespaced())
        .put("kind", type.kind());
    VERBS.forEach(resource.putArray("verbs")::add);
    if (!type.names().shortNames().isEmpty()) {
      type.names().shortNames().forEach(resource.putArray("shortNames")::add);
    }
    if (!type.names().categories().isEmpty()) {
      type.names().categories().forEach(resource.putArray("categories")::add);
    }
    type.traits().subresources().stream()
        .sorted()
        .forEach(
            name -> {
              ObjectNode subresource = resources.addObject();
              subresource
                  .put("name", type.plural() + "/" + name)
                  .put("singularName", "")
                  .put("namespaced", type.namespaced());
              if (name.equals("scale")) {
                subresource.put("group", "autoscaling").put("version", "v1").put("kind", "Scale");
              } else if (name.equals("binding")) {
                subresource.put("kind", "Binding").putArray("verbs").add("create");
                return;
              } else {
                subresource.put("kind", type.kind());
              }
              SUBRESOURCE_VERBS.forEach(subresource.putArray("verbs")::add);
            });
  }
}
