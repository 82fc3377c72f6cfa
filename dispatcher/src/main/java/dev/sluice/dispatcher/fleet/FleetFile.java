package dev.sluice.dispatcher.fleet;

import com.fasterxml.jackson.core.JsonPointer;
import dev.sluice.contract.event.Excerpt;
import dev.sluice.contract.yaml.FieldLines;
import dev.sluice.contract.yaml.FieldPositions;
import org.jspecify.annotations.Nullable;

/**
 * File of the fleet that is valid YAML. Positions are determined once, when the first problem needs
 * them: a file without problems costs nothing more.
 */
final class FleetFile {

  private static final int MAX_FIELD = 500;
  private static final int MAX_MESSAGE = 1_000;

  private final String name;
  private final String text;
  private @Nullable FieldPositions positions;

  /**
   * Creates a file.
   *
   * @param name relative to the fleet's directory
   */
  FleetFile(String name, String text) {
    this.name = name;
    this.text = text;
  }

  String name() {
    return name;
  }

  /**
   * Returns a problem of a field.
   *
   * @param document number in the file, from 1
   * @param field such as {@code spec.sources[0].path}; empty for the document
   */
  FleetProblem problem(FleetRule rule, int document, String field, String message) {
    FieldPositions.Position position = position(document, field);
    return new FleetProblem(
        rule,
        name,
        position.line(),
        position.column(),
        Excerpt.of(field, MAX_FIELD),
        Excerpt.of(message, MAX_MESSAGE));
  }

  /** Returns the place of a field, such as {@code web.yaml:12}. */
  String place(int document, String field) {
    return name + ":" + position(document, field).line();
  }

  /** Returns the place of a place within a field's text, such as {@code web.yaml:12:7}. */
  String placeWithin(int document, String field, int line, int column) {
    return FieldLines.within(text, document, pointer(field), line, column)
        .map(place -> name + ":" + place)
        .orElse(name);
  }

  /** Returns a problem of a place within a field's text. */
  FleetProblem problemWithin(
      FleetRule rule, int document, String field, int line, int column, String message) {
    FleetProblem whole = problem(rule, document, field, message);
    return FieldLines.within(text, document, pointer(field), line, column)
        .map(place -> place.split(":", -1))
        .map(
            place ->
                new FleetProblem(
                    rule,
                    name,
                    Integer.parseInt(place[0]),
                    place.length > 1 ? Integer.parseInt(place[1]) : 0,
                    whole.field(),
                    whole.message()))
        .orElse(whole);
  }

  /** Returns the pointer to a field; to nothing if a name in it has a dot. */
  static JsonPointer pointer(String field) {
    return JsonPointer.compile("/" + field.replaceAll("\\[(\\d+)]", "/$1").replace('.', '/'));
  }

  private FieldPositions.Position position(int document, String field) {
    if (positions == null) {
      positions = FieldPositions.of(text);
    }
    return positions.find(document, field);
  }
}
