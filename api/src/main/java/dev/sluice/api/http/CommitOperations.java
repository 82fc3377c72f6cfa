package dev.sluice.api.http;

import static dev.sluice.api.http.Operation.get;

import dev.sluice.api.http.Operation.Answer;
import dev.sluice.api.readmodel.CommitOrigin;
import dev.sluice.api.readmodel.Explanation;
import dev.sluice.api.readmodel.KnownSince.History;
import dev.sluice.api.readmodel.ReadModel;
import java.util.List;

/** API operations about commits. */
final class CommitOperations {

  private CommitOperations() {}

  static List<Operation> all(ReadModel model) {
    return List.of(
        get(
            Operations.ROOT + "/commits",
            "commitOrigins",
            "Returns who pushed, reviewed and merged each of these commits, and the generations"
                + " that have it. A commit that is not known has empty lists.",
            List.of(Parameter.COMMITS),
            Answer.list(CommitOrigin.class),
            request ->
                model
                    .origins()
                    .ofCommits(
                        request.values().get(Parameter.COMMITS.name()),
                        request.principal().scope())),
        get(
            Operations.ROOT + "/commits/{commit}",
            "explain",
            "Explains a commit: for which applications it was sent, for which not, and why.",
            List.of(Parameter.PATH_COMMIT),
            Answer.one(Explanation.class),
            request ->
                model
                    .origins()
                    .explain(full(model, request), request.principal().scope())
                    .orElseThrow(() -> unknown(model, request))));
  }

  /** Returns the full id of the only commit that begins with the given digits. */
  private static String full(ReadModel model, Request request) {
    String prefix = request.required(Parameter.PATH_COMMIT);
    List<String> known = model.origins().commits(prefix, request.principal().scope());
    if (known.size() > 1 && !known.contains(prefix)) {
      throw new Problem(
          409,
          "Ambiguous",
          "several commits begin with %s: %s".formatted(prefix, String.join(", ", known)));
    }
    return known.contains(prefix)
        ? prefix
        : known.stream().findFirst().orElseThrow(() -> unknown(model, request));
  }

  /**
   * Returns the 404 for a commit. It names unreadable refs, since the commit may be on one of them.
   */
  private static Problem unknown(ReadModel model, Request request) {
    List<String> unreadable = model.origins().unreadable(request.principal().scope());
    return Problem.notFound(
        "nothing is known of commit %s".formatted(request.required(Parameter.PATH_COMMIT))
            + (unreadable.isEmpty()
                ? ""
                : "; it may be on a ref that cannot be read: " + String.join("; ", unreadable)),
        model.knownSince(History.CHANGES, History.RESULTS));
  }
}
