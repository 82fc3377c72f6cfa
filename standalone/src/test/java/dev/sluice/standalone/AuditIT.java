package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.PRODUCTION;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.CommitId;
import dev.sluice.standalone.process.OneProcess;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sluice audit} answers the questions of an auditor from the log. */
class AuditIT {

  private static final String PUSHER = System.getProperty("user.name");
  private static final String TAGGER = "tagger";

  @Test
  void eachQuestionHasItsAnswer(@TempDir Path directory) throws Exception {
    try (Scenario scenario = Scenario.in(directory, PRODUCTION)) {
      scenario.fleet().application("web", "web", scenario.namespace(), PRODUCTION);
      CommitId first = scenario.commit(Map.of("web/configmap.yaml", configMap("web", "one")));
      try (OneProcess sluice = scenario.start()) {
        awaitApplied(sluice, first);
        Instant between = Instant.now();
        CommitId second =
            scenario.push(sluice, Map.of("web/configmap.yaml", configMap("web", "two")));
        merge(scenario, sluice, second);
        tag(scenario, sluice, second);
        awaitApplied(sluice, second);

        // the topics of changes and of results are read independently
        patiently().until(() -> rows(sluice, "running").get(0).has("mergedBy"));
        patiently()
            .until(() -> CommandRun.of(sluice, "trace", second.value()).out().contains(TAGGER));
        assertThat(rows(sluice, "running"))
            .singleElement()
            .satisfies(
                row -> {
                  assertThat(row.get("cluster").asText()).isEqualTo("production");
                  assertThat(row.get("application").asText()).isEqualTo("web");
                  assertThat(row.get("commit").asText()).isEqualTo(second.value());
                  assertThat(row.get("pushedBy").asText()).isEqualTo(PUSHER);
                  assertThat(row.get("author").asText()).isEqualTo("writer");
                  assertThat(row.get("approvedBy").asText()).isEqualTo("reviewer");
                  assertThat(row.get("approval").asText()).isEqualTo("SAME_COMMIT");
                  assertThat(row.get("mergedBy").asText()).isEqualTo("merger");
                  assertThat(row.get("request").asInt()).isEqualTo(7);
                });
        assertThat(rows(sluice, "delivered"))
            .extracting(row -> row.get("commit").asText())
            .containsExactly(first.value(), second.value());
        assertThat(rows(sluice, "delivered", "--since", between.toString()))
            .extracting(row -> row.get("commit").asText())
            .containsExactly(second.value());
        assertThat(rows(sluice, "delivered", "--until", between.toString()))
            .extracting(row -> row.get("commit").asText())
            .containsExactly(first.value());
        assertThat(CommandRun.of(sluice, "audit", "delivered", "-o", "csv").out().lines())
            .hasSize(3)
            .startsWith(
                "at,cluster,application,generation,commit,pushedBy,author,approvedBy,approval,mergedBy,"
                    + "request,title,url,through")
            .anyMatch(
                line ->
                    line.endsWith(
                        ",production,web,2,%s,%s,writer,reviewer,SAME_COMMIT,merger,7,'=Request 7,https://localhost/7,"
                            .formatted(second, PUSHER)));

        fail(scenario, sluice);
        assertThat(
                CommandRun.of(
                        sluice, "rollback", "web", "--to", first.value(), "--reason", "broken")
                    .code())
            .isZero();
        awaitApplied(sluice, first);
        // found by a poll, which does not know the pusher
        assertThat(rows(sluice, "running").get(0).has("pushedBy")).isFalse();
        patiently()
            .untilAsserted(
                () ->
                    assertThat(rows(sluice, "failures"))
                        .singleElement()
                        .satisfies(
                            row -> {
                              assertThat(row.get("cause").asText()).isEqualTo("Invalid");
                              assertThat(row.get("ended").asText()).isEqualTo("SUCCEEDED");
                              assertThat(row.hasNonNull("endedAt")).isTrue();
                            }));
        assertThat(rows(sluice, "commands"))
            .singleElement()
            .satisfies(
                row -> {
                  assertThat(row.get("command").asText()).isEqualTo("rollback");
                  assertThat(row.get("reason").asText()).isEqualTo("broken");
                  assertThat(row.get("accepted").asText()).isEqualTo("yes");
                  assertThat(row.get("answer").asText())
                      .endsWith("; production: generation 4 was sent");
                });
        assertThat(rows(sluice, "commands", "--cluster", "prod*")).hasSize(1);
        assertThat(rows(sluice, "commands", "--cluster", "s*")).isEmpty();
        assertThat(rows(sluice, "commands", "--by", "nobody")).isEmpty();
        assertThat(rows(sluice, "commands", "--until", between.toString())).isEmpty();
        assertThat(CommandRun.of(sluice, "audit", "commands").out())
            .contains("COMMAND", "rollback", "broken")
            .doesNotContain("Z ");
        assertThat(CommandRun.of(sluice, "audit", "delivered", "-o", "wide").words())
            .contains("APPROVAL", " SAME_COMMIT ");
        for (String question : List.of("running", "delivered", "failures", "commands")) {
          CommandRun unknown =
              CommandRun.of(
                  sluice, "audit", question, "--application", "shop", "--cluster", "moon");
          assertThat(unknown.code()).isEqualTo(1);
          assertThat(unknown.err())
              .contains("there is no application shop", "there is no cluster moon");
        }

        assertThat(CommandRun.of(sluice, "get", "-o", "csv").code()).isEqualTo(2);
        assertThat(CommandRun.of(sluice, "audit", "running", "--by", "x").code()).isEqualTo(2);
        assertThat(CommandRun.of(sluice, "audit", "running", "--since", "x").err())
            .contains("'x' is not a time");
      }
    }
  }

