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
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code sluice approve} shows is what is deleted, and nothing else. */
@Tag("kubernetes")
class ApprovalIT {

  private static final Pattern PLAN = Pattern.compile("plan ([0-9a-f]{64})");

  private record Ran(int code, String out, String err) {}

  @Test
  void onlyThePlanThatWasShownIsCarriedOut(@TempDir Path directory) throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      scenario.application("web", "web", scenario.namespace(), STAGING);
      Map<String, String> files = new HashMap<>();
      IntStream.range(0, 10)
          .forEach(i -> files.put("web/m%d.yaml".formatted(i), configMap("m" + i, "x")));
      scenario.commit(files);
      try (OneProcess sluice = scenario.start()) {
        patiently().until(() -> there(scenario) == 10);

        push(scenario, sluice, without(4, 10));
        String shown = awaitPlan(sluice, 6);
        assertThat(run(sluice, "approve", "web", "--reason", "x").code())
            .as("no one is there to be asked")
            .isEqualTo(1);
        // a commit comes that deletes nine of ten, before it is approved
        push(scenario, sluice, without(1, 4));
        String newer = awaitPlan(sluice, 9);

        Ran stale = run(sluice, "approve", "web", "--plan", shown, "--reason", "x");
        assertThat(stale.code()).isEqualTo(1);
        assertThat(there(scenario)).isEqualTo(10);

        Ran approved = run(sluice, "approve", "web", "--plan", newer, "--reason", "looked at");
        assertThat(approved.code()).as(approved.err()).isZero();
        assertThat(approved.out()).contains("m1", "m9").doesNotContain("m0");
        patiently().until(() -> there(scenario) == 1);
        assertThat(scenario.value(STAGING, scenario.namespace(), "m0", "value")).contains("x");
        scenario.verify();
      }
    }
  }

  private static Map<String, String> without(int from, int to) {
    Map<String, String> files = new HashMap<>();
    IntStream.range(from, to).forEach(i -> files.put("web/m%d.yaml".formatted(i), ""));
    return files;
  }

  private static void push(Scenario scenario, OneProcess sluice, Map<String, String> files)
      throws Exception {
    CommitId commit = scenario.commit(files);
    assertThat(scenario.webhook(sluice.webhookPort(), commit)).isEqualTo(202);
  }

  private static String awaitPlan(OneProcess sluice, int objects) {
    Ran shown =
        patiently()
            .until(
                () -> run(sluice, "approve", "web", "--reason", "x", "--dry-run"),
                ran -> ran.code() == 0 && deletions(ran) == objects);
    Matcher plan = PLAN.matcher(shown.err());
    assertThat(plan.find()).isTrue();
    return plan.group(1);
  }

  private static long deletions(Ran ran) {
    return ran.out().lines().filter(line -> line.startsWith("ConfigMap ")).count();
  }

  private static long there(Scenario scenario) {
    return scenario.withValue("x");
  }

  private static Ran run(OneProcess sluice, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--server", "http://127.0.0.1:" + sluice.apiPort()));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Client client =
        new Client(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
    int code =
        new CommandLineInterface(Main.commands(), client::verbs, Map.of())
            .run(all.toArray(String[]::new));
    return new Ran(code, out.toString(UTF_8), err.toString(UTF_8));
  }
}
