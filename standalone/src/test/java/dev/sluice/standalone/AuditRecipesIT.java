package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.PRODUCTION;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.CommitId;
import dev.sluice.platform.process.NeededProgram;
import dev.sluice.standalone.process.OneProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands of docs/audit.md, executed over the topics of a run, print what {@code sluice audit}
 * says.
 */
class AuditRecipesIT {

  private static final Path PAGE = Path.of("../docs/audit.md").toAbsolutePath().normalize();
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```sh\\n(.*?)^```$");
  private static final String END_OF_BLOCK = "--- end of a block";
  private static final Pattern PLAN = Pattern.compile("plan ([0-9a-f]{64})");
  private static final Pattern REMOVAL =
      Pattern.compile("'sluice approve --fleet ([0-9a-f]{64}) --reason TEXT'");
  private static final Duration LONG = Duration.ofMinutes(2);
  private static final List<String> REMOVED = List.of("old", "older", "oldest");
  private static final String HEAD = "c".repeat(40);
  private static final String OTHER_HEAD = "d".repeat(40);

  @TempDir private Path directory;
  private Scenario scenario;
  private OneProcess sluice;
  private TestRepository settings;

  @Test
  void everyRecipePrintsWhatTheAuditSays() throws Exception {
    List.of("bash", "kcat", "jq").forEach(NeededProgram::check);
    try (TestRepository second = TestRepository.create(directory);
        Scenario opened = Scenario.in(Files.createDirectory(directory.resolve("s")), PRODUCTION)) {
      scenario = opened;
      settings = second;
      Map<String, String> files = new HashMap<>(applicationOfTwoSources());
      for (String name : Stream.concat(Stream.of("web", "bad"), REMOVED.stream()).toList()) {
        scenario.fleet().application(name, name, scenario.namespace(), PRODUCTION);
        files.put(name + "/first.yaml", configMap(name, "one"));
      }
      scenario.commit(files);
      try (OneProcess started = scenario.start()) {
        sluice = started;
        history();
        // a worker that attempts a failed generation again changes both answers
        patiently().untilAsserted(this::assertRecipes);
      }
    }
  }

  private void assertRecipes() throws Exception {
    JsonNode delivered = audit("delivered");
    String since = at(delivered.get(5));
    String until = at(delivered.get(delivered.size() - 1));
    List<List<String>> printed = execute(since, until);

    assertThat(printed).hasSize(8);
    assertThat(printed.get(0)).isEmpty();
    assertThat(printed.get(1)).isEmpty();
    assertThat(printed.get(2))
        .hasSize(3)
        .anyMatch(line -> line.matches("both\t.*\tconfigurer\t.*\tlocalhost/scenario/settings@.*"))
        .containsExactlyElementsOf(
            lines(
                audit("running"),
                row -> words(row, "application", "generation", "commit", "at"),
                AuditRecipesIT::brought));
    assertThat(printed.get(3))
        .filteredOn(line -> !line.endsWith("\tremoval"))
        .containsExactlyElementsOf(
            lines(
                json("get", "apps", "-o", "json"),
                row -> words(row, "application", "generation", "commit"),
                _ -> List.of()));
    assertThat(printed.get(3)).filteredOn(line -> line.endsWith("\tremoval")).hasSize(3);
    assertThat(printed.get(4))
        .isNotEmpty()
        .hasSizeLessThan(delivered.size())
        .containsExactlyInAnyOrderElementsOf(
            lines(
                audit("delivered", "--since", since, "--until", until),
                row -> words(row, "at", "application", "generation", "commit"),
                AuditRecipesIT::brought));
    assertThat(printed.get(5))
        .hasSize(3)
        .containsExactlyInAnyOrderElementsOf(
            lines(
                audit("failures"),
                row ->
                    words(
                        row,
                        "at",
                        "entry",
                        "cause",
                        "attempts",
                        "ended",
                        "endedAt",
                        "endedBy",
                        "message"),
                _ -> List.of()));
    List<String> commands =
        lines(
            audit("commands"),
            row -> words(row, "at", "by", "command", "application", "accepted"),
            row -> List.of(row.get("answer").asText(), row.get("reason").asText()));
    assertThat(printed.get(6))
        .hasSize(4)
        .containsExactlyInAnyOrderElementsOf(
            commands.stream()
                .filter(line -> line.matches(".*\t(rollback|sync --force|approve.*)\t.*"))
                .toList());
    assertThat(printed.get(7))
        .hasSize(6)
        .containsExactlyInAnyOrderElementsOf(
            commands.stream().map(line -> line.replace("\tlocal\t", "\t")).toList());
  }

