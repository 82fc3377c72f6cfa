package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.json.Json;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.client.output.Column;
import dev.sluice.standalone.client.output.Column.Shape;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Verbs that command applications: each sends events, which the dispatcher carries out. */
final class CommandVerbs {

  static final List<Column> PLANNED =
      List.of(
          Column.of("APPLICATION", Shape.KEY, "/application"),
          Column.of("CLUSTERS", Shape.NAME, CommandVerbs::clusters),
          Column.of("COMMAND", Shape.FIXED, CommandVerbs::verb),
          Column.of("EXPECTED", Shape.TEXT, "/expected"),
          Column.wide("ID", "/id"));

  private CommandVerbs() {}

  private static String clusters(JsonNode command) {
    return command.get("clusters").isEmpty()
        ? "-"
        : String.join(",", command.get("clusters").valueStream().map(JsonNode::asText).toList());
  }

  /** Returns the verb that sends an event's command, as it is typed. */
  static String verb(JsonNode event) {
    String kind = event.at("/command/kind").asText();
    return switch (kind) {
      case "re-evaluate" -> "sync";
      case "resync" -> "sync --force";
      case "restore" -> "rollback";
      default -> kind;
    };
  }

  /** A verb that commands a selection of applications. */
  abstract static class Commanding extends Verb {

    @Parameters(
        paramLabel = "APP",
        arity = "0..*",
        description = "names or globs of applications; '*' for all")
    private List<String> applications = new ArrayList<>();

    @Option(
        names = "--cluster",
        paramLabel = "GLOB",
        description = "only in these clusters; may be repeated (default: all)")
    private List<String> clusters = new ArrayList<>();

    @Option(
        names = "--repository",
        paramLabel = "HOST/PATH",
        description = "only applications with a source in this repository")
    private Optional<String> repository = Optional.empty();

    @Option(
        names = "--reason",
        required = true,
        paramLabel = "TEXT",
        description = "why; recorded in the audit")
    private String reason = "";

    @Option(names = "--dry-run", description = "print what would be commanded, and do nothing")
    private boolean dryRun;

    Commanding(Terminal terminal) {
      super(terminal);
    }

    /** Adds the command to the request. */
    abstract void command(Api api, ObjectNode body);

    /** Whether another option than names selects applications. */
    boolean isSelective() {
      return repository.isPresent();
    }

    /** Adds the selection of applications to the request. */
    void select(ObjectNode body) {
      body.set("applications", Json.mapper().valueToTree(applications));
      body.set("clusters", Json.mapper().valueToTree(clusters));
      repository.ifPresent(name -> body.put("repository", name));
    }

    /** Reports the commands that were sent; returns the exit code. */
    int commanded(Api api, JsonNode plan, Printer printer) {
      printer.list(plan.get("commands").valueStream().toList(), PLANNED);
      printer.message("commanded; sluice describe APP shows the answers");
      return 0;
    }

    List<String> applications() {
      return applications;
    }

    List<String> clusters() {
      return clusters;
    }

    boolean isDryRun() {
      return dryRun;
    }

    @Override
    int run(Api api, Printer printer) {
      if (applications.isEmpty()) {
        if (!isSelective()) {
          throw new ExitException(2, "give applications by name or glob; '*' for all");
        }
        applications = List.of("*");
      }
      ObjectNode body = Json.mapper().createObjectNode();
      command(api, body);
      select(body);
      body.put("reason", reason).put("dryRun", dryRun);
      JsonNode plan = api.post("/api/v1/commands", body, UUID.randomUUID().toString());
      plan.get("skipped").forEach(skipped -> printer.message("skipped " + skipped.asText()));
      if (!dryRun) {
        return Math.max(missing(plan), commanded(api, plan, printer));
      }
      printer.list(plan.get("commands").valueStream().toList(), PLANNED);
      printer.message("dry run: nothing was commanded");
      return missing(plan);
    }

    /** Returns 1 if an application or a cluster that was named gets no command. */
    private int missing(JsonNode plan) {
      Set<String> commanded = new HashSet<>();
      for (JsonNode command : plan.get("commands")) {
        commanded.add(command.get("application").asText());
        command.get("clusters").forEach(cluster -> commanded.add(cluster.asText()));
      }
      return Stream.concat(Existence.exact(applications), Existence.exact(clusters))
              .allMatch(commanded::contains)
          ? 0
          : 1;
    }

