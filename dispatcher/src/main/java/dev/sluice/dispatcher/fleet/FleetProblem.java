package dev.sluice.dispatcher.fleet;

/**
 * Problem in the fleet's documents, with its place.
 *
 * @param file relative to the fleet's directory
 * @param document number of the document in the file, from 1; 0 if it is about the whole file
 * @param field such as {@code spec.sources[0].path}; empty if it is about the whole document
 * @param message what is wrong, and what to write instead
 */
public record FleetProblem(String file, int document, String field, String message) {

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(file);
    if (document > 0) {
      text.append(", document ").append(document);
    }
    if (!field.isEmpty()) {
      text.append(", ").append(field);
    }
    return text.append(": ").append(message).toString();
  }
}
