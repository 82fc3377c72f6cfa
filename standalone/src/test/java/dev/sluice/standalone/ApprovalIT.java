package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;

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

/** {@code sluice approve} deletes exactly the objects that it has shown. */
@Tag("kubernetes")
class ApprovalIT {

  private static final Pattern PLAN = Pattern.compile("plan ([0-9a-f]{64})");

  @Test
  void onlyTheReviewedPlanIsCarriedOut(@TempDir Path directory) throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      scenario.fleet().application("web", "web", scenario.namespace(), STAGING);
      Map<String, String> files = new HashMap<>();
      IntStream.range(0, 10)
          .forEach(i -> files.put("web/m%d.yaml".formatted(i), configMap("m" + i, "x")));
      scenario.commit(files);
      try (OneProcess sluice = scenario.start()) {
        patiently().until(() -> scenario.configMaps().countWithValue("x") == 10);

        scenario.push(sluice, without(4, 10));
        String shown = awaitPlan(sluice, 6);
        assertThat(CommandRun.of(sluice, "approve", "web", "--reason", "x").code())
            .as("there is no terminal to ask on")
            .isEqualTo(1);
        // a commit that deletes nine of ten objects is pushed before the approval
        scenario.push(sluice, without(1, 4));
        String newer = awaitPlan(sluice, 9);

        CommandRun stale =
            CommandRun.of(sluice, "approve", "web", "--plan", shown, "--reason", "x");
        assertThat(stale.code()).isEqualTo(1);
        assertThat(scenario.configMaps().countWithValue("x")).isEqualTo(10);

        CommandRun approved =
            CommandRun.of(sluice, "approve", "web", "--plan", newer, "--reason", "looked at");
        assertThat(approved.code()).as(approved.err()).isZero();
        assertThat(approved.out()).contains("m1", "m9").doesNotContain("m0");
        patiently().until(() -> scenario.configMaps().countWithValue("x") == 1);
        assertThat(scenario.configMaps().value("m0")).contains("x");
        scenario.verify();
      }
    }
  }

  private static Map<String, String> without(int from, int to) {
    Map<String, String> files = new HashMap<>();
    IntStream.range(from, to).forEach(i -> files.put("web/m%d.yaml".formatted(i), ""));
    return files;
  }

  private static String awaitPlan(OneProcess sluice, int objects) {
    CommandRun shown =
        patiently()
            .until(
                () -> CommandRun.of(sluice, "approve", "web", "--reason", "x", "--dry-run"),
                ran -> ran.code() == 0 && deletions(ran) == objects);
    Matcher plan = PLAN.matcher(shown.err());
    assertThat(plan.find()).isTrue();
    return plan.group(1);
  }

  private static long deletions(CommandRun ran) {
    return ran.out().lines().filter(line -> line.startsWith("ConfigMap ")).count();
  }
}
