package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.json.Json;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.client.Api.Query;
import dev.sluice.standalone.client.output.Column;
import dev.sluice.standalone.client.output.Column.Shape;
import java.io.Console;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "approve",
    description = {
      "Shows the deletions of an application that wait for an approval, asks, and approves them.",
      "The approval holds for these objects, this commit and this generation only.",
      "With --fleet, approves that a revision of the fleet removes or deselects many applications,"
          + " and waits for the dispatcher's answer. The approval holds for this revision and these"
          + " applications only."
    })
final class ApproveVerb extends CommandVerbs.Commanding {

  static final List<Column> DELETIONS =
      List.of(
          Column.of("KIND", Shape.TEXT, "/object/kind"),
          Column.of("NAMESPACE", Shape.TEXT, "/object/namespace"),
          Column.of("NAME", Shape.TEXT, "/object/name"),
          Column.wide("UID", "/uid"));

  @Option(
      names = "--plan",
      paramLabel = "DIGEST",
      description = "the plan that was reviewed; without it, asks on the terminal")
  private Optional<String> digest = Optional.empty();

  @Option(
      names = "--fleet",
      paramLabel = "DIGEST",
      description =
          "the removal of the fleet that was reviewed, which status and doctor show; instead of"
              + " APP")
  private Optional<String> fleet = Optional.empty();

  private String cluster = "";
  private String plan = "";
  private long generation;

  ApproveVerb(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(Api api, Printer printer) {
    if (fleet.isPresent()) {
      if (!applications().isEmpty()
          || digest.isPresent()
          || isSelective()
          || !clusters().isEmpty()) {
        throw new ExitException(
            2,
            "--fleet approves a revision of the whole fleet: give it without APP, --plan, --cluster"
                + " and --repository");
      }
      return approveFleet(api, printer, fleet.get());
    }
    JsonNode held = held(api);
    cluster = held.get("cluster").asText();
    plan = held.at("/plan/digest").asText();
    generation = held.at("/plan/generation").asLong();
    show(held, printer);
    if (digest.isPresent() && !digest.get().equals(plan)) {
      throw new ExitException(
          1, "the plan is another one by now: %s, not %s".formatted(plan, digest.get()));
    }
    if (digest.isEmpty() && !isDryRun() && !isConfirmed(printer)) {
      printer.message("nothing was approved");
      return 1;
    }
    return super.run(api, printer);
  }

  /** Approves a removal of the fleet and waits for the answer; returns the exit code. */
  private int approveFleet(Api api, Printer printer, String removal) {
    ObjectNode body =
        Json.mapper()
            .createObjectNode()
            .put("digest", removal)
            .put("reason", reason())
            .put("dryRun", isDryRun());
    JsonNode plan = api.post("/api/v1/fleet-approvals", body, UUID.randomUUID().toString());
    if (!isAwaited()) {
      printer.message(plan.get("expected").asText());
      printer.message(
          isDryRun()
              ? "dry run: nothing was approved"
              : "given; sluice events --type fleet-approval-answered -o yaml shows the answer");
      return 0;
    }
    ObjectNode given = plan.deepCopy();
    given.putArray("clusters");
    given.set("command", kind("approve").put("fleet", removal));
    ObjectNode commands = Json.mapper().createObjectNode();
    commands.putArray("commands").add(given);
    int code = commanded(api, commands, printer);
    if (code == ExitException.TIMED_OUT) {
      printer.message(
          "the next dispatcher that reads the fleet answers: sluice doctor shows why none has");
    }
    return code;
  }

  @Override
  void command(Api api, ObjectNode body) {
    body.set("command", kind("approve").put("generation", generation).put("plan", plan));
  }

  @Override
  void select(ObjectNode body) {
    super.select(body);
    body.putArray("clusters").add(cluster);
  }

  private JsonNode held(Api api) {
    if (applications().size() != 1) {
      throw new ExitException(
          2, "give one application, or --fleet DIGEST for a removal of the fleet");
    }
    String application = applications().getFirst();
    JsonNode detail = api.get("/api/v1/applications/" + Api.encoded(application), new Query());
    List<JsonNode> plans = new ArrayList<>();
    detail
        .get("plans")
        .forEach(
            one -> {
              if (clusters().isEmpty() || clusters().contains(one.get("cluster").asText())) {
                plans.add(one);
              }
            });
    if (plans.isEmpty()) {
      throw new ExitException(1, "no deletions of %s wait for an approval".formatted(application));
    }
    if (plans.size() > 1) {
      throw new ExitException(
          2,
          "deletions wait in %s: give one with --cluster"
              .formatted(
                  String.join(
                      ", ", plans.stream().map(one -> one.get("cluster").asText()).toList())));
    }
    return plans.getFirst();
  }

  private static void show(JsonNode held, Printer printer) {
    JsonNode plan = held.get("plan");
    printer.message(
        "generation %s, commit %s, in %s would delete:"
            .formatted(
                plan.get("generation").asText(),
                Column.text(plan.path("commit")),
                held.get("cluster").asText()));
    printer.list(plan.get("deletions").valueStream().toList(), DELETIONS);
    if (plan.get("omitted").asInt() > 0) {
      printer.message("and %d objects more".formatted(plan.get("omitted").asInt()));
    }
    plan.get("unknown")
        .forEach(
            application ->
                printer.message(
                    "some of them may belong to %s, which has no plan yet, or whose sources are refused"
                        .formatted(application.asText())));
    printer.message("plan " + plan.get("digest").asText());
  }

  private boolean isConfirmed(Printer printer) {
    Console console = System.console();
    if (!console.isTerminal()) {
      printer.message("no one can be asked here: look at the plan, then give it with --plan");
      return false;
    }
    String answer = console.readLine("Delete these objects? Type yes to approve this plan: ");
    return answer != null && answer.strip().equals("yes");
  }
}
