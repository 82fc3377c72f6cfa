package dev.sluice.standalone.client.audit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.standalone.client.output.Column;
import dev.sluice.standalone.client.output.Column.Shape;
import java.util.List;
import java.util.stream.Stream;

/** Question that {@code sluice audit} answers, named as it is typed. */
public enum AuditQuestion {
  running,
  delivered,
  failures,
  commands;

  private static final List<String> ORIGIN =
      List.of(
          "pushedBy",
          "author",
          "approvedBy",
          "approval",
          "mergedBy",
          "request",
          "title",
          "url",
          "through");

  private static final List<Column> BROUGHT =
      List.of(
          Column.of("PUSHED BY", "/pushedBy"),
          Column.of("AUTHOR", "/author"),
          Column.of("APPROVED BY", "/approvedBy"),
          Column.wide("APPROVAL", "/approval"),
          Column.of("MERGED BY", "/mergedBy"),
          Column.of("REQUEST", Shape.FIXED, "/request"),
          Column.of("TITLE", Shape.TEXT, "/title"),
          Column.wide("URL", "/url"));

  private static final Column CLUSTER = Column.of("CLUSTER", Shape.KEY, "/cluster");
  private static final Column APPLICATION = Column.of("APPLICATION", Shape.KEY, "/application");
  private static final Column GENERATION =
      Column.of("GENERATION", Shape.FIXED, "/generation").onlyWide();
  private static final Column COMMIT = Column.commit("COMMIT", "/commit");
  private static final Column BROUGHT_COMMIT =
      Column.of("COMMIT", Shape.FIXED, AuditQuestion::broughtCommit);
  private static final Column AGE = Column.age("AGE", "/at");
  private static final Column AT = Column.wide("AT", "/at");

  /** Returns the fields of an answer, as in JSON and CSV. */
  public List<String> fields() {
    return switch (this) {
      case running ->
          joined(List.of("cluster", "application", "generation", "commit", "at"), ORIGIN);
      case delivered ->
          joined(List.of("at", "cluster", "application", "generation", "commit"), ORIGIN);
      case failures ->
          List.of(
              "at",
              "cluster",
              "application",
              "generation",
              "commit",
              "cause",
              "attempts",
              "endedAt",
              "ended",
              "endedBy",
              "endedWhy",
              "message",
              "entry");
      case commands ->
          List.of(
              "at",
              "by",
              "command",
              "application",
              "clusters",
              "accepted",
              "reason",
              "answer",
              "role",
              "address",
              "program",
              "id");
    };
  }

  /** Returns the columns of the table. */
  public List<Column> columns() {
    return switch (this) {
      case running ->
          joined(
              List.of(
                  CLUSTER,
                  APPLICATION,
                  GENERATION,
                  BROUGHT_COMMIT,
                  Column.age("SINCE", "/at"),
                  Column.wide("APPLIED", "/at")),
              BROUGHT);
      case delivered ->
          joined(List.of(AGE, AT, CLUSTER, APPLICATION, GENERATION, BROUGHT_COMMIT), BROUGHT);
      case failures ->
          List.of(
              Column.age("OPENED", "/at"),
              AT,
              CLUSTER,
              APPLICATION,
              GENERATION,
              COMMIT,
              Column.of("CAUSE", "/cause"),
              Column.of("ATTEMPTS", Shape.FIXED, "/attempts"),
              Column.age("ENDED", "/endedAt"),
              Column.wide("ENDED AT", "/endedAt"),
              Column.of("HOW", Shape.FIXED, "/ended"),
              Column.of("BY", "/endedBy"),
              Column.wide("WHY", "/endedWhy"),
              Column.of("MESSAGE", Shape.TEXT, "/message"),
              Column.wide("ENTRY", "/entry"));
      case commands ->
          List.of(
              AGE,
              AT,
              Column.of("BY", "/by"),
              Column.of("COMMAND", Shape.FIXED, "/command"),
              APPLICATION,
              Column.of("CLUSTERS", "/clusters"),
              Column.of("ACCEPTED", Shape.FIXED, "/accepted"),
              Column.of("REASON", Shape.TEXT, "/reason"),
              Column.of("ANSWER", Shape.TEXT, "/answer"),
              Column.wide("ROLE", "/role"),
              Column.wide("ADDRESS", "/address"),
              Column.wide("PROGRAM", "/program"),
              Column.wide("ID", "/id"));
    };
  }

  /** Returns the column that the format {@code name} shows. */
  public Column named() {
    return switch (this) {
      case running, delivered -> APPLICATION;
      case failures -> Column.wide("ENTRY", "/entry");
      case commands -> Column.wide("ID", "/id");
    };
  }

  /**
   * Returns the commit that the people of a row brought: of another source than the first with the
   * last part of its repository's name.
   */
  private static String broughtCommit(JsonNode row) {
    if (!row.hasNonNull("through")) {
      return Column.abbreviated(Column.text(row.path("commit")));
    }
    String through = row.get("through").asText();
    int at = through.lastIndexOf('@');
    return through.substring(through.lastIndexOf('/', at) + 1, at + 1)
        + Column.abbreviated(through.substring(at + 1));
  }

  private static <T> List<T> joined(List<T> first, List<T> more) {
    return Stream.concat(first.stream(), more.stream()).toList();
  }
}
