package dev.sluice.simulated.runner.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;

/** Metadata of an object. */
public record Metadata(JsonNode json) {

  /** Returns the metadata of an object. */
  public static Metadata of(JsonNode object) {
    return new Metadata(object.path("metadata"));
  }

  public String name() {
    return json.path("name").asText();
  }

  public String namespace() {
    return json.path("namespace").asText();
  }

  public String uid() {
    return json.path("uid").asText();
  }

  public int generation() {
    return json.path("generation").asInt();
  }

  /** Returns the resource version, which grows with each write. */
  public long version() {
    return json.path("resourceVersion").asLong();
  }

  public String annotation(String name) {
    return json.path("annotations").path(name).asText();
  }

  public String label(String name) {
    return json.path("labels").path(name).asText();
  }

  public boolean isDeleted() {
    return json.has("deletionTimestamp");
  }

  /** Returns the reference to the controller that owns the object. */
  public Optional<JsonNode> controller() {
    return json.path("ownerReferences")
        .valueStream()
        .filter(owner -> owner.path("controller").asBoolean())
        .findFirst();
  }

  /** Returns a list of owner references whose only one is to a controller of a kind. */
  public static ArrayNode ownedBy(Kind kind, JsonNode controller) {
    Metadata owner = of(controller);
    ArrayNode references = JsonNodeFactory.instance.arrayNode();
    references
        .addObject()
        .put("apiVersion", kind.apiVersion())
        .put("kind", kind.title())
        .put("name", owner.name())
        .put("uid", owner.uid())
        .put("controller", true)
        .put("blockOwnerDeletion", true);
    return references;
  }

  /** Returns whether a label selector of an object matches these labels. */
  public boolean matches(JsonNode selector) {
    JsonNode labels = json.path("labels");
    for (Map.Entry<String, JsonNode> wanted : selector.path("matchLabels").properties()) {
      if (!wanted.getValue().equals(labels.get(wanted.getKey()))) {
        return false;
      }
    }
    for (JsonNode rule : selector.path("matchExpressions")) {
      JsonNode label = labels.path(rule.path("key").asText());
      boolean listed = rule.path("values").valueStream().anyMatch(label::equals);
      boolean holds =
          switch (rule.path("operator").asText()) {
            case "In" -> listed;
            case "NotIn" -> !listed;
            case "Exists" -> !label.isMissingNode();
            default -> label.isMissingNode();
          };
      if (!holds) {
        return false;
      }
    }
    return true;
  }

  /** Sets an annotation of an object. */
  public static void annotate(ObjectNode object, String name, String value) {
    object.withObject("/metadata").withObject("/annotations").put(name, value);
  }
}
