package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.PRODUCTION;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.standalone.process.OneProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sluice approve --fleet} lets a revision of the fleet remove most applications. */
class FleetApprovalIT {

  private static final List<String> REMOVED = List.of("b", "c", "d", "e");
  private static final Pattern COMMAND =
      Pattern.compile("'sluice approve --fleet ([0-9a-f]{64}) --reason TEXT'");

  @Test
  void aHeldRemovalIsShownAndApproved(@TempDir Path directory) throws Exception {
    try (Scenario scenario = Scenario.in(directory, PRODUCTION)) {
      Map<String, String> files = new HashMap<>();
      for (String name : List.of("a", "b", "c", "d", "e")) {
        scenario.fleet().application(name, name, scenario.namespace(), PRODUCTION);
        files.put(name + "/configmap.yaml", configMap(name, "x"));
      }
      scenario.commit(files);
      try (OneProcess sluice = scenario.start()) {
        patiently().until(() -> synced(sluice) == 5);
        patiently().until(() -> CommandRun.of(sluice, "doctor").code() == 0);

        scenario.fleet().remove(REMOVED.toArray(String[]::new));
        String digest = awaitHeld(sluice);
        CommandRun doctor = CommandRun.of(sluice, "doctor", "-o", "json");
        assertThat(doctor.code()).isEqualTo(1);
        assertThat(digest(doctor.out())).isEqualTo(digest);
        CommandRun described = CommandRun.of(sluice, "describe", "b");
        assertThat(digest(described.words())).isEqualTo(digest);
        assertThat(described.words())
            .contains("wrong FleetRemovalHeld", "remedy Correct the fleet, or approve the removal");
        assertThat(CommandRun.of(sluice, "describe", "a").out()).doesNotContain("FleetRemovalHeld");

        assertThat(approve(sluice, digest, "--dry-run").err())
            .contains("b from [production]", "dry run: nothing was approved");
        CommandRun wrong = approve(sluice, "0".repeat(64));
        assertThat(wrong.code()).as(wrong.err()).isEqualTo(1);
        assertThat(wrong.words()).contains("approve --fleet refused another removal waits");
        assertThat(approve(sluice, "abc").code()).isEqualTo(2);
        CommandRun both = approve(sluice, digest, "b");
        assertThat(both.code()).isEqualTo(2);
        assertThat(both.err()).contains("without APP");
        assertThat(synced(sluice)).isEqualTo(5);

        CommandRun approved = approve(sluice, digest);
        assertThat(approved.code()).as(approved.err()).isZero();
        assertThat(approved.words())
            .contains("approve --fleet done 4 applications are removed or deselected: b from");

        patiently().until(() -> synced(sluice) == 1);
        await()
            .atMost(Duration.ofSeconds(30))
            .until(() -> CommandRun.of(sluice, "doctor").code() == 0);
        assertThat(CommandRun.of(sluice, "status").out()).doesNotContain("FleetRemovalHeld");
        assertThat(CommandRun.of(sluice, "history", "b").words()).contains("removed", "local");
        assertThat(
                CommandRun.of(
                        sluice,
                        "trace",
                        "ConfigMap/b",
                        "--cluster",
                        PRODUCTION.value(),
                        "--namespace",
                        scenario.namespace())
                    .words())
            .contains("definition-removed of", "approved by local");
        assertThat(
                CommandRun.of(sluice, "events", "--type", "fleet-approval-given", "-o", "yaml")
                    .words())
            .contains("by: \"local\"", "reason: \"the shop moves\"", digest);
        assertThat(approve(sluice, digest).words()).contains("local has approved this removal");
        scenario.verify();
      }
    }
  }

  private static CommandRun approve(OneProcess sluice, String digest, String... more) {
    String[] words = {"approve", "--fleet", digest, "--reason", "the shop moves"};
    String[] all = new String[words.length + more.length];
    System.arraycopy(words, 0, all, 0, words.length);
    System.arraycopy(more, 0, all, words.length, more.length);
    return CommandRun.of(sluice, all);
  }

  private static long synced(OneProcess sluice) {
    return CommandRun.of(sluice, "get", "apps", "--no-headers")
        .out()
        .lines()
        .filter(line -> line.contains("Synced"))
        .count();
  }

  private static String awaitHeld(OneProcess sluice) {
    return digest(
        patiently()
            .until(
                () -> CommandRun.of(sluice, "status", "-o", "json").out(),
                out -> COMMAND.matcher(out).find()));
  }

  /** Returns the digest in the command that approves the removal. */
  private static String digest(String out) {
    Matcher command = COMMAND.matcher(out);
    assertThat(command.find()).as(out).isTrue();
    return command.group(1);
  }
}
