package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.json.Json;
import dev.sluice.standalone.cli.CommandLineInterface;
import dev.sluice.standalone.cli.ExitException;
import java.time.Duration;
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

  private CommandVerbs() {}

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

    @Option(
        names = "--no-wait",
        description = "do not wait for the dispatcher's answers, nor for what is sent")
    private boolean noWait;

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

    /** Returns the time limit for the dispatcher's answers. */
    Duration limit() {
      return timeout().orElse(CommandAnswers.LIMIT);
    }

    @Override
    Duration answerLimit() {
      return answerLimitWithin(limit());
    }

    /** Reports the commands that were sent, and their answers; returns the exit code. */
    int commanded(Api api, JsonNode plan, Printer printer) {
      List<JsonNode> planned = plan.get("commands").valueStream().toList();
      List<JsonNode> answered;
      try (Progress progress = progress("answers", planned.size())) {
        answered = new CommandAnswers(api, Deadline.in(limit())).await(planned, progress);
      }
      return CommandAnswers.print(answered, printer);
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

    /** Whether to wait for the dispatcher's answers. */
    boolean isAwaited() {
      return !dryRun && !noWait;
    }

    String reason() {
      return reason;
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
      if (isAwaited()) {
        return Math.max(missing(plan), commanded(api, plan, printer));
      }
      printer.list(plan.get("commands").valueStream().toList(), CommandAnswers.PLANNED);
      printer.message(
          dryRun
              ? "dry run: nothing was commanded"
              : "commanded; sluice describe APP shows the answers");
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
      name = "release",
      description =
          "Sends what waits for an operator (policy.sync: manual) or for other applications"
              + " (dependsOn); later inputs wait again.")
  static final class Release extends Commanding {

    @Option(
        names = "--ignore-windows",
        description = "also send while no maintenance window allows it; needs the role admin")
    private boolean ignoreWindows;

    Release(Terminal terminal) {
      super(terminal);
    }

    @Override
    void command(Api api, ObjectNode body) {
      ObjectNode command = kind("release");
      if (ignoreWindows) {
        command.put("ignoreWindows", true);
      }
      body.set("command", command);
    }
  }

  /** The verbs that send from the log or from Git again, also under their former names. */
  @Command(
      name = "replay",
      hidden = true,
      mixinStandardHelpOptions = true,
      synopsisSubcommandLabel = "resend|re-evaluate|resync|restore|rebuild",
      description = "Other spelling of resend, sync, sync --force, rollback and rebuild.")
  static final class Replay implements Runnable, CommandLineInterface.Composed {

    private final Terminal terminal;

    Replay(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public CommandLine compose() {
      return new CommandLine(this)
          .addSubcommand("resend", new ResendVerb(terminal))
          .addSubcommand("re-evaluate", new Sync(terminal, false))
          .addSubcommand("resync", new Sync(terminal, true))
          .addSubcommand("restore", restore())
          .addSubcommand("rebuild", new RebuildVerb(terminal));
    }

    private CommandLine restore() {
      CommandSpec rollback = CommandSpec.forAnnotatedObject(new RollbackVerb(terminal));
      OptionSpec to = rollback.findOption("--to");
      rollback.remove(to).addOption(OptionSpec.builder(to).names("--at", "--to").build());
      return new CommandLine(rollback);
    }

    @Override
    public void run() {
      throw new ExitException(2, "expected resend, sync, sync --force, rollback or rebuild");
    }
  }
}
