package dev.sluice.standalone.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.json.Json;
import dev.sluice.standalone.cli.ExitException;
import dev.sluice.standalone.client.Api.Query;
import dev.sluice.standalone.client.output.Column;
import dev.sluice.standalone.client.output.Column.Shape;
import dev.sluice.standalone.client.output.Reservations;
import dev.sluice.standalone.client.output.Times;
import dev.sluice.worker.sandbox.IsolationMode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;

@Command(
    name = "doctor",
    description =
        "Checks for common problems and prints what to do about them. Exits with 1 if something is"
            + " 'wrong'; a 'warning' does not change the exit code.")
final class DoctorVerb extends Verb {

  /** Longer than this, a webhook or a generation is late: they take seconds to minutes. */
  private static final Duration LONG = Duration.ofMinutes(10);

  private static final int SHOWN = 10;

  private static final List<Column> FINDINGS =
      List.of(
          Column.of("CHECK", "/check"),
          Column.of("RESULT", Shape.STATE, "/result"),
          Column.of("DETAIL", Shape.TEXT, "/detail"));

  enum Result {
    ok,
    warning,
    wrong,
    /** It was well, but the API does not know whether it still is. */
    unknown
  }

  DoctorVerb(Terminal terminal) {
    super(terminal);
  }

  /** The findings say it already. */
  @Override
  boolean warnsOfLimits() {
    return false;
  }

  @Override
  int run(Api api, Printer printer) {
    List<JsonNode> findings = new ArrayList<>();
    try {
      examine(api, findings, printer.times());
    } catch (ExitException e) {
      findings.add(finding("api", Result.wrong, e.getMessage()));
    }
    printer.list(findings, FINDINGS);
    return findings.stream().anyMatch(one -> one.get("result").asText().equals(Result.wrong.name()))
        ? 1
        : 0;
  }

  private static void examine(Api api, List<JsonNode> findings, Times times) {
    JsonNode status = api.get("/api/v1/status", new Query());
    findings.add(finding("api", Result.ok, "answers"));
    List<String> obstacles = status.get("obstacles").valueStream().map(JsonNode::asText).toList();
    findings.add(
        obstacles.isEmpty()
            ? finding("read model", Result.ok, "has read all of the topics")
            : finding("read model", Result.wrong, String.join("; ", obstacles)));
    Reservations.sentence(status.path("knownSince"))
        .ifPresent(text -> findings.add(finding("history", Result.ok, text)));
    List<JsonNode> stored = new ArrayList<>();
    examine(api, status, stored, times);
    findings.addAll(obstacles.isEmpty() ? stored : stored.stream().map(DoctorVerb::stale).toList());
  }

  /** Returns a finding as it is to be read while the API's data may be old. */
  private static JsonNode stale(JsonNode finding) {
    return finding.get("result").asText().equals(Result.ok.name())
        ? finding(
            finding.get("check").asText(),
            Result.unknown,
            "before that: " + finding.get("detail").asText())
        : finding;
  }

  private static void examine(Api api, JsonNode status, List<JsonNode> findings, Times times) {
    List<String> warnings = status.path("warnings").valueStream().map(JsonNode::asText).toList();
    if (!warnings.isEmpty()) {
      findings.add(finding("topics", Result.warning, String.join("; ", warnings)));
    }
    PartChecks parts = new PartChecks(status, times);
    findings.add(part(parts, "dispatcher"));
    findings.add(part(parts, "receiver"));
    status
        .get("clusters")
        .forEach(
            cluster -> {
              findings.add(cluster(cluster, parts, times));
              isolation(cluster, status.has("knownSince")).ifPresent(findings::add);
            });
    findings.add(repositories(api, times));
    findings.add(webhooks(api, status.path("knownSince").path("since")));
    findings.add(underWay(api));
    findings.add(deadLetters(status));
    findings.add(holds(status, HoldChecks.waiting(api)));
  }

  private static JsonNode part(PartChecks parts, String kind) {
    return parts
        .of(kind)
        .map(problem -> finding(kind, problem.result(), problem.detail()))
        .orElseGet(() -> finding(kind, Result.ok, "%d running".formatted(parts.running(kind))));
  }

  private static JsonNode cluster(JsonNode cluster, PartChecks parts, Times times) {
    String name = "cluster " + cluster.get("cluster").asText();
    Optional<PartChecks.Problem> problem = parts.ofCluster(cluster.get("cluster").asText());
    if (problem.isPresent()) {
      return finding(name, problem.get().result(), problem.get().detail());
    }
    if (!cluster.hasNonNull("worker")) {
      return finding(
          name,
          Result.wrong,
          "no worker has ever been leader there: start one (sluice worker --cluster %s), and see its log"
              .formatted(cluster.get("cluster").asText()));
    }
    long syncing = cluster.get("phases").path("Syncing").asLong();
    return finding(
        name,
        Result.ok,
        "%s leads%s; %d applications, %d of them being synced"
            .formatted(
                cluster.get("worker").asText(),
                cluster.hasNonNull("helloAt") ? " " + times.lasting(cluster.get("helloAt")) : "",
                cluster.get("applications").asLong(),
                syncing));
  }

