package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.client.Api.Query;
import dev.sluice.standalone.client.output.Column;
import dev.sluice.standalone.client.output.Column.Shape;
import dev.sluice.standalone.client.output.Observations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;

@Command(
    name = "rebuild",
    description =
        "Recomputes the dispatcher's state of the applications from the topic of changes and from"
            + " Git, and reports whether it is the same. Sends nothing. Exits with 1 if something"
            + " differs or could not be compared, with 5 when the time is up.")
final class RebuildVerb extends CommandVerbs.SelectingByHistory {

  private static final List<Column> ANSWERS =
      List.of(
          Column.of("APPLICATION", Shape.KEY, "/application"),
          Column.of("ANSWER", Shape.TEXT, "/message"));

  /** The time limit for the dispatcher's answers, unless an option states another. */
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private static final Duration POLL = Duration.ofMillis(200);

  RebuildVerb(Terminal terminal) {
    super(terminal);
  }

  @Override
  Duration limit() {
    return timeout().orElse(LIMIT);
  }

  @Override
  void command(Api api, ObjectNode body) {
    body.set("command", kind("rebuild"));
  }

  @Override
  int commanded(Api api, JsonNode plan, Printer printer) {
    Deadline end = Deadline.in(limit());
    List<JsonNode> answers = new ArrayList<>();
    try (Progress progress = progress("rebuild", plan.get("commands").size())) {
      for (JsonNode command : plan.get("commands")) {
        answers.add(answer(api, command.get("id").asText(), end));
        progress.done(answers.size());
      }
    }
    printer.list(answers, ANSWERS);
    return answers.stream()
            .allMatch(
                answer ->
                    answer.get("accepted").asBoolean()
                        && answer.get("message").asText().endsWith(": the same"))
        ? 0
        : 1;
  }

  private JsonNode answer(Api api, String id, Deadline end) {
    while (true) {
      api.renew();
      List<JsonNode> found =
          api.all("/api/v1/commands", new Query().with("id", Optional.of(id)), 1);
      if (!found.isEmpty() && found.getFirst().has("message")) {
        return found.getFirst();
      }
      if (end.isOver()) {
        throw new ExitException(
            ExitException.TIMED_OUT,
            "the dispatcher has not answered command %s within %s"
                .formatted(id, Observations.duration(limit())));
      }
      Deadline.pause(POLL, "interrupted; what was commanded will be answered all the same");
    }
  }
}
