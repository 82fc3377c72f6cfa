package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static dev.sluice.standalone.Scenario.patiently;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.CommitId;
import dev.sluice.standalone.process.OneProcess;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Verbs that command applications print the dispatcher's answer and what was sent. */
@Tag("kubernetes")
class CommandAnswersIT {

  private OneProcess sluice;

  @Test
  void theAnswerIsWhatHappened(@TempDir Path directory) throws Exception {
    try (Scenario scenario = Scenario.in(directory, STAGING)) {
      scenario.fleet().application("web", "web", scenario.namespace(), STAGING);
      scenario.commit(Map.of("web/configmap.yaml", configMap("web", "one")));
      try (OneProcess started = scenario.start()) {
        sluice = started;
        patiently().until(() -> scenario.configMaps().value("web").isPresent());
        patiently().until(() -> applied().at("/clusters/0/applied/commit").isTextual());
        CommitId one = new CommitId(applied().at("/clusters/0/applied/commit").asText());

        assertAnswer(
            "sync web",
            0,
            "web staging sync same nothing was sent: generation 1 has the same inputs");
        assertAnswer("sync web --force", 0, "web staging sync --force sent generation 2 was sent");
        CommitId two = scenario.push(sluice, Map.of("web/configmap.yaml", configMap("web", "two")));
        assertThat(run("wait", "--for", "applied=" + two).code()).isZero();

        assertAnswer(
            "rollback web --to " + "b".repeat(40),
            1,
            "web staging rollback refused",
            "has no commit");
        assertThat(applied().at("/clusters/0").hasNonNull("held")).isFalse();
        assertThat(run("rollback", "web", "--to", "bbbbbbb", "--reason", "x").err())
            .contains("bbbbbbb");
        assertAnswer(
            "rollback web --to " + one.abbreviated(),
            0,
            "web staging rollback sent generation 4 was sent");
        assertAnswer("resume web", 0, "web staging resume sent generation 5 was sent");
        assertAnswer(
            "resume web",
            0,
            "web staging resume same nothing was sent: generation 5 has the same inputs");
        assertAnswer("suspend web", 0, "web staging suspend done suspended: [staging]");
        assertAnswer("suspend web", 0, "web staging suspend done was suspended already");
        assertAnswer("sync web", 0, "web staging sync held nothing was sent: suspended by ");
        assertAnswer("sync web --force", 1, "web staging sync --force refused web is suspended");

        CommandRun unawaited = run("sync", "web", "--reason", "x", "--no-wait");
        assertThat(unawaited.code()).isZero();
        assertThat(unawaited.err()).contains("sluice describe APP shows the answers");
        JsonNode json =
            Json.mapper().readTree(run("sync", "web", "--reason", "x", "-o", "json").out());
        assertThat(json.at("/0/accepted").asBoolean()).isTrue();
        assertThat(json.at("/0/outcomes/0/result").asText()).isEqualTo("HELD");
        assertThat(json.at("/0/id").asText()).startsWith("command/");
        assertThat(run("describe", "web").words())
            .contains("generation 4 was sent", "has no commit " + "b".repeat(40));
      }
    }
  }

  private void assertAnswer(String line, int code, String... words) {
    CommandRun ran = run((line + " --reason x").split(" "));
    assertThat(ran.words()).as(line).contains(words);
    assertThat(ran.code()).as(line + ran.err()).isEqualTo(code);
  }

  private JsonNode applied() throws Exception {
    return Json.mapper().readTree(run("describe", "web", "-o", "json").out());
  }

  private CommandRun run(String... arguments) {
    return CommandRun.of(sluice, arguments);
  }
}
