package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.name.CommitId;
import dev.sluice.standalone.cli.CommandLineInterface;
import dev.sluice.standalone.client.Client;
import dev.sluice.standalone.process.OneProcess;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verbs that ask the API, over all parts; what differs in each run is masked. */
@Tag("kubernetes")
class ClientIT {

  private record Ran(int code, String out, String err) {}

  @Test
  void everyVerbAnswersAboutAPushAndAParkedApplication(@TempDir Path directory) throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      String namespace = scenario.namespace();
      scenario.application("good", "good", namespace, STAGING);
      scenario.application("bad", "bad", namespace, STAGING);
      scenario.commit(
          Map.of(
              "good/configmap.yaml", configMap("good", "one"),
              "bad/configmap.yaml", configMap("bad", "one")));
      try (OneProcess sluice = scenario.start()) {
        patiently().until(() -> scenario.value(STAGING, namespace, "good", "value").isPresent());
        patiently().until(() -> scenario.value(STAGING, namespace, "bad", "value").isPresent());
        CommitId commit =
            scenario.commit(
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
        assertThat(scenario.webhook(sluice.webhookPort(), commit)).isEqualTo(202);

        assertThat(run(sluice, "wait", "--for", "applied=" + commit, "good").code()).isZero();
        patiently()
            .until(
                () -> run(sluice, "get", "apps", "bad", "--no-headers").out().contains("Parked"));
        assertThat(run(sluice, "wait", "--for", "applied=" + commit).code()).isEqualTo(1);

        assertThat(masked(run(sluice, "get", "apps"), commit))
            .isEqualTo(
                """
                APPLICATION CLUSTER PHASE GENERATION COMMIT APPLIED HELD BY CAUSE
                bad staging Parked 2 COMMIT OLDER - Invalid
                good staging Synced 2 COMMIT COMMIT - -
                """);
        assertThat(run(sluice, "get", "apps", "-o", "name").out()).isEqualTo("bad\ngood\n");
        assertThat(masked(run(sluice, "status"), commit))
            .isEqualTo(
                """
                CLUSTER APPLICATIONS PHASES
                staging 2 1 Parked, 1 Synced

                held 0
                dead letters 1 Invalid
                """);
        assertThat(masked(run(sluice, "history", "good"), commit))
            .isEqualTo(
                """
                GENERATION CLUSTER COMMIT OUTCOME DISPATCHED APPLIED ACTOR REASON
                2 staging COMMIT applied TIME TIME you good/configmap.yaml
                1 staging OLDER applied TIME TIME - first dispatch
                """);
        assertThat(masked(run(sluice, "explain", commit.abbreviated()), commit))
            .contains("good staging 2 applied good/configmap.yaml")
            .contains("bad staging 2 parked bad/service.yaml");
        assertThat(
                masked(
                    run(sluice, "trace", "configmap/good", "-n", namespace, "--cluster", "staging"),
                    commit))
            .contains("application good, generation 2, applied")
            .contains("changed by good/configmap.yaml")
            .contains("commit " + commit)
            .contains("change ref-changed, webhook github")
            .contains("applied TIME");
        assertThat(run(sluice, "describe", "bad").out())
            .contains("staging/bad/2")
            .contains("rendered by  plain (staging)");
        assertThat(run(sluice, "history", "good", "-o", "wide").out())
            .contains("RENDERED BY")
            .contains(" plain ");
        assertTranscript(sluice, scenario, commit);
        assertThat(run(sluice, "get", "repositories").out()).contains("localhost/scenario/apps");
        assertThat(run(sluice, "deliveries").out().replaceAll(" {2,}", " "))
            .contains(
                " github localhost/scenario/apps refs/heads/main %s by 2 -"
                    .formatted(commit.abbreviated()));
        assertThat(run(sluice, "deliveries", "--unfollowed", "--no-headers").out()).isEmpty();
        assertThat(run(sluice, "get", "clusters").out()).contains("staging");
        assertThat(run(sluice, "get", "changes", "-o", "wide").out()).contains("ref-changed");
        assertThat(run(sluice, "events", "--type", "parked", "-o", "json").out())
            .contains("\"wakesOn\"");

        assertThat(run(sluice, "dead-letters", "list", "-o", "name").out())
            .isEqualTo("staging/bad/2\n");
        assertThat(run(sluice, "dead-letters", "show", "staging/bad/2").out()).contains("Invalid");
        Ran dry =
            run(
                sluice,
                "dead-letters",
                "retry",
                "--cause",
                "Invalid",
                "--reason",
                "x",
                "--dry-run");
        assertThat(dry.err()).contains("nothing was commanded, 1 would be");
        Ran doctor = run(sluice, "doctor");
        assertThat(doctor.code()).isZero();
        assertThat(
                doctor
                    .out()
                    .replaceAll(" {2,}", " ")
                    .replaceAll("[^ ]+ leads since [^ ;]+", "WORKER leads since TIME")
                    .replaceAll(
                        "(rendering staging) (ok|look) [^\\n]*isolated[^\\n]*", "$1 ISOLATION"))
            .isEqualTo(
                """
                CHECK RESULT DETAIL
                api ok answers
                read model ok has read all of the topics
                cluster staging ok WORKER leads since TIME; 2 applications, 0 of them being synced
                rendering staging ISOLATION
                git ok every followed ref was read
                webhooks ok webhooks name every repository of the fleet, and no other
                under way ok nothing for longer than 10 minutes
                dead letters look 1 Invalid: sluice dead-letters list
                holds ok nothing is suspended or rolled back
                """);
        assertThat(run(sluice, "dead-letters", "discard", "--reason", "x").code()).isEqualTo(2);
        assertThat(
                run(sluice, "dead-letters", "discard", "staging/bad/2", "--reason", "known").code())
            .isZero();
        patiently().until(() -> run(sluice, "dead-letters", "list", "-o", "name").out().isEmpty());

        Ran nowhere = run("doctor", "--server", "http://127.0.0.1:1");
        assertThat(nowhere.code()).isEqualTo(1);
        assertThat(nowhere.out()).contains("wrong").contains("is it running");
        assertThat(run(sluice, "get", "nonsense").code()).isEqualTo(2);

        assertThat(run(sluice, "diff", "good").code()).isZero();
        scenario.edit(STAGING, namespace, "good", "drifted");
        Ran differs = run(sluice, "diff", "good");
        assertThat(differs.code()).isEqualTo(1);
        assertThat(differs.out().replaceAll(" {2,}", " ").replace(namespace, "NAMESPACE"))
            .isEqualTo(
                """
                OBJECT CLUSTER WOULD BE FIELD LIVE WANTED
                ConfigMap/NAMESPACE/good staging configured data.value "drifted" "two"
                """);
        assertThat(differs.err()).isEqualTo("staging: generation 2, ledger at 2\n");
        Ran refused = run(sluice, "diff", "bad", "--cluster", "staging");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.out()).contains("refused").contains("123456");
        assertThat(run(sluice, "diff", "nothing").code()).isEqualTo(6);

        assertThat(run(sluice, "suspend", "good", "--reason", "incident 7").code()).isZero();
        patiently().until(() -> run(sluice, "get", "apps", "good").out().contains("local"));
        patiently()
            .untilAsserted(
                () ->
                    assertThat(run(sluice, "describe", "good").out())
                        .contains("incident 7")
                        .contains("suspended"));
        assertThat(run(sluice, "resume", "good", "--reason", "over").code()).isZero();
        assertThat(run(sluice, "sync", "good", "--force", "--reason", "to be sure").code())
            .isZero();
        patiently()
            .untilAsserted(
                () ->
                    assertThat(run(sluice, "get", "apps", "good", "-o", "json").out())
                        .contains("\"generation\" : 3"));
        assertThat(run(sluice, "sync", "good", "--reason", "x", "--dry-run").out())
            .contains("if its inputs differ");
        assertThat(
                run(
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
        assertThat(run(sluice, "sync", "--force", "--reason", "x").code()).isEqualTo(2);
        assertThat(run(sluice, "replay").code()).isEqualTo(2);
        Ran now =
            run(
                sluice,
                "rollback",
                "good",
                "--to",
                "9998-01-01T00:00:00Z",
                "--reason",
                "x",
                "--dry-run");
        assertThat(now.out()).contains("with the inputs of " + commit.abbreviated());
        assertThat(run(sluice, "rollback", "good", "--to", "then", "--reason", "x").code())
            .isEqualTo(2);
        Ran rebuilt = run(sluice, "rebuild", "*", "--reason", "to be sure");
        assertThat(rebuilt.out().replaceAll("\\d+ records", "N records"))
            .isEqualTo(
                """
                APPLICATION   ANSWER
                bad           recomputed from N records of changes and from Git: the same
                good          recomputed from N records of changes and from Git: the same
                """);
        assertThat(rebuilt.code()).isZero();
        assertThat(
                run(
                        sluice,
                        "rollback",
                        "good",
                        "--to",
                        commit.value(),
                        "--reason",
                        "x",
                        "--dry-run")
                    .out())
            .contains("kept until it is resumed");
        assertThat(run(sluice, "approve", "good", "--reason", "x", "--dry-run").code())
            .as("nothing waits for an approval")
            .isEqualTo(1);

        assertThat(run(sluice, "sync", "nothing", "--reason", "x").code()).isEqualTo(1);
        assertThat(run(sluice, "sync", "good").code()).isEqualTo(2);
        assertThat(run(sluice, "completion").code()).isZero();
        assertThat(run("status", "--server", "http://127.0.0.1:1").code()).isEqualTo(3);
      }
    }
  }

