package dev.sluice.dispatcher.fleet;

import java.util.Locale;

/** Kind of a problem in the fleet's documents. Its id is stable: reports and baselines have it. */
public enum FleetRule {
  INVALID_YAML(
      "The file is not valid YAML",
      "Correct the syntax where the parser stopped. No document of the file counts until then. A"
          + " key may be in a mapping only once."),
  INVALID_FILE(
      "The file is not accepted",
      "Save the file as UTF-8, with at most 3 MiB and 400,000 values, nested at most 100 levels"
          + " deep with its aliases expanded. Delete a file that is empty."),
  UNREADABLE(
      "The file or directory cannot be read",
      "Make it readable for the user that runs Sluice, and run the command again."),
  NO_DOCUMENTS(
      "The directory has no documents",
      "Name the directory that has the fleet's *.yaml and *.yml files."),
  UNKNOWN_KIND(
      "The document is of an unknown kind or version",
      "Write apiVersion: sluice.dev/v1 and kind: Repository, Cluster, Project, Application,"
          + " ApplicationSet or FleetInclude. Keep other YAML files outside of the fleet's"
          + " directory."),
  UNKNOWN_FIELD(
      "The field is not known",
      "Correct the spelling or the indentation of the field: the message lists the fields that are"
          + " known here."),
  MISSING_FIELD("A required field is missing", "Add the field that the message names."),
  WRONG_TYPE(
      "The value has the wrong type",
      "Write a value of the type that the message names. Quote a string that looks like a number,"
          + " a boolean or nothing."),
  INVALID_VALUE("The value is not accepted", "Write a value of the form that the message names."),
  CONFLICTING_FIELDS(
      "The fields contradict each other",
      "Keep the fields that apply, and remove the ones that have no meaning beside them."),
  DUPLICATE_NAME(
      "Two documents have the same name",
      "Rename or remove one of the two. Both are refused until then."),
  UNKNOWN_REFERENCE(
      "The document that is referred to does not exist",
      "Correct the name, add the document, or correct that document if it has problems of its"
          + " own."),
  DEPENDENCY_CYCLE(
      "Applications depend on each other in a circle",
      "Remove one of the dependencies that the message names: none of these applications would ever"
          + " be sent."),
  NO_CLUSTER(
      "The selector selects no cluster",
      "Correct the labels of the selector or of the clusters. To take an application out of its"
          + " clusters, remove its document."),
  OUTSIDE_PROJECT(
      "The application reaches outside of its project",
      "Change the application, or extend the bounds of its Project.");

  private final String title;
  private final String help;

  FleetRule(String title, String help) {
    this.title = title;
    this.help = help;
  }

  /** Returns the name in reports, such as {@code unknown-field}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Returns what is wrong, in a few words. */
  public String title() {
    return title;
  }

  /** Returns how to repair it. */
  public String help() {
    return help;
  }
}