  /** Returns a finding about how renderers are kept from the worker's credentials. */
  private static Optional<JsonNode> isolation(JsonNode cluster, boolean isCut) {
    if (!cluster.hasNonNull("worker")) {
      return Optional.empty();
    }
    String check = "rendering " + cluster.get("cluster").asText();
    Optional<IsolationMode> mode = IsolationMode.find(cluster.path("renderIsolation").asText(""));
    if (mode.isEmpty() && isCut && !cluster.hasNonNull("helloAt")) {
      return Optional.of(
          finding(
              check,
              Result.unknown,
              "the worker's report about it was deleted from the log; it reports it when it"
                  + " starts"));
    }
    if (mode.isEmpty()) {
      return Optional.of(
          finding(check, Result.warning, "the worker does not report how it isolates renderers"));
    }
    return Optional.of(
        switch (mode.get()) {
          case BUBBLEWRAP, NAMESPACES ->
              finding(check, Result.ok, "renderers are isolated by " + mode.get().text());
          case USER ->
              finding(
                  check,
                  Result.warning,
                  "renderers run as other users, but reach the network: see docs/operations.md,"
                      + " Isolation of renderers");
          case NONE ->
              finding(
                  check,
                  Result.warning,
                  "renderers are not isolated from the worker: install bubblewrap, or let its user"
                      + " make user namespaces (docs/operations.md, Isolation of renderers)");
        });
  }

  private static JsonNode repositories(Api api, Times times) {
    List<String> late = new ArrayList<>();
    List<String> moved = new ArrayList<>();
    for (JsonNode repository : api.all("/api/v1/repositories", new Query(), Integer.MAX_VALUE)) {
      if (repository.hasNonNull("movedTo")) {
        moved.add(
            "%s is now %s"
                .formatted(
                    repository.get("repository").asText(), repository.get("movedTo").asText()));
      }
      for (JsonNode ref : repository.get("refs")) {
        if (ref.hasNonNull("unreadableSince")) {
          late.add(
              "%s %s (%s %s: %s)"
                  .formatted(
                      repository.get("repository").asText(),
                      ref.get("ref").asText(),
                      ref.path("unreadableCode").asText(),
                      times.lasting(ref.get("unreadableSince")),
                      ref.path("unreadableReason").asText()));
        } else if (isLongAgo(ref.path("pendingSince"))) {
          late.add(
              "%s %s".formatted(repository.get("repository").asText(), ref.get("ref").asText()));
        } else if (!ref.hasNonNull("head") && !ref.hasNonNull("readAt")) {
          late.add(
              "%s %s (never read)"
                  .formatted(repository.get("repository").asText(), ref.get("ref").asText()));
        }
      }
    }
    if (late.isEmpty() && !moved.isEmpty()) {
      return finding(
          "git",
          Result.warning,
          "repositories were renamed or transferred: %s; change their URLs in the fleet, since the forge may give the old names to others"
              .formatted(some(moved)));
    }
    return late.isEmpty()
        ? finding("git", Result.ok, "every followed ref was read")
        : finding(
            "git",
            Result.wrong,
            "refs that cannot be read, or do not have the commits that webhooks announced: %s; check URL and credentials, and see the dispatcher's log"
                .formatted(some(late)));
  }

  private static JsonNode webhooks(Api api, JsonNode knownSince) {
    List<String> problems = new ArrayList<>();
    WebhookChecks.unfollowed(api).ifPresent(problems::add);
    WebhookChecks.neverNamed(
            api.all("/api/v1/repositories", new Query(), Integer.MAX_VALUE),
            Optional.of(knownSince).filter(JsonNode::isTextual).map(JsonNode::asText))
        .ifPresent(problems::add);
    return problems.isEmpty()
        ? finding(
            "webhooks", Result.ok, "webhooks name every repository of the fleet, and no other")
        : finding("webhooks", Result.warning, String.join("; ", problems));
  }

  private static JsonNode underWay(Api api) {
    List<String> late = new ArrayList<>();
    for (String phase : List.of("Syncing", "Retrying", "Removing")) {
      api
          .all("/api/v1/applications", new Query().with("phase", Optional.of(phase)), 10_000)
          .stream()
          .filter(one -> isLongAgo(one.path("since")))
          .forEach(
              one ->
                  late.add(
                      "%s in %s (%s%s)"
                          .formatted(
                              one.get("application").asText(),
                              one.get("cluster").asText(),
                              phase,
                              one.hasNonNull("code") ? ", " + one.get("code").asText() : "")));
    }
    return late.isEmpty()
        ? finding(
            "under way", Result.ok, "nothing for longer than " + LONG.toMinutes() + " minutes")
        : finding(
            "under way",
            Result.wrong,
            "for longer than %d minutes: %s; see the worker's log"
                .formatted(LONG.toMinutes(), some(late)));
  }

  private static JsonNode holds(JsonNode status, Optional<String> waiting) {
    List<String> found = new ArrayList<>();
    HoldChecks.byOperators(status).ifPresent(found::add);
    waiting.ifPresent(found::add);
    return found.isEmpty()
        ? finding("holds", Result.ok, "nothing is suspended, pinned, or waits to be sent")
        : finding("holds", Result.warning, String.join("; ", found));
  }

  private static JsonNode deadLetters(JsonNode status) {
    List<String> counts = new ArrayList<>();
    status
        .get("deadLetters")
        .properties()
        .forEach(entry -> counts.add(entry.getValue().asText() + " " + entry.getKey()));
    return counts.isEmpty()
        ? finding("dead letters", Result.ok, "none is open")
        : finding(
            "dead letters",
            Result.warning,
            "%s: sluice dead-letters list".formatted(String.join(", ", counts)));
  }

  private static boolean isLongAgo(JsonNode time) {
    return time.isTextual() && Instant.parse(time.asText()).isBefore(Instant.now().minus(LONG));
  }

  private static String some(List<String> names) {
    return names.size() <= SHOWN
        ? String.join(", ", names)
        : "%s and %d more"
            .formatted(String.join(", ", names.subList(0, SHOWN)), names.size() - SHOWN);
  }

  private static ObjectNode finding(String check, Result result, String detail) {
    return Json.mapper()
        .createObjectNode()
        .put("check", check)
        .put("result", result.name())
        .put("detail", detail);
  }
}