    static ObjectNode kind(String kind) {
      return Json.mapper().createObjectNode().put("kind", kind);
    }
  }

  /** A verb that can also select applications by when something happened to them. */
  abstract static class SelectingByHistory extends Commanding {

    @Option(
        names = "--since",
        paramLabel = "TIME",
        description = "only applications that an event concerned at or after this time (ISO 8601)")
    private Optional<String> since = Optional.empty();

    @Option(
        names = "--until",
        paramLabel = "TIME",
        description = "only applications that an event concerned before this time")
    private Optional<String> until = Optional.empty();

    @Option(
        names = "--offsets",
        paramLabel = "PARTITION:FROM-TO",
        description = "only applications that an event at these offsets of 'changes' concerned")
    private Optional<String> offsets = Optional.empty();

    SelectingByHistory(Terminal terminal) {
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

  @Command(
      name = "sync",
      description =
          "Evaluates Git again for the applications and sends what differs; with --force, sends"
              + " their current inputs as a new generation even if nothing differs.")
  static final class Sync extends SelectingByHistory {

    @Option(names = "--force", description = "send a new generation even if nothing differs")
    private boolean force;

    private final boolean alwaysForced;

    Sync(Terminal terminal, boolean alwaysForced) {
      super(terminal);
      this.alwaysForced = alwaysForced;
    }

    @Override
    void command(Api api, ObjectNode body) {
      body.set("command", kind(force || alwaysForced ? "resync" : "re-evaluate"));
    }
  }

  @Command(
      name = "suspend",
      description = "Stops sending to the applications until they are resumed.")
  static final class Suspend extends Commanding {

    Suspend(Terminal terminal) {
      super(terminal);
    }

    @Override
    void command(Api api, ObjectNode body) {
      body.set("command", kind("suspend"));
    }
  }

  @Command(
      name = "resume",
      description = "Ends a suspension or a pin: the applications follow Git again.")
  static final class Resume extends Commanding {

    Resume(Terminal terminal) {
      super(terminal);
    }

    @Override
    void command(Api api, ObjectNode body) {
      body.set("command", kind("resume"));
    }
  }

  @Command(
      name = "rollback",
      description =
          "Sends the inputs of an older commit as a new generation, and pins the applications to"
              + " that commit until they are resumed.")
  static final class Rollback extends SelectingByHistory {

    @Option(
        names = "--to",
        required = true,
        paramLabel = "COMMIT|TIME",
        description =
            "a commit id of the first source or its first seven digits or more, or a time (ISO"
                + " 8601): each cluster then gets the commit that it held at that time")
    private String to = "";

    Rollback(Terminal terminal) {
      super(terminal);
    }

    @Override
    void command(Api api, ObjectNode body) {
      if (to.contains("T")) {
        body.put("restoreAt", to);
      } else if (to.matches("[0-9a-fA-F]{7,64}")) {
        body.set("command", kind("restore").put("commit", CommitEffects.full(api, to)));
      } else {
        throw new ExitException(
            2,
            "expected --to a commit id, or its first seven digits or more, or a time such as"
                + " 2026-01-31T02:00:00Z");
      }
    }
  }

  /** The former spellings of {@code sync}, {@code rollback} and {@code rebuild}, for scripts. */
  @Command(
      name = "replay",
      hidden = true,
      mixinStandardHelpOptions = true,
      synopsisSubcommandLabel = "re-evaluate|resync|restore|rebuild",
      description = "Former spelling of sync, sync --force, rollback and rebuild.")
  static final class Replay implements Runnable {

    private Replay() {}

    static CommandLine with(Terminal terminal) {
      return new CommandLine(new Replay())
          .addSubcommand("re-evaluate", new Sync(terminal, false))
          .addSubcommand("resync", new Sync(terminal, true))
          .addSubcommand("restore", restore(terminal))
          .addSubcommand("rebuild", new RebuildVerb(terminal));
    }

    private static CommandLine restore(Terminal terminal) {
      CommandSpec rollback = CommandSpec.forAnnotatedObject(new Rollback(terminal));
      OptionSpec to = rollback.findOption("--to");
      rollback.remove(to).addOption(OptionSpec.builder(to).names("--at", "--to").build());
      return new CommandLine(rollback);
    }

    @Override
    public void run() {
      throw new ExitException(2, "expected sync, sync --force, rollback or rebuild");
    }
  }
}
