package dev.sluice.standalone.client.output;

import static dev.sluice.standalone.client.output.Column.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Formatter of the API's answers about changes of the definitions of applications. */
public final class DefinitionChanges {

  private static final int MOST_FIELDS = 10;
  private static final String REMOVED = "definition-removed";

  private DefinitionChanges() {}

  /** Returns whether a change is about a definition. */
  public static boolean isOne(JsonNode change) {
    return text(change.path("type")).startsWith("definition-");
  }

  /**
   * Returns the rows of a list of changes.
   *
   * @param generations of the application, which name the changes among their causes
   */
  public static List<JsonNode> rows(List<JsonNode> changes, List<JsonNode> generations) {
    return changes.stream()
        .filter(DefinitionChanges::isOne)
        .map(
            change -> {
              ObjectNode row = JsonNodeFactory.instance.objectNode();
              row.set("at", change.path("at"));
              row.put("generations", generations(change, generations));
              row.put("file", joined(documents(change).map(one -> text(one.path("file")))));
              row.put("by", joined(documents(change).map(DefinitionChanges::person)));
              row.put("commit", joined(documents(change).map(DefinitionChanges::commit)));
              row.put(
                  "request",
                  joined(
                      documents(change)
                          .filter(one -> one.hasNonNull("request"))
                          .map(one -> request(one.get("request")))));
              row.put("change", summary(change));
              return (JsonNode) row;
            })
        .toList();
  }

  /** Describes a change: the files with who changed them, and what was changed. */
  public static List<Fact> facts(JsonNode change) {
    if (!change.hasNonNull("definition")) {
      return List.of();
    }
    List<String> what = isWhole(change) ? List.of(summary(change)) : fields(change);
    List<Fact> facts = new ArrayList<>();
    Stream.concat(documents(change).map(DefinitionChanges::of), what.stream())
        .forEach(line -> facts.add(new Fact(facts.isEmpty() ? "fleet" : "", line)));
    return facts;
  }

  /** Describes the files of a change with who changed them, below a line about the fleet. */
  public static List<Fact> files(JsonNode change) {
    return documents(change).map(document -> new Fact("", of(document))).toList();
  }

  private static String of(JsonNode document) {
    String file =
        document.hasNonNull("repository")
            ? "%s of %s".formatted(text(document.get("file")), text(document.get("repository")))
            : text(document.path("file"));
    String owner =
        document.hasNonNull("owner")
            ? "owned by %s, modified at %s"
                .formatted(text(document.get("owner")), text(document.path("modifiedAt")))
            : "deleted";
    return switch (text(document.path("kind"))) {
      case "commit" ->
          document.hasNonNull("author")
              ? "%s changed by %s in %s (%s)%s"
                  .formatted(
                      file,
                      text(document.get("author")),
                      commit(document),
                      text(document.path("subject")),
                      document.hasNonNull("request") ? ", " + request(document.get("request")) : "")
              : "%s as in %s; the clone lacks the commit that changed it"
                  .formatted(file, commit(document));
      case "uncommitted" -> "%s, an uncommitted change: the file is %s".formatted(file, owner);
      default -> "%s: the file is %s".formatted(file, owner);
    };
  }

  /** Describes the merge request that brought a commit, with the people. */
  private static String request(JsonNode request) {
    StringBuilder all = new StringBuilder("#" + text(request.get("request")));
    for (Map.Entry<String, String> person :
        List.of(
            Map.entry("author", " by "),
            Map.entry("approvedBy", ", approved by "),
            Map.entry("mergedBy", ", merged by "),
            Map.entry("url", ": "))) {
      if (request.hasNonNull(person.getKey())) {
        all.append(person.getValue()).append(text(request.get(person.getKey())));
      }
    }
    return all.toString();
  }

  /** Describes a change in one line. */
  private static String summary(JsonNode change) {
    if (!change.hasNonNull("definition")) {
      return text(change.path("type"));
    }
    if (text(change.path("type")).equals(REMOVED)) {
      return "removed, from clusters " + value(change, "clusters", "before");
    }
    return isNew(change)
        ? "defined, for clusters " + value(change, "clusters", "after")
        : String.join("; ", fields(change));
  }

  private static List<String> fields(JsonNode change) {
    JsonNode fields = change.at("/definition/fields");
    List<String> lines =
        fields
            .valueStream()
            .limit(MOST_FIELDS)
            .map(
                field ->
                    "%s %s -> %s"
                        .formatted(
                            text(field.path("field")),
                            text(field.path("before")),
                            text(field.path("after"))))
            .collect(Collectors.toCollection(ArrayList::new));
    long more = fields.size() - lines.size() + change.at("/definition/omitted").asLong();
    if (more > 0) {
      lines.add("further fields: " + more);
    }
    return lines;
  }

  /** Returns whether the application is new or removed. */
  private static boolean isWhole(JsonNode change) {
    return isNew(change) || text(change.path("type")).equals(REMOVED);
  }

  private static boolean isNew(JsonNode change) {
    return change.at("/definition/fields").valueStream().noneMatch(one -> one.hasNonNull("before"));
  }

  private static String value(JsonNode change, String field, String side) {
    return change
        .at("/definition/fields")
        .valueStream()
        .filter(one -> text(one.path("field")).equals(field))
        .map(one -> text(one.path(side)))
        .findFirst()
        .orElse("-");
  }

  private static String generations(JsonNode change, List<JsonNode> generations) {
    return joined(
        generations.stream()
            .filter(
                one ->
                    one.path("causes").valueStream().anyMatch(id -> id.equals(change.path("id"))))
            .map(one -> text(one.path("cluster")) + " " + text(one.path("generation"))));
  }

  /** Returns the documents of the fleet that a change is by. */
  public static Stream<JsonNode> documents(JsonNode change) {
    return change.at("/definition/documents").valueStream();
  }

  private static String person(JsonNode document) {
    return text(document.path(document.hasNonNull("author") ? "author" : "owner"));
  }

  private static String commit(JsonNode document) {
    if (text(document.path("kind")).equals("uncommitted")) {
      return "uncommitted";
    }
    return Column.abbreviated(text(document.path("commit")));
  }

  private static String joined(Stream<String> texts) {
    String all =
        texts
            .filter(text -> !Objects.equals(text, "-"))
            .distinct()
            .collect(Collectors.joining(", "));
    return all.isEmpty() ? "-" : all;
  }
}
