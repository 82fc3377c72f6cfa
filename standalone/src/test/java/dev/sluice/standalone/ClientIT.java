package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.name.CommitId;
import dev.sluice.standalone.process.OneProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verbs that call the API, over all parts; values that differ between runs are masked. */
@Tag("kubernetes")
class ClientIT {

  private static final String HEALTH =
      "(?:\\d )?\\b(?:Healthy|Progressing|Unknown)\\b(?:, \\d (?:Healthy|Progressing|Unknown))*";

  @Test
  void everyVerbAnswersAboutAPushAndAParkedApplication(@TempDir Path directory) throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      String namespace = scenario.namespace();
      scenario.fleet().application("good", "good", namespace, STAGING);
      scenario.fleet().application("bad", "bad", namespace, STAGING);
      scenario.commit(
          Map.of(
              "good/configmap.yaml", configMap("good", "one"),
              "bad/configmap.yaml", configMap("bad", "one")));
      try (OneProcess sluice = scenario.start()) {
        patiently().until(() -> scenario.configMaps().value("good").isPresent());
        patiently().until(() -> scenario.configMaps().value("bad").isPresent());
        CommitId commit =
            scenario.push(
                sluice,
                Map.of(
                    "good/configmap.yaml",
                    configMap("good", "two"),
                    "bad/service.yaml",
                    """
                    apiVersion: v1
                    kind: Service
                    metadata: {name: bad}
                    spec: {ports: [{port: 123456}]}
                    """));

        assertThat(CommandRun.of(sluice, "wait", "--for", "applied=" + commit, "good").code())
            .isZero();
        patiently()
            .until(
                () ->
                    CommandRun.of(sluice, "get", "apps", "bad", "--no-headers")
                        .out()
                        .contains("Parked"));
        assertThat(CommandRun.of(sluice, "wait", "--for", "applied=" + commit).code()).isEqualTo(1);

        assertThat(masked(CommandRun.of(sluice, "get", "apps"), commit))
            .isEqualTo(
                """
                APPLICATION CLUSTER SYNC HEALTH HELD BEHIND COMMIT AGE CAUSE
                bad staging Parked HEALTH - 1 COMMIT AGE Invalid
                good staging Synced HEALTH - - COMMIT AGE -
                """);
        assertThat(CommandRun.of(sluice, "get", "apps", "-o", "name").out())
            .isEqualTo("bad\ngood\n");
        // the API reports once a second that it has caught up
        patiently().until(() -> !CommandRun.of(sluice, "status").out().contains("NotReady"));
        assertThat(masked(CommandRun.of(sluice, "status"), commit))
            .isEqualTo(
                """
                CLUSTER APPLICATIONS SYNC HEALTH HELD BEHIND
                staging 2 1 Parked, 1 Synced HEALTH - 1

                PART CLUSTER STATE SEEN CONDITIONS
                api - running AGE -
                dispatcher - running AGE -
                receiver - running AGE -
                worker staging leading AGE -

                dead letters 1 Invalid
                """);
        assertThat(masked(CommandRun.of(sluice, "history", "good"), commit))
            .startsWith(
                """
                GENERATION CLUSTER COMMIT OUTCOME AGE HEALTH ACTOR REASON
                2 staging COMMIT applied AGE HEALTH you good/configmap.yaml
                1 staging OLDER applied AGE HEALTH - first dispatch
                """);
        // dead letters and results are topics of their own, which the API reads at the same time
        patiently()
            .until(
                () ->
                    CommandRun.of(sluice, "explain", commit.abbreviated())
                        .out()
                        .contains("parked"));
        assertThat(masked(CommandRun.of(sluice, "explain", commit.abbreviated()), commit))
            .contains("good staging 2 applied AGE good/configmap.yaml")
            .contains("bad staging 2 parked AGE bad/service.yaml");
        assertThat(
                masked(
                    CommandRun.of(
                        sluice, "trace", "configmap/good", "-n", namespace, "--cluster", "staging"),
                    commit))
            .contains("application good, generation 2, applied")
            .contains("changed by good/configmap.yaml")
            .contains("commit " + commit)
            .contains("push localhost/scenario/apps refs/heads/main by ")
            .contains("received webhook github ref-changed main")
            .contains("dispatched good in staging generation 2: good/configmap.yaml");
        assertThat(masked(CommandRun.of(sluice, "trace", commit.abbreviated()), commit))
            .contains("commit " + commit)
            .contains("received webhook github ref-changed main")
            .contains("applied good in staging")
            .contains("parked bad in staging");
        assertThat(CommandRun.of(sluice, "describe", "bad").out())
            .contains("staging/bad/2")
            .contains("rendered by  plain (staging)");
        assertThat(CommandRun.of(sluice, "history", "good", "-o", "wide").out())
            .contains("RENDERED BY")
            .contains(" plain ");
        assertTranscript(sluice, scenario, commit);
        assertThat(CommandRun.of(sluice, "get", "repositories").out())
            .contains("localhost/scenario/apps");
        assertThat(CommandRun.of(sluice, "deliveries").out().replaceAll(" {2,}", " "))
            .contains(
                " github localhost/scenario/apps main %s by 2 -".formatted(commit.abbreviated()));
        assertThat(CommandRun.of(sluice, "deliveries", "--unfollowed", "--no-headers").out())
            .isEmpty();
        assertThat(CommandRun.of(sluice, "get", "clusters").out()).contains("staging");
        assertThat(CommandRun.of(sluice, "get", "changes", "-o", "wide").out())
            .contains("ref-changed");
        assertThat(CommandRun.of(sluice, "events", "--type", "parked", "-o", "json").out())
            .contains("\"wakesOn\"");

        assertThat(CommandRun.of(sluice, "dead-letters", "list", "-o", "name").out())
            .isEqualTo("staging/bad/2\n");
        assertThat(CommandRun.of(sluice, "dead-letters", "show", "staging/bad/2").out())
            .contains("cause        Invalid: ")
            .contains("what to do ");
        CommandRun dry =
            CommandRun.of(
                sluice,
                "dead-letters",
                "retry",
                "--cause",
                "Invalid",
                "--reason",
                "x",
                "--dry-run");
        assertThat(dry.err()).contains("nothing was commanded, 1 would be");
        CommandRun doctor = CommandRun.of(sluice, "doctor");
        assertThat(doctor.code()).isZero();
        assertThat(
                doctor
                    .out()
                    .replaceAll(" {2,}", " ")
                    .replaceAll("[^ ]+ leads for [^ ;]+", "WORKER leads for AGE")
                    .replaceAll(
                        "(rendering staging) (ok|warning) [^\\n]*isolated[^\\n]*", "$1 ISOLATION"))
            .isEqualTo(
                """
                CHECK RESULT DETAIL
                api ok answers
                read model ok has read all of the topics
                dispatcher ok 1 running
                receiver ok 1 running
                cluster staging ok WORKER leads for AGE; 2 applications, 0 of them being synced
                rendering staging ISOLATION
                git ok every followed ref was read
                webhooks ok webhooks name every repository of the fleet, and no other
                under way ok nothing for longer than 10 minutes
                dead letters warning 1 Invalid: sluice dead-letters list
                holds ok nothing is suspended, pinned, or waits to be sent
                """);
        assertThat(CommandRun.of(sluice, "dead-letters", "discard", "--reason", "x").code())
            .isEqualTo(2);
        CommandRun needed =
            CommandRun.of(sluice, "dead-letters", "discard", "staging/bad/2", "--reason", "known");
        assertThat(needed.code()).isEqualTo(1);
        assertThat(needed.err()).contains("staging/bad/2: bad is Parked in staging");
        assertThat(CommandRun.of(sluice, "dead-letters", "list", "-o", "name").out())
            .isEqualTo("staging/bad/2\n");

        CommandRun nowhere = CommandRun.of("doctor", "--server", "http://127.0.0.1:1");
        assertThat(nowhere.code()).isEqualTo(1);
        assertThat(nowhere.out()).contains("wrong").contains("is it running");
        assertThat(CommandRun.of(sluice, "get", "nonsense").code()).isEqualTo(2);

        assertThat(CommandRun.of(sluice, "suspend", "good", "--reason", "incident 7").code())
            .isZero();
        patiently()
            .until(() -> CommandRun.of(sluice, "get", "apps", "good").out().contains("suspended"));
        patiently()
            .untilAsserted(
                () ->
                    assertThat(CommandRun.of(sluice, "describe", "good").out())
                        .contains("incident 7")
                        .contains("suspended"));
        assertThat(CommandRun.of(sluice, "diff", "good").code()).isZero();
        // suspended, so it is not put back
        scenario.configMaps().edit("good", "drifted");
        CommandRun differs = CommandRun.of(sluice, "diff", "good");
        assertThat(differs.code()).isEqualTo(1);
        assertThat(differs.out().replaceAll(" {2,}", " ").replace(namespace, "NAMESPACE"))
            .isEqualTo(
                """
                OBJECT CLUSTER WOULD BE FIELD LIVE WANTED
                ConfigMap/NAMESPACE/good staging configured data.value "drifted" "two"

                OBJECT CLUSTER MANAGER AFTER APPLYING FIELDS
                ConfigMap/NAMESPACE/good staging fabric8-kubernetes-client taken over data.value
                """);
        assertThat(differs.err()).isEqualTo("staging: generation 2, ledger at 2\n");
        CommandRun refused = CommandRun.of(sluice, "diff", "bad", "--cluster", "staging");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.out()).contains("refused").contains("123456");
        assertThat(CommandRun.of(sluice, "diff", "nothing").code()).isEqualTo(6);

