package dev.sluice.standalone.client.output;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.standalone.client.output.Column.Shape;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Columns of the lists of applications, dead letters, changes, clusters and repositories. */
public final class Listings {

  public static final List<Column> APPLICATIONS =
      List.of(
          Column.of("APPLICATION", Shape.KEY, "/application"),
          Column.of("CLUSTER", Shape.KEY, "/cluster"),
          Column.of("SYNC", Shape.STATE, "/sync"),
          Column.of("HEALTH", Shape.STATE, "/health/value"),
          Column.of("HELD", Shape.STATE, Listings::held),
          Column.of("BEHIND", Shape.FIXED, Listings::behind),
          Column.wide("GENERATION", "/generation"),
          Column.commit("COMMIT", "/commit"),
          Column.commit("APPLIED", "/applied/commit").onlyWide(),
          Column.age("AGE", "/since"),
          Column.of("CAUSE", "/code"),
          Column.wide("PHASE", "/phase"),
          Column.wide("SINCE", "/since"),
          Column.wide("DRIFTED BY", "/drift/by"),
          Column.wide("RENDERED BY", "/applied/renderer"),
          Column.wide("UNHEALTHY", "/health/reason"),
          Column.wide("MESSAGE", "/message"));

  public static final List<Column> DEAD_LETTERS =
      deadLetters(Column.wide("CLOSED", "/closedReason"));

  /** The columns of a list that has closed dead letters too. */
  public static final List<Column> ALL_DEAD_LETTERS =
      deadLetters(Column.of("CLOSED", "/closedReason"));

  public static final Column CHANGE_ID = Column.wide("ID", "/id");

  public static final List<Column> CHANGES =
      List.of(
          Column.age("AGE", "/at"),
          Column.of("TYPE", Shape.FIXED, "/type"),
          Column.of("REPOSITORY", "/repository"),
          Column.ref("REF", "/ref"),
          Column.commit("COMMIT", "/commit"),
          Column.of("ACTOR", "/actor"),
          Column.of("ORIGIN", "/origin"),
          Column.wide("AT", "/at"),
          Column.wide("DELIVERY", "/delivery"),
          Column.wide("TITLE", "/title"),
          CHANGE_ID);

  public static final List<Column> CLUSTERS =
      List.of(
          Column.of("CLUSTER", Shape.KEY, "/cluster"),
          Column.of("APPLICATIONS", Shape.FIXED, "/applications"),
          Column.age("LAST RESULT", "/lastResultAt"),
          Column.wide("LAST RESULT AT", "/lastResultAt"),
          Column.wide("WORKER", "/worker"),
          Column.wide("HELLO", "/helloAt"));

  /** The columns of {@link #refs}. */
  public static final List<Column> REPOSITORIES =
      List.of(
          Column.of("REPOSITORY", Shape.KEY, "/repository"),
          Column.of("APPS", Shape.FIXED, "/applications"),
          Column.ref("REF", "/followed/ref"),
          Column.commit("HEAD", "/followed/head"),
          Column.commit("EXPECTED", "/followed/expected"),
          Column.age("READ", "/followed/readAt"),
          Column.age("UNREADABLE", "/followed/unreadableSince"),
          Column.age("CHANGED", "/lastChangeAt"),
          Column.wide("LAST READ", "/followed/readAt"),
          Column.wide("UNREADABLE SINCE", "/followed/unreadableSince"),
          Column.wide("CAUSE", "/followed/unreadableCode"),
          Column.wide("RENAMED TO", "/movedTo"),
          Column.wide("WHY", "/followed/unreadableReason"),
          Column.wide("LAST CHANGE", "/lastChangeAt"));

  private Listings() {}

  /** Returns the answer to a command, followed by what was sent for it to each cluster. */
  public static String answer(JsonNode command) {
    return Stream.concat(
            Stream.of(Column.text(command.path("message"))),
            command
                .path("outcomes")
                .valueStream()
                .map(
                    outcome ->
                        outcome.get("cluster").asText() + ": " + outcome.get("message").asText()))
        .collect(Collectors.joining("; "));
  }

  private static List<Column> deadLetters(Column closed) {
    return List.of(
        Column.of("ENTRY", Shape.KEY, "/entry"),
        Column.of("CAUSE", "/code"),
        Column.wide("STAGE", "/stage"),
        Column.of("OBJECT", "/object"),
        Column.of("ATTEMPTS", Shape.FIXED, "/attempts"),
        Column.age("AGE", "/openedAt"),
        closed,
        Column.wide("OPENED", "/openedAt"),
        Column.wide("CLOSED AT", "/closedAt"),
        Column.wide("MESSAGE", "/message"));
  }

  /** Returns a row for each ref of a repository that applications follow, with its position. */
  public static Stream<JsonNode> refs(JsonNode repository) {
    if (repository.path("refs").isEmpty()) {
      return Stream.of(repository);
    }
    return repository
        .get("refs")
        .valueStream()
        .map(
            ref -> {
              ObjectNode row = repository.deepCopy();
              return row.set("followed", ref);
            });
  }

  /** Returns what keeps the revision in Git from being applied. */
  public static String held(JsonNode status) {
    String what = Column.text(status.at("/held/what"));
    JsonNode commit = status.at("/held/commit");
    return commit.isTextual() ? what + " to " + Column.abbreviated(commit.asText()) : what;
  }

  /** Returns the number of commits that are not applied; a question mark if it is unknown. */
  private static String behind(JsonNode status) {
    JsonNode behind = status.path("behind");
    return behind.isNumber() ? (behind.asLong() == 0 ? "-" : behind.asText()) : "?";
  }
}
