package dev.sluice.simulated.runner.control;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Event about an object.
 *
 * @param about the object
 * @param field path of the part of the object that it is about, such as a container; may be empty
 * @param component the program that reports it
 */
public record Note(
    ObjectNode about, String field, String component, Type type, String reason, String message) {

  /** Importance of an event. */
  public enum Type {
    NORMAL,
    WARNING
  }

  /** Returns an event about an object as a whole. */
  public static Note normal(ObjectNode about, String component, String reason, String message) {
    return new Note(about, "", component, Type.NORMAL, reason, message);
  }

  /** Returns a warning about an object as a whole. */
  public static Note warning(ObjectNode about, String component, String reason, String message) {
    return new Note(about, "", component, Type.WARNING, reason, message);
  }
}
