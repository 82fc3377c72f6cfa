package dev.sluice.dispatcher.fleet;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.yaml.FieldLines;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** YAML document of the fleet, with its problems. */
final class FleetDocument {

  private final String file;
  private final int number;
  private final ObjectNode root;
  private final String text;
  private final List<FleetProblem> problems = new ArrayList<>();

  /**
   * Creates a document.
   *
   * @param number in the file, from 1
   * @param text of the whole file
   */
  FleetDocument(String file, int number, ObjectNode root, String text) {
    this.file = file;
    this.number = number;
    this.root = root;
    this.text = text;
  }

  Fields fields() {
    return new Fields(root, "", this);
  }

  void problem(String field, String message) {
    problems.add(new FleetProblem(file, number, field, message));
  }

  /**
   * Returns the place of a place within a field's text, such as {@code web.yaml:12:7}.
   *
   * @param field as in a problem, such as {@code spec.sources[0].path}
   */
  String placeWithin(String field, int line, int column) {
    JsonPointer pointer =
        JsonPointer.compile("/" + field.replaceAll("\\[(\\d+)]", "/$1").replace('.', '/'));
    return FieldLines.within(text, number, pointer, line, column)
        .map(place -> file + ":" + place)
        .orElse(file);
  }

  /** Returns its place and content, for comparison with later readings. */
  FleetDocuments.Document summary() {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(root.toString().getBytes(UTF_8));
      return new FleetDocuments.Document(
          file, HexFormat.of().formatHex(digest, 0, 16), root.at("/spec/clusters").has("selector"));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  boolean isValid() {
    return problems.isEmpty();
  }

  List<FleetProblem> problems() {
    return problems;
  }

  String place() {
    return file + ", document " + number;
  }
}
