package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.json.Json;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.client.Printer.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The verbs by which operators command: each is an event that the application's home decides. */
final class CommandVerbs {

  static final List<Column> PLANNED =
      List.of(
          Column.of("APPLICATION", "/application"),
          new Column(
              "CLUSTERS",
              false,
              one ->
                  String.join(
                      ",", one.get("clusters").valueStream().map(JsonNode::asText).toList())),
          Column.of("COMMAND", "/command/kind"),
          Column.of("EXPECTED", "/expected"),
          Column.wide("ID", "/id"));

  private CommandVerbs() {}

  /** What the commanding verbs share. */
  abstract static class Commanding extends Verb {

    @Parameters(
        paramLabel = "APP",
        arity = "0..*",
        description = "names or globs of applications; '*' for all")
    private List<String> applications = new ArrayList<>();

    @Option(
        names = "--cluster",
        paramLabel = "GLOB",
        description = "only there; may be repeated (default: all clusters)")
    private List<String> clusters = new ArrayList<>();

    @Option(
        names = "--repository",
        paramLabel = "HOST/PATH",
        description = "only applications with a source there")
    private Optional<String> repository = Optional.empty();

    @Option(
        names = "--reason",
        required = true,
        paramLabel = "TEXT",
        description = "why; it goes into the audit")
    private String reason = "";

    @Option(names = "--dry-run", description = "say what would be commanded, and do nothing")
    private boolean dryRun;

    Commanding(Terminal terminal) {
      super(terminal);
    }

    /** Puts into the body what is commanded. */
    abstract void ask(ObjectNode body);

    /** Whether something but names says which applications are meant. */
    boolean isSelective() {
      return repository.isPresent();
    }

    /** Puts into the body which applications are meant. */
    void select(ObjectNode body) {
      body.set("applications", Json.mapper().valueToTree(applications));
      body.set("clusters", Json.mapper().valueToTree(clusters));
      repository.ifPresent(name -> body.put("repository", name));
    }

    /** What follows once it is commanded; returns the exit code. */
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
      ask(body);
      select(body);
      body.put("reason", reason).put("dryRun", dryRun);
      JsonNode plan = api.post("/api/v1/commands", body, UUID.randomUUID().toString());
      plan.get("skipped").forEach(skipped -> printer.message("skipped " + skipped.asText()));
      if (!dryRun) {
        return commanded(api, plan, printer);
      }
      printer.list(plan.get("commands").valueStream().toList(), PLANNED);
      printer.message("dry run: nothing was commanded");
      return 0;
    }

    static ObjectNode kind(String kind) {
      return Json.mapper().createObjectNode().put("kind", kind);
    }
  }

  @Command(
      name = "sync",
      description = "Looks at Git again and sends what differs; --force sends it in any case.")
  static final class Sync extends Commanding {

    @Option(names = "--force", description = "a new generation even if nothing differs")
    private boolean force;

    Sync(Terminal terminal) {
      super(terminal);
    }

    @Override
    void ask(ObjectNode body) {
      body.set("command", kind(force ? "resync" : "re-evaluate"));
    }
  }

  @Command(name = "suspend", description = "Sends nothing more until it is resumed.")
  static final class Suspend extends Commanding {

    Suspend(Terminal terminal) {
      super(terminal);
    }

    @Override
    void ask(ObjectNode body) {
      body.set("command", kind("suspend"));
    }
  }

  @Command(name = "resume", description = "Ends a suspension or a rollback: Git is followed again.")
  static final class Resume extends Commanding {

    Resume(Terminal terminal) {
      super(terminal);
    }

    @Override
    void ask(ObjectNode body) {
      body.set("command", kind("resume"));
    }
  }

  @Command(
      name = "rollback",
      description = "Sends the inputs of an older commit, and keeps to them until it is resumed.")
  static final class Rollback extends Commanding {

    @Option(
        names = "--to",
        required = true,
        paramLabel = "COMMIT",
        description = "the whole id of a commit of the first source")
    private String commit = "";

    Rollback(Terminal terminal) {
      super(terminal);
    }

    @Override
    void ask(ObjectNode body) {
      body.set("command", kind("restore").put("commit", commit));
    }
  }
}
