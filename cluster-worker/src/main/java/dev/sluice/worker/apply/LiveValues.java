package dev.sluice.worker.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.name.GroupKind;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.manifest.Manifest;
import dev.sluice.worker.manifest.SharedNodes;
import dev.sluice.worker.plan.Desired;
import dev.sluice.worker.plan.GeneratedField;
import dev.sluice.worker.plan.Inventory;
import dev.sluice.worker.plan.InventoryEntry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Replaces values that differ at each rendering by those that are live, so that a password, and a
 * certificate with what trusts it, stay as they were first applied.
 *
 * <p>A generated annotation is often a checksum that restarts Pods when a Secret or a ConfigMap
 * changes. It stays as well, unless one of these changes.
 */
public final class LiveValues {

  private static final Set<GroupKind> CONFIGURATION =
      Set.of(new GroupKind("", "Secret"), GroupKind.CONFIG_MAP);

  private final Discovery discovery;

  public LiveValues(Discovery discovery) {
    this.discovery = discovery;
  }

  /**
   * Returns the desired objects with the live values of generated fields.
   *
   * @param applied the objects that the application has
   */
  public Desired keep(Desired desired, Inventory applied) throws InterruptedException {
    if (desired.generated().isEmpty()) {
      return desired;
    }
    Map<ObjectRef, Optional<ObjectNode>> live = new HashMap<>();
    for (GeneratedField field : desired.generated()) {
      if (!live.containsKey(field.object())) {
        live.put(field.object(), discovery.read(field.object()));
      }
    }
    List<Manifest> all = kept(desired.manifests(), desired.generated(), live);
    if (all.stream().anyMatch(manifest -> isChangedConfiguration(manifest, applied))) {
      List<GeneratedField> others =
          desired.generated().stream().filter(field -> !field.isAnnotation()).toList();
      all = kept(desired.manifests(), others, live);
    }
    return new Desired(all, desired.renderer(), desired.generated());
  }

  private static boolean isChangedConfiguration(Manifest manifest, Inventory applied) {
    return CONFIGURATION.contains(manifest.ref().groupKind())
        && !applied
            .find(manifest.ref().id())
            .map(InventoryEntry::digest)
            .equals(Optional.of(manifest.digest()));
  }

  private static List<Manifest> kept(
      List<Manifest> manifests,
      List<GeneratedField> generated,
      Map<ObjectRef, Optional<ObjectNode>> live) {
    return manifests.stream()
        .map(
            manifest ->
                live.getOrDefault(manifest.ref(), Optional.empty())
                    .map(there -> kept(manifest, generated, there))
                    .orElse(manifest))
        .toList();
  }

  private static Manifest kept(Manifest manifest, List<GeneratedField> generated, ObjectNode live) {
    JsonNode content = manifest.content();
    for (GeneratedField field : generated) {
      if (field.object().equals(manifest.ref()) && !field.path().isEmpty()) {
        content = kept(content, live, field.path());
      }
    }
    return new Manifest(manifest.ref(), (ObjectNode) content, manifest.source());
  }

  /** Returns the node with the live value at a path, or the same node if that is not there. */
  private static JsonNode kept(JsonNode node, JsonNode live, List<String> path) {
    if (path.isEmpty()) {
      return node.isValueNode() && node.getNodeType() == live.getNodeType() ? live : node;
    }
    String name = path.getFirst();
    List<String> below = path.subList(1, path.size());
    if (node instanceof ObjectNode object && live.has(name)) {
      ObjectNode changed = SharedNodes.copy(object);
      changed.set(name, kept(object.get(name), live.get(name), below));
      return changed;
    }
    if (node instanceof ArrayNode list && live.isArray() && live.size() == list.size()) {
      int index = Integer.parseInt(name);
      if (list.get(index).path("name").equals(live.get(index).path("name"))) {
        ArrayNode changed = list.arrayNode().addAll(list);
        changed.set(index, kept(list.get(index), live.get(index), below));
        return changed;
      }
    }
    return node;
  }
}
