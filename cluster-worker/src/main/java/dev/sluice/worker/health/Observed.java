package dev.sluice.worker.health;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.name.GroupKind;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * An object as the rules read it. A field of an unexpected type counts as absent.
 *
 * @param object the inputs of the rule, and nothing else of the object
 */
record Observed(JsonNode object) {

  /** Returns the field's text, or an empty one. */
  String text(String pointer) {
    return object.at(pointer).asText("");
  }

  /** Returns the field's number; some controllers write numbers as text. */
  long number(String pointer, long otherwise) {
    return object.at(pointer).asLong(otherwise);
  }

  long number(String pointer) {
    return number(pointer, 0);
  }

  boolean has(String pointer) {
    return !object.at(pointer).isMissingNode();
  }

  boolean flag(String pointer) {
    return object.at(pointer).asBoolean(false);
  }

  /** Returns the elements of a list. */
  List<Observed> list(String pointer) {
    return StreamSupport.stream(object.at(pointer).spliterator(), false)
        .map(Observed::new)
        .toList();
  }

  List<String> texts(String pointer) {
    return list(pointer).stream().map(each -> each.object().asText("")).toList();
  }

  List<Condition> conditions() {
    return conditions("/status/conditions");
  }

  List<Condition> conditions(String pointer) {
    long generation = number("/metadata/generation");
    return list(pointer).stream().map(each -> Condition.of(each.object(), "", generation)).toList();
  }

  Optional<Condition> condition(String type) {
    return conditions().stream().filter(each -> each.type().equals(type)).findFirst();
  }

  GroupKind kind() {
    return groupKind(object);
  }

  static GroupKind groupKind(JsonNode object) {
    String apiVersion = object.path("apiVersion").asText("");
    String group = apiVersion.substring(0, Math.max(0, apiVersion.indexOf('/')));
    return new GroupKind(group, object.path("kind").asText(""));
  }

  boolean hasTrue(String type) {
    return condition(type).filter(Condition::isTrue).isPresent();
  }

  /**
   * Returns whether the object's controller has seen its newest generation.
   *
   * @param always whether the controller always writes the generation that it has seen
   */
  boolean isSeen(boolean always) {
    return !has("/metadata/generation")
        || number("/status/observedGeneration", always ? 0 : Long.MAX_VALUE)
            >= number("/metadata/generation");
  }
}
