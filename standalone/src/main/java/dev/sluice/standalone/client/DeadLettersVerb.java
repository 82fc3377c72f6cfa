package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.json.Json;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.client.Api.Query;
import dev.sluice.standalone.client.output.Listings;
import dev.sluice.standalone.client.output.Problems;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "dead-letters",
    description =
        "Lists dead letters, shows one in full (show ENTRY), syncs their applications again"
            + " (retry), or closes them without a sync (discard).")
final class DeadLettersVerb extends Verb {

  private static final int ALL = 100_000;
  private static final int RATE = 50;
  private static final Duration SECOND = Duration.ofSeconds(1);

  @Parameters(index = "0", paramLabel = "list|show|retry|discard", description = "the action")
  private String action = "";

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "ENTRY",
      description = "ids of dead letters")
  private List<String> entries = new ArrayList<>();

  @Mixin private final Selection selection = new Selection();

  @Option(
      names = "--cause",
      paramLabel = "CODE",
      description = "only with this cause, such as Invalid")
  private Optional<String> cause = Optional.empty();

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "only opened at or after this time (ISO 8601)")
  private Optional<String> since = Optional.empty();

  @Option(
      names = "--until",
      paramLabel = "TIME",
      description = "only opened before this time (ISO 8601)")
  private Optional<String> until = Optional.empty();

  @Option(names = "--all", description = "list closed ones too")
  private boolean all;

  @Option(names = "--everything", description = "retry or discard all open dead letters")
  private boolean everything;

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      description = "why; required by retry and discard, and recorded in the audit")
  private Optional<String> reason = Optional.empty();

  @Option(names = "--dry-run", description = "print what would be commanded, and do nothing")
  private boolean dryRun;

  @Option(
      names = "--no-wait",
      description = "do not wait for the dispatcher's answers, nor for what is sent")
  private boolean noWait;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "retry or discard at most this many a second (default: 50)")
  private int rate = RATE;

  DeadLettersVerb(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(Api api, Printer printer) {
    Action chosen = action();
    check(chosen);
    return switch (chosen) {
      case LIST -> list(api, printer);
      case SHOW -> {
        show(api, printer);
        yield 0;
      }
      case RETRY, DISCARD -> act(api, printer);
    };
  }

  private int list(Api api, Printer printer) {
    List<JsonNode> letters = api.all("/api/v1/dead-letters", selection(all ? "all" : "open"), ALL);
    printer.list(letters, all ? Listings.ALL_DEAD_LETTERS : Listings.DEAD_LETTERS);
    return letters.isEmpty()
        ? new Existence(api, printer)
            .applications(selection.applications(), letters)
            .clusters(selection.clusters())
            .code()
        : 0;
  }

  private enum Action {
    LIST,
    SHOW,
    RETRY,
    DISCARD
  }

  private Action action() {
    return Arrays.stream(Action.values())
        .filter(one -> one.name().toLowerCase(Locale.ROOT).equals(action))
        .findFirst()
        .orElseThrow(() -> new ExitException(2, "expected list, show, retry or discard"));
  }

  /** Refuses options that the action ignores: a retry must reach exactly what was selected. */
  private void check(Action chosen) {
    boolean acts = chosen == Action.RETRY || chosen == Action.DISCARD;
    if (!acts && (everything || dryRun || reason.isPresent() || rate != RATE)) {
      throw new ExitException(
          2, "--everything, --reason, --dry-run and --rate are for retry and discard");
    }
    if (all && chosen != Action.LIST) {
      throw new ExitException(2, "--all is for list");
    }
    if (!entries.isEmpty() && chosen == Action.LIST) {
      throw new ExitException(2, "list takes no ENTRY: see show");
    }
    if (entries.isEmpty() && chosen == Action.SHOW) {
      throw new ExitException(2, "show needs an ENTRY");
    }
    if ((isSelective() || everything) && !entries.isEmpty()) {
      throw new ExitException(2, "give either entries or a selection");
    }
    if (isSelective() && (everything || chosen == Action.SHOW)) {
      throw new ExitException(2, "a selection goes with list, retry and discard, not --everything");
    }
  }

  private boolean isSelective() {
    return !selection.isAll() || cause.isPresent() || since.isPresent() || until.isPresent();
  }

  private void show(Api api, Printer printer) {
    boolean isFirst = true;
    for (String entry : entries) {
      List<JsonNode> found =
          api.all("/api/v1/dead-letters", new Query().with("entry", Optional.of(entry)), 1);
      if (found.isEmpty()) {
        throw new ExitException(1, "there is no dead letter " + entry);
      }
      JsonNode letter = found.getFirst();
      if (printer.isRaw()) {
        printer.raw(letter);
      } else if (printer.isName()) {
        printer.line(entry);
      } else {
        if (!isFirst) {
          printer.line("");
        }
        printer.facts(Problems.ofDeadLetter(letter, printer.times()));
        deletions(api, letter, printer);
      }
      isFirst = false;
    }
  }

  /** Prints the deletions that an open dead letter holds until somebody approves them. */
  private static void deletions(Api api, JsonNode letter, Printer printer) {
    if (!letter.hasNonNull("application") || letter.hasNonNull("closedAt")) {
      return;
    }
    api.find("/api/v1/applications/" + Api.encoded(letter.get("application").asText())).stream()
        .flatMap(detail -> detail.get("plans").valueStream())
        .filter(held -> held.get("cluster").equals(letter.get("cluster")))
        .map(held -> held.get("plan"))
        .filter(plan -> plan.get("generation").equals(letter.get("generation")))
        .forEach(
            plan -> {
              printer.line("");
              printer.line("deletions that wait for an approval (sluice approve):");
              printer.list(plan.get("deletions").valueStream().toList(), ApproveVerb.DELETIONS);
            });
  }

  /**
   * Sends one request a second, so that an interrupt leaves the rest uncommanded. Returns 1 if an
   * entry was skipped.
   */
  private int act(Api api, Printer printer) {
    if (reason.isEmpty() || rate < 1) {
      throw new ExitException(2, "give --reason TEXT, and a --rate of at least 1");
    }
    List<String> chosen = chosen(api);
    List<JsonNode> commands = new ArrayList<>();
    int skipped = 0;
    try (Progress progress = progress(action, chosen.size())) {
      for (int from = 0; from < chosen.size(); from += rate) {
        if (from > 0 && !dryRun) {
          Deadline.pause(SECOND, "interrupted; what is not listed was not commanded");
          api.renew();
        }
        ObjectNode body = Json.mapper().createObjectNode().put("action", action);
        body.set(
            "entries",
            Json.mapper().valueToTree(chosen.subList(from, Math.min(from + rate, chosen.size()))));
        body.put("reason", reason.get()).put("dryRun", dryRun);
        JsonNode plan =
            api.post("/api/v1/dead-letters/actions", body, UUID.randomUUID().toString());
        plan.get("skipped").forEach(one -> printer.message("skipped " + one.asText()));
        skipped += plan.get("skipped").size();
        plan.get("commands").forEach(commands::add);
        progress.done(Math.min(from + rate, chosen.size()));
      }
    }
    if (!dryRun && !noWait) {
      return Math.max(skipped == 0 ? 0 : 1, answered(api, commands, printer));
    }
    printer.list(commands, CommandAnswers.PLANNED);
    printer.message(
        (dryRun ? "dry run: nothing was commanded, %d would be" : "%d commanded")
            .formatted(commands.size()));
    return skipped == 0 ? 0 : 1;
  }

  private int answered(Api api, List<JsonNode> commands, Printer printer) {
    Deadline end = Deadline.in(timeout().orElse(CommandAnswers.LIMIT));
    List<JsonNode> answered;
    try (Progress progress = progress("answers", commands.size())) {
      answered = new CommandAnswers(api, end).await(commands, progress);
    }
    return CommandAnswers.print(answered, printer);
  }

  private List<String> chosen(Api api) {
    if (!entries.isEmpty()) {
      return entries;
    }
    if (!isSelective() && !everything) {
      throw new ExitException(2, "give entries, a selection, or --everything");
    }
    return api.all("/api/v1/dead-letters", selection("open"), ALL).stream()
        .map(letter -> letter.get("entry").asText())
        .toList();
  }

  private Query selection(String state) {
    return selection
        .query()
        .with("code", cause)
        .with("since", since)
        .with("until", until)
        .with("state", Optional.of(state));
  }
}
