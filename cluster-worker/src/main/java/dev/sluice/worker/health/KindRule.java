package dev.sluice.worker.health;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The health of the objects of one kind, and the fields that it depends on. */
final class KindRule {

  private static final List<String> INPUTS_OF_ALL =
      List.of(
          "apiVersion",
          "kind",
          "metadata/deletionTimestamp",
          "metadata/finalizers/*",
          "metadata/generation",
          "status/observedGeneration");

  private static final Projection OF_ALL = new Projection(INPUTS_OF_ALL);

  private final Projection inputs;
  private final Function<Observed, ObjectHealth> rule;

  /**
   * Creates a rule.
   *
   * @param inputs the paths of scalars that the rule reads, besides those that all rules read
   */
  KindRule(Function<Observed, ObjectHealth> rule, List<String> inputs) {
    this.rule = rule;
    this.inputs = new Projection(Stream.concat(INPUTS_OF_ALL.stream(), inputs.stream()).toList());
  }

  /** Creates a rule whose only inputs are conditions and the given fields. */
  static KindRule withConditions(Function<Observed, ObjectHealth> rule, String... inputs) {
    return new KindRule(rule, Stream.concat(conditions("status/"), Stream.of(inputs)).toList());
  }

  /** Returns the paths of a list of conditions and their fields. */
  static Stream<String> conditions(String parent) {
    return Stream.of("type", "status", "reason", "message", "severity", "observedGeneration")
        .map(field -> parent + "conditions/*/" + field);
  }

  ObjectNode inputs(JsonNode live) {
    return inputs.of(live);
  }

  /** Returns the health of an object; a rule reads nothing but its inputs. */
  ObjectHealth of(JsonNode live) {
    Observed object = new Observed(inputs(live));
    return deletion(object).orElseGet(() -> rule.apply(object));
  }

  /** Returns the inputs that all rules read. */
  static Observed inputsOfAll(JsonNode live) {
    return new Observed(OF_ALL.of(live));
  }

  /** Returns the health of an object that is being deleted. */
  static Optional<ObjectHealth> deletion(Observed object) {
    if (object.text("/metadata/deletionTimestamp").isEmpty()) {
      return Optional.empty();
    }
    List<String> finalizers = object.texts("/metadata/finalizers");
    if (!finalizers.isEmpty()) {
      return Optional.of(
          ObjectHealth.progressing(
              "is being deleted, and waits for the finalizers %s", Words.names(finalizers)));
    }
    String rest =
        object.conditions().stream()
            .filter(Condition::isTrue)
            .map(Condition::message)
            .collect(Collectors.joining(" "));
    boolean isNamespace = object.text("/kind").equals("Namespace");
    return Optional.of(
        isNamespace && !rest.isEmpty()
            ? ObjectHealth.progressing("is being deleted: %s", rest)
            : ObjectHealth.progressing("is being deleted"));
  }
}