        assertThat(CommandRun.of(sluice, "resume", "good", "--reason", "over").code()).isZero();
        assertThat(
                CommandRun.of(sluice, "sync", "good", "--force", "--reason", "to be sure").code())
            .isZero();
        patiently()
            .untilAsserted(
                () ->
                    assertThat(CommandRun.of(sluice, "get", "apps", "good", "-o", "json").out())
                        .contains("\"generation\" : 3"));
        assertThat(CommandRun.of(sluice, "sync", "good", "--reason", "x", "--dry-run").out())
            .contains("if its inputs differ");
        assertThat(
                CommandRun.of(
                        sluice,
                        "sync",
                        "--force",
                        "--since",
                        "2026-01-01T00:00:00Z",
                        "--reason",
                        "x",
                        "--dry-run",
                        "-o",
                        "name")
                    .out())
            .isEqualTo("bad\ngood\n");
        assertThat(CommandRun.of(sluice, "sync", "--force", "--reason", "x").code()).isEqualTo(2);
        assertThat(CommandRun.of(sluice, "replay").code()).isEqualTo(2);
        CommandRun now =
            CommandRun.of(
                sluice,
                "rollback",
                "good",
                "--to",
                "9998-01-01T00:00:00Z",
                "--reason",
                "x",
                "--dry-run");
        assertThat(now.words()).contains("with the inputs of " + commit.abbreviated());
        assertThat(
                CommandRun.of(sluice, "rollback", "good", "--to", "then", "--reason", "x").code())
            .isEqualTo(2);
        CommandRun rebuilt = CommandRun.of(sluice, "rebuild", "*", "--reason", "to be sure");
        assertThat(rebuilt.out().replaceAll("\\d+ records", "N records"))
            .isEqualTo(
                """
                APPLICATION  ANSWER
                bad          recomputed from N records of changes and from Git: the same
                good         recomputed from N records of changes and from Git: the same
                """);
        assertThat(rebuilt.code()).isZero();
        assertThat(
                CommandRun.of(
                        sluice,
                        "rollback",
                        "good",
                        "--to",
                        commit.value(),
                        "--reason",
                        "x",
                        "--dry-run")
                    .words())
            .contains("pinned to it until it is resumed");
        assertThat(CommandRun.of(sluice, "approve", "good", "--reason", "x", "--dry-run").code())
            .as("nothing waits for an approval")
            .isEqualTo(1);