  /** What every verb that reads or would command prints; made anew with the property below. */
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
      Ran ran = run(sluice, line.split(" "));
      transcript.append("$ sluice ").append(line).append('\n').append(ran.out());
      ran.err().lines().forEach(message -> transcript.append("! ").append(message).append('\n'));
      transcript.append("= ").append(ran.code()).append("\n\n");
    }
    String plain =
        transcript
            .toString()
            .replace(namespace, "NAMESPACE")
            .replaceAll("\\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}\\b", "UUID")
            .replaceAll("\\b" + commit + "\\b", "WHOLE-COMMIT")
            .replaceAll("\\b" + commit.abbreviated() + "\\b", "COMMIT")
            .replaceAll("\\b[0-9a-f]{40}\\b", "WHOLE-OLDER")
            .replaceAll("\\b[0-9a-f]{12,64}\\b", "DIGEST")
            .replaceAll("\\b[0-9a-f]{10}\\b", "OLDER")
            .replaceAll("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z", "TIME")
            .replaceAll("\"offset\" : \\d+", "\"offset\" : N")
            // what is parked is tried again by the clock
            .replaceAll("\"attempts\" : \\d+", "\"attempts\" : N")
            .replaceAll("(Service NAMESPACE/bad +)\\d+( +TIME)", "$1N$2")
            // each release of Kubernetes says it in its own words
            .replaceAll("(?m)(422 Invalid\\): ).*?((?:\",)?)$", "$1REASON$2")
            .replace(scenario.kafka().topics().prefix(), "PREFIX")
            .replaceAll(" {2,}", "  ")
            .replaceAll("(?m) +$", "")
            .replaceAll("\\b" + System.getProperty("user.name") + "\\b", "you");
    Path file = Path.of("src/test/resources/client-transcript.txt");
    if (Boolean.getBoolean("sluice.write-transcript")) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, plain);
    }
    assertThat(file).hasContent(plain);
  }

  private static Ran run(OneProcess sluice, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    if (!arguments[0].equals("completion")) {
      all.addAll(List.of("--server", "http://127.0.0.1:" + sluice.apiPort()));
    }
    return run(all.toArray(String[]::new));
  }

  private static Ran run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Client client =
        new Client(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
    int code = new CommandLineInterface(Main.commands(), client::verbs, Map.of()).run(arguments);
    return new Ran(code, out.toString(UTF_8), err.toString(UTF_8));
  }

  /** Without what differs in each run: times, commits, and the width of columns. */
  private static String masked(Ran ran, CommitId commit) {
    assertThat(ran.code()).as(ran.err()).isZero();
    return ran.out()
        .replaceAll("\\b" + commit.abbreviated() + "\\b", "COMMIT")
        .replaceAll("\\b[0-9a-f]{10}\\b", "OLDER")
        .replaceAll("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z", "TIME")
        .replaceAll(" {2,}", " ")
        .replace(" " + System.getProperty("user.name") + " ", " you ");
  }
}
