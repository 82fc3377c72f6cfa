package dev.sluice.dispatcher.fleet;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** YAML document of the fleet, with its problems. */
final class FleetDocument {

  private final String file;
  private final int number;
  private final ObjectNode root;
  private final List<FleetProblem> problems = new ArrayList<>();

  FleetDocument(String file, int number, ObjectNode root) {
    this.file = file;
    this.number = number;
    this.root = root;
  }

  Fields fields() {
    return new Fields(root, "", this);
  }

  void problem(String field, String message) {
    problems.add(new FleetProblem(file, number, field, message));
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