        assertThat(CommandRun.of(sluice, "sync", "nothing", "--reason", "x").code()).isEqualTo(1);
        assertThat(CommandRun.of(sluice, "sync", "good").code()).isEqualTo(2);
        assertThat(CommandRun.of("completion").code()).isZero();
        assertThat(CommandRun.of("status", "--server", "http://127.0.0.1:1").code()).isEqualTo(3);
      }
    }
  }

  /** Compares the output of all verbs with a file, which the property below rewrites. */
  private static void assertTranscript(OneProcess sluice, Scenario scenario, CommitId commit)
      throws IOException {
    String namespace = scenario.namespace();
    StringBuilder transcript = new StringBuilder();
    for (String line :
        List.of(
            "status",
            "get apps",
            "get apps g* --no-headers",
            "get apps good -o yaml",
            "get clusters",
            "get repositories",
            "get changes",
            "describe bad",
            "history bad",
            "explain " + commit,
            "trace ConfigMap/good -n " + namespace + " --cluster staging",
            "events --type applied --application good",
            "wait --for applied=" + commit + " good",
            "dead-letters list",
            "dead-letters list -o wide",
            "dead-letters show staging/bad/2",
            "dead-letters show staging/bad/2 -o json",
            "dead-letters retry --cause Invalid --reason x --dry-run",
            "dead-letters discard staging/bad/2 --reason x --dry-run",
            "sync good --reason x --dry-run",
            "sync good --force --reason x --dry-run",
            "suspend good --reason x --dry-run",
            "resume good --reason x --dry-run",
            "rollback good --to " + commit + " --reason x --dry-run",
            "approve good --reason x --dry-run",
            "sync * --reason x --dry-run",
            "sync --force --cluster staging * --reason x --dry-run",
            "rollback good --to 9998-01-01T00:00:00Z --reason x --dry-run",
            "rebuild good --reason x --dry-run",
            "diff good",
            "diff bad -o name")) {
      CommandRun ran = CommandRun.of(sluice, line.split(" "));
      String out =
          line.matches(".* -o (json|yaml)")
              ? ran.out()
              : ran.out().replaceAll("\n {2,}(?=\\S)", " "); // where lines end depends on names
      transcript.append("$ sluice ").append(line).append('\n').append(out);
      ran.err().lines().forEach(message -> transcript.append("! ").append(message).append('\n'));
      transcript.append("= ").append(ran.code()).append("\n\n");
    }
    String plain =
        transcript
            .toString()
            .replace(namespace, "NAMESPACE")
            .replaceAll("\\b" + System.getProperty("user.name") + "\\b", "you")
            .replaceAll("\\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}\\b", "UUID")
            .replaceAll("\\b" + commit + "\\b", "WHOLE-COMMIT")
            .replaceAll("\\b" + commit.abbreviated() + "\\b", "COMMIT")
            .replaceAll("\\b[0-9a-f]{40}\\b", "WHOLE-OLDER")
            .replaceAll("\\b[0-9a-f]{12,64}\\b", "DIGEST")
            .replaceAll("\\b[0-9a-f]{10}\\b", "OLDER")
            .replaceAll("\\d\\d:\\d\\d:\\d\\d\\.\\d{3}(?= )", "CLOCK")
            .replaceAll("\\+?\\d+(\\.\\d)? m?s(?= )", "DURATION")
            .replaceAll("\\b(?:\\d+[smhdy]){1,2}\\b", "AGE")
            .replaceAll("(?m)^(day +)\\S+,", "$1DAY,")
            .replaceAll("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z", "TIME")
            .replaceAll("\"offset\" : \\d+", "\"offset\" : N")
            // the worker reports health at any time
            .replaceAll("(?m)^  health:\n(?:    .*\n)+", "  health: HEALTH\n")
            .replaceAll("(?m)^health {2,}.*\n", "")
            .replaceAll("(?m)^healthy +TIME\n", "")
            .replaceAll("(?m)^\nOBSERVED .*\n((?!= ).*\n)*", "")
            .replaceAll(HEALTH, "HEALTH")
            .replaceAll("AGE +-(?= +(?:you|-) )", "AGE  HEALTH")
            // a timer retries parked applications
            .replaceAll("\"attempts\" : \\d+", "\"attempts\" : N")
            .replaceAll("(Service NAMESPACE/bad +)\\d+( +AGE)", "$1N$2")
            .replaceAll("(bad +staging +Invalid +)\\d+", "$1N")
            .replaceAll("attempts: \\d+", "attempts: N")
            // the text differs between releases of Kubernetes
            .replaceAll("(?m)(422 Invalid\\): ).*?((?:\",)?)$", "$1REASON$2")
            .replace(scenario.kafka().topics().prefix(), "PREFIX")
            .replaceAll(" {2,}", "  ")
            .replaceAll("(?m) +$", "");
    Path file = Path.of("src/test/resources/client-transcript.txt");
    if (Boolean.getBoolean("sluice.write-transcript")) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, plain);
    }
    assertThat(file).hasContent(plain);
  }

  /** Returns the output with masked times and commits, and single spaces between columns. */
  private static String masked(CommandRun ran, CommitId commit) {
    assertThat(ran.code()).as(ran.err()).isZero();
    return ran.out()
        .replace(" " + System.getProperty("user.name") + " ", " you ")
        .replaceAll("\\b" + commit.abbreviated() + "\\b", "COMMIT")
        .replaceAll("\\b[0-9a-f]{10}\\b", "OLDER")
        .replaceAll("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z", "TIME")
        .replaceAll(HEALTH, "HEALTH")
        .replaceAll("\\b(?:\\d+[smhdy]){1,2}\\b", "AGE")
        .replaceAll("AGE +-(?= +(?:you|-) )", "AGE HEALTH")
        .replaceAll(" {2,}", " ");
  }
}
