package dev.sluice.worker.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.name.GroupKind;
import dev.sluice.worker.api.Discovery;
import dev.sluice.worker.manifest.Manifest;
import dev.sluice.worker.manifest.SharedNodes;
import dev.sluice.worker.plan.Desired;
import dev.sluice.worker.plan.GeneratedField;
import dev.sluice.worker.plan.Inventory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Replaces values that differ at each rendering by those that are live, so that a password, and a
 * certificate with what trusts it, stay as they were first applied.
 *
 * <p>A text that a Secret has as well is replaced as it is there, also in objects that are new.
 *
 * <p>A generated annotation is often a checksum that restarts Pods when a Secret or a ConfigMap
 * changes. It stays as well, unless one of these changes.
 */
public final class LiveValues {

  private static final Set<GroupKind> CONFIGURATION =
      Set.of(GroupKind.SECRET, GroupKind.CONFIG_MAP);

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
    GeneratedSecrets secrets = new GeneratedSecrets(desired.manifests(), desired.generated(), live);
    List<Manifest> all = kept(desired.manifests(), desired.generated(), secrets, live);
    if (all.stream().anyMatch(manifest -> isChangedConfiguration(manifest, applied))) {
      List<GeneratedField> others =
          desired.generated().stream().filter(field -> !field.isAnnotation()).toList();
      all = kept(desired.manifests(), others, secrets, live);
    }
    return new Desired(all, desired.renderer(), desired.generated());
  }

  private static boolean isChangedConfiguration(Manifest manifest, Inventory applied) {
    return CONFIGURATION.contains(manifest.ref().groupKind())
        && applied
            .find(manifest.ref().id())
            .filter(entry -> entry.isOfManifest(manifest.digest()))
            .isEmpty();
  }

  private static List<Manifest> kept(
      List<Manifest> manifests,
      List<GeneratedField> generated,
      GeneratedSecrets secrets,
      Map<ObjectRef, Optional<ObjectNode>> live) {
    Map<ObjectRef, List<GeneratedField>> fields =
        generated.stream().collect(Collectors.groupingBy(GeneratedField::object));
    return manifests.stream()
        .map(
            manifest -> {
              JsonNode content = manifest.content();
              for (GeneratedField field : fields.getOrDefault(manifest.ref(), List.of())) {
                Optional<JsonNode> value = value(field, content, secrets, live.get(manifest.ref()));
                if (value.isPresent()) {
                  content = with(content, field.path(), value.get());
                }
              }
              return new Manifest(manifest.ref(), (ObjectNode) content, manifest.source());
            })
        .toList();
  }

  /** Returns the value that replaces a generated one; empty if none does. */
  private static Optional<JsonNode> value(
      GeneratedField field, JsonNode content, GeneratedSecrets secrets, Optional<ObjectNode> live) {
    if (field.path().isEmpty()) {
      return Optional.empty();
    }
    if (secrets.isRenewed(field.object()) && field.isBelow("data")) {
      return Optional.empty();
    }
    JsonNode rendered = field.in(content);
    Optional<JsonNode> there = live.flatMap(found -> there(content, found, field.path()));
    boolean isOwn = field.object().groupKind().equals(GroupKind.SECRET) && there.isPresent();
    return isOwn || !rendered.isTextual()
        ? there
        : secrets.replacement(rendered.asText()).<JsonNode>map(TextNode::valueOf).or(() -> there);
  }

  /** Returns the live scalar at a path; empty if another element of a list is live there. */
  private static Optional<JsonNode> there(JsonNode node, JsonNode live, List<String> path) {
    if (path.isEmpty()) {
      return Optional.of(live)
          .filter(value -> node.isValueNode() && node.getNodeType() == value.getNodeType());
    }
    List<String> below = path.subList(1, path.size());
    if (!(node instanceof ArrayNode)) {
      return there(node.path(path.getFirst()), live.path(path.getFirst()), below);
    }
    int index = Integer.parseInt(path.getFirst());
    JsonNode one = node.path(index);
    JsonNode other = live.path(index);
    boolean same = live.size() == node.size() && one.path("name").equals(other.path("name"));
    return same ? there(one, other, below) : Optional.empty();
  }

  /** Returns a copy of a node with another value at a path. */
  private static JsonNode with(JsonNode node, List<String> path, JsonNode value) {
    if (path.isEmpty()) {
      return value;
    }
    String name = path.getFirst();
    List<String> below = path.subList(1, path.size());
    if (node instanceof ArrayNode list) {
      ArrayNode changed = list.arrayNode().addAll(list);
      int index = Integer.parseInt(name);
      changed.set(index, with(list.get(index), below, value));
      return changed;
    }
    ObjectNode changed = SharedNodes.copy((ObjectNode) node);
    changed.set(name, with(node.get(name), below, value));
    return changed;
  }
}