  private static void fail(Scenario scenario, OneProcess sluice) throws Exception {
    scenario.push(
        sluice,
        Map.of(
            "web/service.yaml",
            """
            apiVersion: v1
            kind: Service
            metadata: {name: bad}
            spec:
              ports: [{port: 123456}]
            """));
    patiently().until(() -> rows(sluice, "failures").size() == 1);
    assertThat(rows(sluice, "failures").get(0).get("ended").asText()).isEqualTo("open");
  }

  private static void merge(Scenario scenario, OneProcess sluice, CommitId commit)
      throws Exception {
    String body =
        """
        {"action": "closed", "repository": {"full_name": "scenario/apps"},
         "sender": {"login": "merger"},
         "pull_request": {"number": 7, "title": "=Request 7", "merged": true,
          "head": {"sha": "%1$s"}, "merge_commit_sha": "%1$s", "html_url": "https://localhost/7", "base": {"ref": "main"},
          "user": {"login": "writer"}, "merged_by": {"login": "merger"}}}
        """
            .formatted(commit);
    String review =
        """
        {"action": "submitted", "repository": {"full_name": "scenario/apps"},
         "sender": {"login": "reviewer"},
         "review": {"state": "approved", "commit_id": "%s", "user": {"login": "reviewer"}},
         "pull_request": {"number": 7, "title": "=Request 7"}}
        """
            .formatted(commit);
    assertThat(scenario.deliver(sluice.webhookPort(), "pull_request_review", review))
        .isEqualTo(202);
    assertThat(scenario.deliver(sluice.webhookPort(), "pull_request", body)).isEqualTo(202);
  }

  /** Reports that somebody else pushed a tag with a commit. */
  private static void tag(Scenario scenario, OneProcess sluice, CommitId commit) throws Exception {
    String body =
        """
        {"ref": "refs/tags/v1", "before": "%s", "after": "%s", "created": true, "deleted": false,
         "repository": {"full_name": "scenario/apps"}, "pusher": {"name": "%s"}}
        """
            .formatted("0".repeat(40), commit, TAGGER);
    assertThat(scenario.deliver(sluice.webhookPort(), "push", body)).isEqualTo(202);
  }

  private static void awaitApplied(OneProcess sluice, CommitId commit) {
    assertThat(CommandRun.of(sluice, "wait", "--for", "applied=" + commit, "web").code()).isZero();
  }

  private static JsonNode rows(OneProcess sluice, String... question) throws Exception {
    String[] arguments = new String[question.length + 3];
    arguments[0] = "audit";
    System.arraycopy(question, 0, arguments, 1, question.length);
    arguments[question.length + 1] = "-o";
    arguments[question.length + 2] = "json";
    CommandRun run = CommandRun.of(sluice, arguments);
    assertThat(run.code()).as(run.err()).isZero();
    return Json.mapper().readTree(run.out());
  }
}
