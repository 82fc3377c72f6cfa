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
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The four meanings of doing something again, each under its own name. */
@Command(
    name = "replay",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "re-evaluate|resync|restore|rebuild",
    description =
        "Asks for something again, of applications that are selected by name, cluster, repository,"
            + " or by when something happened to them.")
final class ReplayVerb implements Runnable {

  private static final List<Column> ANSWERS =
      List.of(Column.of("APPLICATION", "/application"), Column.of("ANSWER", "/message"));

  private ReplayVerb() {}

  static CommandLine with(Terminal terminal) {
    return new CommandLine(new ReplayVerb())
        .addSubcommand(new Reevaluate(terminal))
        .addSubcommand(new Resync(terminal))
        .addSubcommand(new Restore(terminal))
        .addSubcommand(new Rebuild(terminal));
  }

  @Override
  public void run() {
    throw new ExitException(2, "expected replay re-evaluate, resync, restore or rebuild");
  }

  /** What the meanings share: selection by time and offset. */
  abstract static class Replaying extends CommandVerbs.Commanding {

    @Option(
        names = "--since",
        paramLabel = "TIME",
        description = "only what something happened to from this time on, ISO 8601")
    private Optional<String> since = Optional.empty();

    @Option(names = "--until", paramLabel = "TIME", description = "the same, before this time")
    private Optional<String> until = Optional.empty();

    @Option(
        names = "--offsets",
        paramLabel = "PARTITION:FROM-TO",
        description = "the same, by position in the topic of changes")
    private Optional<String> offsets = Optional.empty();

    Replaying(Terminal terminal) {
      super(terminal);
    }

    @Override
    boolean isSelective() {
      return super.isSelective() || since.isPresent() || until.isPresent() || offsets.isPresent();
    }

    @Override
    void select(ObjectNode body) {
      super.select(body);
      since.ifPresent(time -> body.put("since", time));
      until.ifPresent(time -> body.put("until", time));
      offsets.ifPresent(range -> body.put("offsets", range));
    }
  }

  @Command(name = "re-evaluate", description = "Looks at Git again; what differs is sent.")
  static final class Reevaluate extends Replaying {

    Reevaluate(Terminal terminal) {
      super(terminal);
    }

    @Override
    void ask(ObjectNode body) {
      body.set("command", kind("re-evaluate"));
    }
  }

  @Command(
      name = "resync",
      description = "Sends the current inputs as a new generation, though nothing differs.")
  static final class Resync extends Replaying {

    Resync(Terminal terminal) {
      super(terminal);
    }

    @Override
    void ask(ObjectNode body) {
      body.set("command", kind("resync"));
    }
  }

  @Command(
      name = "restore",
      description =
          "Sends the inputs of an older commit as a new generation, and keeps to them until it is"
              + " resumed.")
  static final class Restore extends Replaying {

    @Option(
        names = "--at",
        required = true,
        paramLabel = "TIME|COMMIT",
        description =
            "a whole commit id of the first source, or a time (ISO 8601): then each cluster gets"
                + " the commit that it held at that time")
    private String at = "";

    Restore(Terminal terminal) {
      super(terminal);
    }

    @Override
    void ask(ObjectNode body) {
      if (at.matches("[0-9a-f]{40}|[0-9a-f]{64}")) {
        body.set("command", kind("restore").put("commit", at));
      } else if (at.contains("T")) {
        body.put("restoreAt", at);
      } else {
        throw new ExitException(
            2, "expected --at a whole commit id, or a time such as 2026-01-31T02:00:00Z");
      }
    }
  }

  @Command(
      name = "rebuild",
      description =
          "Recomputes what the dispatcher remembers of applications, from the topic of changes and"
              + " from Git, and says whether it is the same. Sends nothing. Exits with 1 if"
              + " something differs or could not be compared, with 5 when the time is up.")
  static final class Rebuild extends Replaying {

    @Option(names = "--timeout", paramLabel = "TIME", description = "such as 5m (default: 5m)")
    private String timeout = "5m";

    Rebuild(Terminal terminal) {
      super(terminal);
    }

    @Override
    void ask(ObjectNode body) {
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
        // nobody counts it down: this is the pace, and an interrupt ends it
        new CountDownLatch(1).await(duration.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ExitException(1, "interrupted; what was commanded will be answered all the same");
      }
    }
  }
}
