package dev.sluice.dispatcher.fleet;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** YAML document of the fleet, with its problems. */
final class FleetDocument {

  /** A document of 3 MiB could have hundreds of thousands. */
  private static final int MOST_PROBLEMS = 100;

  private final FleetFile file;
  private final int number;
  private final ObjectNode root;
  private final UnaryOperator<String> written;
  private final List<FleetProblem> problems = new ArrayList<>();
  private int unlisted;

  /**
   * Creates a document.
   *
   * @param number in the file, from 1
   */
  FleetDocument(FleetFile file, int number, ObjectNode root) {
    this(file, number, root, UnaryOperator.identity());
  }

  private FleetDocument(
      FleetFile file, int number, ObjectNode root, UnaryOperator<String> written) {
    this.file = file;
    this.number = number;
    this.root = root;
    this.written = written;
  }

  /**
   * Returns a document that is generated from this one.
   *
   * @param written returns where a field of it is written in this one
   */
  FleetDocument generated(ObjectNode content, UnaryOperator<String> written) {
    return new FleetDocument(file, number, content, written);
  }

  Fields fields() {
    return new Fields(root, "", this);
  }

  void problem(FleetRule rule, String field, String message) {
    if (problems.size() < MOST_PROBLEMS) {
      problems.add(located(rule, field, message));
    } else {
      unlisted++;
    }
  }

  /** Returns a problem of a field, which the document does not have. */
  FleetProblem located(FleetRule rule, String field, String message) {
    return file.problem(rule, number, written.apply(field), message);
  }

  /**
   * Returns a problem of a place within the text of a field.
   *
   * @param offset in the text, from 0; -1 for the whole field
   */
  FleetProblem problemWithin(FleetRule rule, String field, int offset, String message) {
    String text = root.at(FleetFile.pointer(field)).asText();
    if (offset < 0 || offset >= text.length()) {
      return file.problem(rule, number, field, message);
    }
    String before = text.substring(0, offset);
    int line = 1 + (int) before.chars().filter(c -> c == '\n').count();
    int start = before.lastIndexOf('\n') + 1;
    int column = 1 + before.codePointCount(start, offset);
    return file.problemWithin(rule, number, field, line, column, message);
  }

  /** Adds problems of what is generated from the document. */
  void addAll(List<FleetProblem> found) {
    int room = Math.min(MOST_PROBLEMS - problems.size(), found.size());
    problems.addAll(found.subList(0, room));
    unlisted += found.size() - room;
  }

  /**
   * Returns the place of a place within a field's text, such as {@code web.yaml:12:7}.
   *
   * @param field as in a problem, such as {@code spec.sources[0].path}
   */
  String placeWithin(String field, int line, int column) {
    return file.placeWithin(number, written.apply(field), line, column);
  }

  /** Returns its place and content, for comparison with later readings. */
  FleetDocuments.Document summary() {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(root.toString().getBytes(UTF_8));
      return new FleetDocuments.Document(
          file.name(),
          HexFormat.of().formatHex(digest, 0, 16),
          root.at("/spec/clusters").has("selector"),
          Optional.empty(),
          Optional.empty());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  boolean isValid() {
    return problems.isEmpty();
  }

  /** Returns the first problems, and one that counts the others. */
  List<FleetProblem> problems() {
    if (unlisted == 0) {
      return List.copyOf(problems);
    }
    List<FleetProblem> listed = new ArrayList<>(problems);
    listed.add(
        located(
            problems.getLast().rule(),
            "metadata.name",
            "the document has %d more problems: correct the others first".formatted(unlisted)));
    return listed;
  }

  /** Returns the place of a field, such as {@code web.yaml:4}. */
  String place(String field) {
    return file.place(number, field);
  }

  /** Returns the place of the document's name, such as {@code web.yaml:4}. */
  String place() {
    return file.place(number, "metadata.name");
  }
}
