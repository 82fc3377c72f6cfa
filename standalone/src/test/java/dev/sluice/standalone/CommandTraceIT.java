package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.CommitId;
import dev.sluice.standalone.process.OneProcess;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** After each command, {@code trace} shows who brought the commit and who gave the command. */
@Tag("kubernetes")
class CommandTraceIT {

  private static final Pattern PLAN = Pattern.compile("plan ([0-9a-f]{64})");
  private static final String HEAD = "c".repeat(40);
  private static final String PUSH = "push localhost/scenario/apps refs/heads/main by ";

  private Scenario scenario;
  private OneProcess sluice;

  @Test
  void everyCommandKeepsThePusherAndTheMergeRequest(@TempDir Path directory) throws Exception {
    try (Scenario opened = Scenario.in(directory, STAGING)) {
      scenario = opened;
      scenario.fleet().application("web", "web", scenario.namespace(), STAGING);
      try (OneProcess started = scenario.start()) {
        sluice = started;
        Map<String, String> files = new HashMap<>();
        IntStream.range(0, 10)
            .forEach(i -> files.put("web/m%d.yaml".formatted(i), configMap("m" + i, "one")));
        CommitId one = merged(scenario.push(sluice, files), 1);
        awaitApplied(one);
        CommitId two =
            merged(scenario.push(sluice, Map.of("web/m0.yaml", configMap("m0", "two"))), 2);
        awaitApplied(two);

        command("sync", "web", "--force", "--reason", "once more");
        assertThat(traceOf(two, "sync --force"))
            .containsPattern(chain(2, "sync --force", "once more"));

        String delivery =
            Json.mapper()
                .readTree(CommandRun.of(sluice, "trace", two.value(), "-o", "json").out())
                .at("/changes/0/delivery")
                .asText();
        assertThat(shown("sync --force", "trace", delivery))
            .containsPattern(chain(2, "sync --force", "once more"));

        command("rollback", "web", "--to", one.value(), "--reason", "two is broken");
        assertThat(traceOf(one, "rollback")).containsPattern(chain(1, "rollback", "two is broken"));
        assertThat(awaitObject("m0", "rollback"))
            .containsPattern(chain(1, "rollback", "two is broken"));

        command("resume", "web", "--reason", "two was fine");
        assertThat(traceOf(two, "resume")).containsPattern(chain(2, "resume", "two was fine"));
        assertThat(awaitObject("m0", "resume"))
            .containsPattern(chain(2, "resume", "two was fine"))
            .contains(" commanded ");

        CommitId fewer = merged(scenario.push(sluice, without(1, 9)), 3);
        command("approve", "web", "--plan", awaitPlan(), "--reason", "looked at");
        assertThat(traceOf(fewer, "approve")).containsPattern(chain(3, "approve", "looked at"));

        CommitId broken =
            merged(
                scenario.push(
                    sluice, Map.of("web/m0.yaml", configMap("m0", "x").replace("m0", "M_"))),
                4);
        patiently()
            .until(
                () -> CommandRun.of(sluice, "dead-letters", "list").out().contains("staging/web"));
        command("dead-letters", "retry", "--application", "web", "--reason", "was it a hiccup");
        assertThat(traceOf(broken, "retry")).containsPattern(chain(4, "retry", "was it a hiccup"));
        assertThat(CommandRun.of(sluice, "explain", broken.value()).words())
            .containsPattern(chain(4, "retry", "was it a hiccup"));
        assertThat(CommandRun.of(sluice, "history", "web").words())
            .contains(
                " command sync --force ",
                " command rollback ",
                " command resume ",
                " command approve ",
                " command retry ")
            .doesNotContain("resync", "restore");
      }
    }
  }

  /** Reports the merge request of a commit, as GitHub does. */
  private CommitId merged(CommitId commit, int number) throws Exception {
    String body =
        """
        {"action": "closed", "repository": {"full_name": "scenario/apps"}, "sender": {"login": "merger"},
         "pull_request": {"number": %d, "title": "Request %d", "merged": true, "merge_commit_sha": "%s",
          "html_url": "https://localhost/scenario/apps/pull/%d", "base": {"ref": "main"}, "head": {"sha": "%s"},
          "user": {"login": "writer"}, "merged_by": {"login": "merger"}}}
        """
            .formatted(number, number, commit, number, HEAD);
    String review =
        """
        {"action": "submitted", "repository": {"full_name": "scenario/apps"}, "sender": {"login": "reviewer"},
         "review": {"state": "approved", "commit_id": "%s", "user": {"login": "reviewer"}},
         "pull_request": {"number": %d, "title": "Request %d"}}
        """
            .formatted(HEAD, number, number);
    assertThat(scenario.deliver(sluice.webhookPort(), "pull_request_review", review))
        .isEqualTo(202);
    assertThat(scenario.deliver(sluice.webhookPort(), "pull_request", body)).isEqualTo(202);
    return commit;
  }

  private void command(String... arguments) {
    CommandRun run = CommandRun.of(sluice, arguments);
    assertThat(run.code()).as(run.err()).isZero();
  }

  private void awaitApplied(CommitId commit) {
    assertThat(CommandRun.of(sluice, "wait", "--for", "applied=" + commit, "web").code()).isZero();
  }

  /** Returns the trace of a commit, once it shows a command. */
  private String traceOf(CommitId commit, String command) {
    return shown(command, "trace", commit.value());
  }

  /** Returns the trace of an object, once a command has changed it. */
  private String awaitObject(String name, String command) {
    return shown(
        command,
        "trace",
        "ConfigMap/" + name,
        "-n",
        scenario.namespace(),
        "--cluster",
        STAGING.value());
  }

  private String shown(String command, String... arguments) {
    return patiently()
        .until(
            () -> CommandRun.of(sluice, arguments).words(),
            text -> text.contains(" command %s by ".formatted(command)));
  }

  /** Returns what matches the push, the merge request and the command. */
  private static Pattern chain(int request, String command, String reason) {
    String form =
        "%s.* delivery .* merge #%d Request %d, by writer, merged by merger .*review approved by"
            + " reviewer at cccccccccc, .*approval the merged commit cccccccccc is the approved"
            + " one.* command %s by \\S+ \\S+ ago: %s";
    return Pattern.compile(form.formatted(Pattern.quote(PUSH), request, request, command, reason));
  }

  private static Map<String, String> without(int from, int to) {
    Map<String, String> files = new HashMap<>();
    IntStream.range(from, to).forEach(i -> files.put("web/m%d.yaml".formatted(i), ""));
    return files;
  }

  private String awaitPlan() {
    CommandRun dry =
        patiently()
            .until(
                () -> CommandRun.of(sluice, "approve", "web", "--reason", "x", "--dry-run"),
                run -> run.code() == 0);
    Matcher plan = PLAN.matcher(dry.err());
    assertThat(plan.find()).isTrue();
    return plan.group(1);
  }
}