  /** Executes all blocks in one shell; returns the lines that each prints. */
  private List<List<String>> execute(String since, String until) throws Exception {
    Map<String, String> given =
        Map.of(
            "KAFKA=localhost:9092", "KAFKA=" + scenario.kafka().bootstrapServers(),
            "PREFIX=sluice", "PREFIX=" + scenario.kafka().topics().prefix(),
            "SINCE=2026-01-01T00:00:00Z", "SINCE=" + since,
            "UNTIL=2027-01-01T00:00:00Z", "UNTIL=" + until);
    String script = "";
    for (String block :
        BLOCK.matcher(Files.readString(PAGE)).results().map(one -> one.group(1)).toList()) {
      script += block + "echo '%s'\n".formatted(END_OF_BLOCK);
    }
    for (Map.Entry<String, String> one : given.entrySet()) {
      assertThat(script).contains(one.getKey() + "\n");
      script = script.replace(one.getKey() + "\n", one.getValue() + "\n");
    }
    Path work = Files.createTempDirectory(directory, "work");
    ProgramRun run = ProgramRun.of(work, Map.of(), LONG, "bash", "-euo", "pipefail", "-c", script);
    assertThat(run.code()).as(run.output()).isZero();
    List<List<String>> blocks = new ArrayList<>();
    List<String> block = new ArrayList<>();
    for (String line : run.output().lines().toList()) {
      if (line.equals(END_OF_BLOCK)) {
        blocks.add(block);
        block = new ArrayList<>();
      } else {
        block.add(line);
      }
    }
    return blocks;
  }

  /** Returns the lines that a recipe prints for the rows of an audit. */
  private static List<String> lines(
      JsonNode rows,
      Function<JsonNode, List<String>> columns,
      Function<JsonNode, List<String>> more) {
    return rows.valueStream()
        .map(
            row ->
                Stream.concat(columns.apply(row).stream(), more.apply(row).stream())
                    .map(word -> word.replace("\\", "\\\\"))
                    .collect(Collectors.joining("\t")))
        .toList();
  }

  /** Returns fields of a row as the recipes print them: times in seconds, and a dash for none. */
  private static List<String> words(JsonNode row, String... fields) {
    return Stream.of(fields)
        .map(field -> row.path(field).asText("-"))
        .map(text -> text.matches("\\d{4}-\\d\\d-\\d\\dT.*Z") ? seconds(text) : text)
        .toList();
  }

  private static List<String> brought(JsonNode row) {
    return words(
        row, "pushedBy", "author", "approvedBy", "approval", "mergedBy", "request", "through");
  }

  private static String at(JsonNode row) {
    return seconds(row.get("at").asText());
  }

  private static String seconds(String time) {
    return time.substring(0, 19) + "Z";
  }

  /** Pushes, merges with reviews, fails, rolls back, forces, approves and removes. */
  private void history() throws Exception {
    patiently().until(() -> audit("running").size() == 6);
    changedOtherSource();
    Map<String, String> files = new HashMap<>();
    IntStream.range(0, 10)
        .forEach(i -> files.put("web/m%d.yaml".formatted(i), configMap("m" + i, "one")));
    CommitId one = merged(scenario.push(sluice, files), 1, HEAD);
    awaitApplied(one);
    CommitId two =
        merged(scenario.push(sluice, Map.of("web/m0.yaml", configMap("m0", "two"))), 2, OTHER_HEAD);
    awaitApplied(two);
    tagged(two);
    scenario.push(
        sluice,
        Map.of(
            "web/m1.yaml",
            configMap("M_", "invalid"),
            "bad/first.yaml",
            configMap("B_", "invalid")));
    patiently().until(() -> audit("failures").size() == 2);
    command("rollback", "web", "--to", one.value(), "--reason", "two is broken");
    awaitApplied(one);
    CommitId fixed = scenario.push(sluice, Map.of("web/m1.yaml", configMap("m1", "fixed")));
    command("resume", "web", "--reason", "it is fixed");
    awaitApplied(fixed);
    command("sync", "web", "--force", "--reason", "to be sure");
    command("sync", "old", "--reason", "nothing \\ new");
    Map<String, String> fewer = new HashMap<>();
    IntStream.range(1, 9).forEach(i -> fewer.put("web/m%d.yaml".formatted(i), ""));
    CommitId last = merged(scenario.push(sluice, fewer), 3, HEAD);
    command(
        "approve",
        "web",
        "--plan",
        awaitMatch(PLAN, "approve", "web", "--reason", "x", "--dry-run"),
        "--reason",
        "looked at");
    awaitApplied(last);
    scenario.fleet().remove(REMOVED.toArray(String[]::new));
    command("approve", "--fleet", awaitMatch(REMOVAL, "doctor"), "--reason", "they moved");
    patiently().until(() -> audit("running").size() == 3);
    closedAgain();
  }

  /** Adds an application that has a source in another repository too; returns the first one's. */
  private Map<String, String> applicationOfTwoSources() throws Exception {
    settings.push(Map.of("both/second.yaml", configMap("settings", "one")));
    scenario
        .fleet()
        .document(
            """
            apiVersion: sluice.dev/v1
            kind: Repository
            metadata: {name: settings}
            spec: {url: "%s", identity: localhost/scenario/settings}
            ---
            apiVersion: sluice.dev/v1
            kind: Application
            metadata: {name: both}
            spec:
              sources: [{repository: apps, path: both}, {repository: settings, path: both}]
              clusters: {names: [%s]}
              namespace: %s
            """
                .formatted(settings.url(), PRODUCTION, scenario.namespace()));
    return Map.of("both/first.yaml", configMap("both", "one"));
  }

