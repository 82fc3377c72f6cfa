package dev.sluice.receiver.payload;

import dev.sluice.contract.event.CommitSummary;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Names of the fields that describe a commit to people: in the document, or in the elements of a
 * list of commits.
 *
 * @param author fields with the author's name, in order of preference
 * @param links fields with a page at the forge, in order of preference
 */
record PushedCommit(String id, String message, List<String> author, List<String> links) {

  /** Returns the names of all fields, each after a prefix. */
  String[] fields(String prefix) {
    return Stream.of(List.of(id, message), author, links)
        .flatMap(List::stream)
        .map(prefix::concat)
        .toArray(String[]::new);
  }

  /** Returns the description in the document, or in an element of a list. */
  Optional<CommitSummary> in(JsonFields fields, String prefix) {
    return CommitSummary.of(
        fields.shown(prefix + message),
        author.stream().flatMap(name -> person(fields, prefix + name).stream()).findFirst(),
        links.stream()
            .flatMap(link -> fields.shown(prefix + link).flatMap(WebAddress::of).stream())
            .findFirst());
  }

  /** Returns the description of the commit with an id, if the list has it. */
  Optional<CommitSummary> among(JsonFields fields, String list, Optional<String> sought) {
    return sought.flatMap(
        hex ->
            fields.shownList(list).stream()
                .filter(commit -> commit.shown(id).filter(hex::equalsIgnoreCase).isPresent())
                .findFirst()
                .flatMap(commit -> in(commit, "")));
  }

  /** Returns a name without the address that Git appends to it. */
  private static Optional<String> person(JsonFields fields, String field) {
    return fields
        .shown(field)
        .map(name -> name.replaceFirst("<[^<>]{0,1000}>\\s{0,10}$", "").strip())
        .filter(name -> !name.isEmpty());
  }
}
