package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.platform.config.Setting;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.client.Api.Query;
import dev.sluice.standalone.client.Printer.Column;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "rebuild",
    description =
        "Recomputes the dispatcher's state of the applications from the topic of changes and from"
            + " Git, and reports whether it is the same. Sends nothing. Exits with 1 if something"
            + " differs or could not be compared, with 5 when the time is up.")
final class RebuildVerb extends CommandVerbs.SelectingByHistory {

  private static final List<Column> ANSWERS =
      List.of(Column.of("APPLICATION", "/application"), Column.of("ANSWER", "/message"));

  @Option(names = "--timeout", paramLabel = "TIME", description = "such as 5m (default: 5m)")
  private String timeout = "5m";

  RebuildVerb(Terminal terminal) {
    super(terminal);
  }

  @Override
  void command(ObjectNode body) {
    body.set("command", kind("rebuild"));
  }

  @Override
  int commanded(Api api, JsonNode plan, Printer printer) {
    long end = System.nanoTime() + Setting.parseDuration(timeout).toNanos();
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

  private JsonNode answer(Api api, String id, long end) {
    while (true) {
      List<JsonNode> found =
          api.all("/api/v1/commands", new Query().with("id", Optional.of(id)), 1);
      if (!found.isEmpty() && found.getFirst().has("message")) {
        return found.getFirst();
      }
      if (System.nanoTime() > end) {
        throw new ExitException(
            ExitException.TIMED_OUT, "no answer within %s to %s".formatted(timeout, id));
      }
      pause(Duration.ofMillis(200));
    }
  }

  private static void pause(Duration duration) {
    try {
      // nothing counts it down: the timeout sets the pace, and an interrupt ends the wait
      new CountDownLatch(1).await(duration.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ExitException(1, "interrupted; what was commanded will be answered all the same");
    }
  }
}