  /** Pushes to the second source of an application, whose people are then those of the push. */
  private void changedOtherSource() throws Exception {
    CommitId commit = settings.push(Map.of("both/second.yaml", configMap("settings", "two")));
    String body =
        """
        {"ref": "refs/heads/main", "before": "%s", "after": "%s", "created": false, "deleted": false,
         "repository": {"full_name": "scenario/settings"}, "pusher": {"name": "configurer"}}
        """
            .formatted("0".repeat(40), commit);
    assertThat(scenario.deliver(sluice.webhookPort(), "push", body)).isEqualTo(202);
    patiently()
        .until(
            () ->
                audit("running")
                    .valueStream()
                    .anyMatch(row -> row.path("through").asText("").endsWith("@" + commit)));
  }

  /** Closes a dead letter by an operator that is closed already: the first closing counts. */
  private void closedAgain() throws Exception {
    String entry =
        audit("failures")
            .valueStream()
            .filter(row -> !row.get("ended").asText().equals("open"))
            .findFirst()
            .orElseThrow()
            .get("entry")
            .asText();
    DeadLetterEvent.Closed closing =
        DeadLetterEvent.Closed.discarded(
            new DeadLetterId(entry),
            entry.substring(0, entry.lastIndexOf('/')),
            Optional.empty(),
            "late",
            "it is in the way",
            Optional.empty());
    try (KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(scenario.kafka().producer("audit-recipes"))) {
      var unused =
          producer
              .send(
                  EventCodec.encode(
                      scenario.kafka().topics().deadLetters(),
                      new Envelope<>(
                          new EventId("late"),
                          "test",
                          Instant.now(),
                          TraceParent.start(),
                          closing)))
              .get();
    }
  }

  /** Reports that somebody else pushed a tag with a commit. */
  private void tagged(CommitId commit) throws Exception {
    String body =
        """
        {"ref": "refs/tags/v1", "before": "%s", "after": "%s", "created": true, "deleted": false,
         "repository": {"full_name": "scenario/apps"}, "pusher": {"name": "tagger"}}
        """
            .formatted("0".repeat(40), commit);
    assertThat(scenario.deliver(sluice.webhookPort(), "push", body)).isEqualTo(202);
  }

  /** Reports the review and the merge of a commit's request, as GitHub does. */
  private CommitId merged(CommitId commit, int number, String approved) throws Exception {
    String review =
        """
        {"action": "submitted", "repository": {"full_name": "scenario/apps"}, "sender": {"login": "reviewer"},
         "review": {"state": "approved", "commit_id": "%s", "user": {"login": "reviewer"}},
         "pull_request": {"number": %d, "title": "Request %d"}}
        """
            .formatted(approved, number, number);
    String merge =
        """
        {"action": "closed", "repository": {"full_name": "scenario/apps"}, "sender": {"login": "merger"},
         "pull_request": {"number": %d, "title": "Request %d", "merged": true, "merge_commit_sha": "%s",
          "html_url": "https://localhost/scenario/apps/pull/%d", "base": {"ref": "main"}, "head": {"sha": "%s"},
          "user": {"login": "writer"}, "merged_by": {"login": "merger"}}}
        """
            .formatted(number, number, commit, number, HEAD);
    assertThat(scenario.deliver(sluice.webhookPort(), "pull_request_review", review))
        .isEqualTo(202);
    assertThat(scenario.deliver(sluice.webhookPort(), "pull_request", merge)).isEqualTo(202);
    return commit;
  }

  private void command(String... arguments) {
    CommandRun run = CommandRun.of(sluice, arguments);
    assertThat(run.code()).as(run.out() + run.err()).isZero();
  }

  private void awaitApplied(CommitId commit) {
    command("wait", "--for", "applied=" + commit, "web");
  }

  /** Runs a command until its output or messages match; returns the group. */
  private String awaitMatch(Pattern pattern, String... command) {
    Matcher matcher =
        patiently()
            .until(
                () -> {
                  CommandRun run = CommandRun.of(sluice, command);
                  return pattern.matcher((run.out() + run.err()).replaceAll("\\s+", " "));
                },
                Matcher::find);
    return matcher.group(1);
  }

  private JsonNode audit(String question, String... more) throws Exception {
    return json(
        Stream.concat(Stream.of("audit", question, "-o", "json"), Stream.of(more))
            .toArray(String[]::new));
  }

  private JsonNode json(String... arguments) throws Exception {
    CommandRun run = CommandRun.of(sluice, arguments);
    assertThat(run.code()).as(run.err()).isZero();
    return Json.mapper().readTree(run.out());
  }
}
