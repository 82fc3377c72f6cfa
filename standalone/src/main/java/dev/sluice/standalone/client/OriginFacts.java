package dev.sluice.standalone.client;

import static dev.sluice.standalone.client.output.Column.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.standalone.client.output.Column;
import dev.sluice.standalone.client.output.CommandWord;
import dev.sluice.standalone.client.output.DefinitionChanges;

/** Printer of who brought a commit, and who commanded that it was sent. */
final class OriginFacts {

  private OriginFacts() {}

  /** Prints a push or a merge with its author and its page at the forge. */
  static void change(JsonNode change, Printer printer) {
    JsonNode merge = change.path("merge");
    if (merge.isObject()) {
      printer.fact(
          "merge",
          "#%s %s, by %s, merged by %s"
              .formatted(
                  text(merge.path("number")),
                  text(change.path("title")),
                  text(merge.path("author")),
                  text(merge.path("mergedBy"))));
      link(merge, printer);
    } else if (change.hasNonNull("review")) {
      printer.fact(
          "review",
          "%s of %s #%s %s"
              .formatted(
                  text(change.at("/review/verdict")),
                  text(change.path("repository")),
                  text(change.at("/review/number")),
                  reviewer(change.path("review"))));
      link(change, printer);
    } else if (change.hasNonNull("ref")) {
      printer.fact(
          "push",
          "%s %s%s"
              .formatted(
                  text(change.path("repository")),
                  text(change.get("ref")),
                  change.hasNonNull("actor") ? " by " + text(change.get("actor")) : ""));
      if (change.hasNonNull("title") || change.hasNonNull("author")) {
        printer.fact(
            "subject",
            "%s, by %s".formatted(text(change.path("title")), text(change.path("author"))));
      }
      link(change, printer);
    } else {
      printer.fact(
          "change",
          "%s of %s, %s%s"
              .formatted(
                  text(change.path("type")),
                  text(change.path("repository")),
                  text(change.path("origin")),
                  isApproved(change) ? ", approved by " + text(change.get("actor")) : ""));
      printer.facts(DefinitionChanges.facts(change));
    }
    if (change.hasNonNull("delivery")) {
      printer.fact("delivery", text(change.get("delivery")) + ", " + text(change.path("origin")));
    }
  }

  private static void link(JsonNode item, Printer printer) {
    if (item.hasNonNull("url")) {
      printer.fact("link", text(item.get("url")));
    }
  }

  /** Prints the reviews of a merge, and whether the merged commit is the approved one. */
  static void reviews(JsonNode change, JsonNode reviews, Printer printer) {
    for (JsonNode merge : reviews) {
      if (merge.path("merge").equals(change.path("id"))) {
        for (JsonNode review : merge.get("reviews")) {
          printer.fact(
              "review",
              "%s %s, %s%s"
                  .formatted(
                      text(review.path("verdict")),
                      reviewer(review),
                      printer.times().ago(review.path("at")),
                      review.path("afterMerge").asBoolean() ? ", after the merge" : ""));
        }
        printer.fact(
            "approval",
            switch (text(merge.path("approval"))) {
              case "SAME_COMMIT" ->
                  "the merged commit %s is the approved one".formatted(commit(merge));
              case "OTHER_COMMIT" ->
                  "the merged commit %s is not the approved one".formatted(commit(merge));
              case "UNKNOWN_COMMIT" ->
                  "approved; the forge did not send which commit was approved or merged";
              default -> "none is recorded";
            });
      }
    }
  }

  private static String reviewer(JsonNode review) {
    return "by %s at %s"
        .formatted(
            review.hasNonNull("reviewer") ? text(review.get("reviewer")) : "the forge",
            commit(review));
  }

  /** Returns the first digits of the commit in an answer. */
  private static String commit(JsonNode item) {
    return Column.abbreviated(text(item.path("commit")));
  }

  /** Returns whether an administrator approved what a revision of the fleet took out. */
  private static boolean isApproved(JsonNode change) {
    return change.hasNonNull("actor") && text(change.path("type")).startsWith("definition-");
  }

  /** Prints a command with the operator's reason. */
  static void command(JsonNode command, Printer printer) {
    printer.fact(
        "command",
        "%s by %s %s: %s"
            .formatted(
                CommandWord.of(command),
                text(command.path("by")),
                printer.times().ago(command.path("at")),
                text(command.path("reason"))));
  }
}
