package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.yaml.Allowance;
import dev.sluice.dispatcher.generate.GeneratorTrees;
import dev.sluice.inputs.git.MirrorException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Documents in the directory of a FleetInclude.
 *
 * @param documents with their own problems
 * @param applications headers of the documents of applications
 * @param sets headers of the documents of ApplicationSets
 * @param problems of files, and of the whole directory
 * @param isComplete whether no document is missing; otherwise no application may count as removed
 */
record IncludedDocuments(
    List<FleetDocument> documents,
    List<DocumentHeader> applications,
    List<DocumentHeader> sets,
    List<FleetProblem> problems,
    boolean isComplete) {

  private static final Set<String> KINDS = Set.of("Application", "ApplicationSet");
  private static final int MOST_DOCUMENTS = 1_000;
  private static final int MOST_SETS = 50;

  IncludedDocuments {
    documents = List.copyOf(documents);
    applications = List.copyOf(applications);
    sets = List.copyOf(sets);
    problems = List.copyOf(problems);
  }

  /**
   * Reads the documents. Does not throw for their content.
   *
   * @throws MirrorException if the mirror is broken
   */
  static IncludedDocuments read(IncludeDocument include, GeneratorTrees.Answer.At at) {
    FleetFiles.Content content =
        FleetFiles.read(
            include.location(),
            () ->
                CommittedFiles.of(
                    at.tree(),
                    at.commit(),
                    include.path(),
                    include.prefix() + (include.path().isEmpty() ? "" : include.path() + "/"),
                    Allowance.MAX_INCLUDE >> 20),
            Allowance.ofInclude());
    List<FleetProblem> problems = new ArrayList<>(content.unreadable());
    int count = content.documents().size();
    if (count > MOST_DOCUMENTS) {
      problems.add(tooMany(include, count, "documents", MOST_DOCUMENTS));
      return new IncludedDocuments(List.of(), List.of(), List.of(), problems, false);
    }
    if (count == 0 && problems.isEmpty() && !include.policy().allowEmpty()) {
      problems.add(
          FleetProblem.of(
              FleetRule.NO_DOCUMENTS,
              include.location(),
              "holds no documents (*.yaml, *.yml), and no application is removed: remove the"
                  + " FleetInclude, or set its policy.allowEmpty"));
    }
    DocumentHeader.All headers = DocumentHeader.read(content.documents(), IncludedDocuments::kind);
    List<DocumentHeader> sets = headers.of("ApplicationSet");
    if (sets.size() > MOST_SETS) {
      problems.add(tooMany(include, sets.size(), "ApplicationSets", MOST_SETS));
    }
    return new IncludedDocuments(
        content.documents(),
        headers.of("Application"),
        sets.subList(0, Math.min(MOST_SETS, sets.size())),
        problems,
        problems.isEmpty() && headers.isComplete());
  }

  private static FleetProblem tooMany(
      IncludeDocument include, int count, String what, int allowed) {
    return FleetProblem.of(
        FleetRule.INVALID_FILE,
        include.location(),
        "has %d %s, and %d are allowed".formatted(count, what, allowed));
  }

  private static String kind(String text) {
    if (!KINDS.contains(text)) {
      throw new IllegalArgumentException(
          "must be Application or ApplicationSet in the directory of a FleetInclude, not '%s'"
              .formatted(text));
    }
    return text;
  }
}
