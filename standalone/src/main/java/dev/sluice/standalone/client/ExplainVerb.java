package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.standalone.client.Api.Query;
import dev.sluice.standalone.client.output.Column;
import dev.sluice.standalone.client.output.Column.Shape;
import dev.sluice.standalone.client.output.CommandWord;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "explain",
    description = "Shows which applications a commit affected, which it did not, and why.")
final class ExplainVerb extends Verb {

  private static final List<Column> AFFECTED =
      List.of(
          Column.of("APPLICATION", Shape.KEY, "/application"),
          Column.of("CLUSTER", Shape.KEY, "/cluster"),
          Column.of("GENERATION", Shape.FIXED, "/generation"),
          Column.of("OUTCOME", Shape.STATE, "/outcome"),
          Column.age("AGE", "/outcomeAt"),
          Column.wide("AT", "/outcomeAt"),
          Column.wide("SUPERSEDED BY", "/supersededBy"),
          Column.wide("ATTEMPTS", "/attempts"),
          Column.of("REASON", "/reason"),
          Column.wide("MESSAGE", "/message"));
  private static final List<Column> UNAFFECTED =
      List.of(
          Column.of("NOT SENT", Shape.KEY, "/application"),
          Column.of("CLUSTER", Shape.KEY, "/cluster"),
          Column.of("WHY", Shape.TEXT, "/why"));

  @Parameters(paramLabel = "COMMIT", description = "a commit id, or its first seven digits or more")
  private String commit = "";

  ExplainVerb(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(Api api, Printer printer) {
    JsonNode explanation = api.get("/api/v1/commits/" + CommitEffects.digits(commit), new Query());
    if (printer.isRaw()) {
      printer.raw(explanation);
      return 0;
    }
    if (printer.isName()) {
      printer.list(items(explanation, "affected"), AFFECTED);
      return 0;
    }
    printer.fact("commit", explanation.get("commit").asText());
    for (JsonNode change : items(explanation, "changes")) {
      OriginFacts.change(change, printer);
      OriginFacts.reviews(change, explanation.path("reviews"), printer);
    }
    List<JsonNode> commands = items(explanation, "commands");
    commands.forEach(command -> OriginFacts.command(command, printer));
    printer.line("");
    printer.list(CommandWord.inReasons(items(explanation, "affected"), commands), AFFECTED);
    HistoryVerb.failures(items(explanation, "affected"), printer);
    if (!explanation.get("unaffected").isEmpty()) {
      printer.line("");
      printer.list(items(explanation, "unaffected"), UNAFFECTED);
    }
    return 0;
  }

  private static List<JsonNode> items(JsonNode answer, String name) {
    List<JsonNode> items = new ArrayList<>();
    answer.get(name).forEach(items::add);
    return items;
  }
}
