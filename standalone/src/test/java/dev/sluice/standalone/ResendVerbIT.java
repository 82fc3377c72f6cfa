package dev.sluice.standalone;

import static dev.sluice.standalone.Scenario.STAGING;
import static dev.sluice.standalone.Scenario.configMap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.codec.Decoded;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.name.CommitId;
import dev.sluice.platform.kafka.TopicReader;
import dev.sluice.standalone.process.OneProcess;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A window of the past is sent again from the log, and is in force until it is resumed. */
@Tag("kubernetes")
class ResendVerbIT {

  private Scenario scenario;
  private OneProcess sluice;

  @Test
  void aWindowOfThePastIsSentAgain(@TempDir Path directory) throws Exception {
    try (Scenario opened = Scenario.in(directory, STAGING)) {
      scenario = opened;
      scenario.fleet().application("web", "web", scenario.namespace(), STAGING);
      scenario.fleet().application("shop", "shop", scenario.namespace(), STAGING);
      try (OneProcess started = scenario.start()) {
        sluice = started;
        push("one", "web", "shop");
        Instant afterOne = Instant.now();
        CommitId two = push("two", "web", "shop");
        Instant afterTwo = Instant.now();
        push("three", "web");

        String[] window = {
          "resend", "*", "--since", afterOne.toString(), "--until", afterTwo.toString()
        };
        CommandRun dry = run(window, "--reason", "the database is back", "--dry-run");
        assertThat(dry.words())
            .contains(
                "shop staging resend staging: generation 3 with the recorded inputs of generation"
                    + " 2",
                "web staging resend staging: generation 4 with the recorded inputs of generation 2,"
                    + " pinned to them until it is resumed unless they are in force");
        CommandRun resend = run(window, "--reason", "the database is back");
        assertThat(resend.code()).as(resend.err()).isZero();
        assertThat(resend.words())
            .contains(
                "web staging resend sent generation 4 was sent with the recorded inputs of"
                    + " generation 2",
                "shop staging resend sent generation 3 was sent with the recorded inputs of"
                    + " generation 2");
        awaitLive("web", "two");

        assertThat(run("get", "apps").words())
            .containsPattern("web staging Synced \\S+ pinned to " + two.abbreviated());
        assertThat(run("history", "web").words()).contains(" command resend ");
        assertThat(run("trace", two.value()).words())
            .contains("resend")
            .contains("the database is back");

        scenario.push(
            sluice,
            Map.of(
                "web/web.yaml", configMap("web", "four"),
                "shop/shop.yaml", configMap("shop", "four")));
        awaitLive("shop", "four");
        assertThat(scenario.configMaps().value("web")).contains("two");
        assertThat(run("resume", "web", "--reason", "the incident is over").code()).isZero();
        awaitLive("web", "four");

        CommandRun first = run("resend", "web", "--generation", "1", "--reason", "for the audit");
        assertThat(first.code()).as(first.err()).isZero();
        awaitLive("web", "one");

        CommandRun byOffset =
            run("replay", "resend", "web", "--offsets", positionOf(two), "--reason", "by offset");
        assertThat(byOffset.code()).as(byOffset.err()).isZero();
        assertThat(byOffset.words()).contains("with the recorded inputs of generation 2");
        awaitLive("web", "two");

        CommandRun both =
            run("resend", "*", "--generation", "1", "--reason", "each counts its own");
        assertThat(both.code()).isEqualTo(2);
        assertThat(both.err()).contains("'generation' is of one application in one cluster");
        CommandRun never = run("resend", "web", "--generation", "99", "--reason", "not there");
        assertThat(never.code()).isEqualTo(1);
        assertThat(never.words()).contains("generation 99 was not sent to staging");
        scenario.verify();
      }
    }
  }

  private CommitId push(String value, String... names) throws Exception {
    Map<String, String> files = new HashMap<>();
    for (String name : names) {
      files.put("%s/%s.yaml".formatted(name, name), configMap(name, value));
    }
    CommitId commit = scenario.push(sluice, files);
    for (String name : names) {
      awaitLive(name, value);
    }
    return commit;
  }

  private void awaitLive(String name, String value) {
    scenario.configMaps().awaitValue(name, value);
  }

  /** Returns the position in {@code changes} of the webhook that reported a commit. */
  private String positionOf(CommitId commit) {
    return new TopicReader(scenario.kafka())
        .records(scenario.kafka().topics().changes()).stream()
            .filter(
                record ->
                    EventCodec.decode(record) instanceof Decoded.Known known
                        && known.envelope().event() instanceof ChangeEvent.RefChanged change
                        && change.after().equals(Optional.of(commit)))
            .map(
                record ->
                    "%d:%d-%d".formatted(record.partition(), record.offset(), record.offset()))
            .findFirst()
            .orElseThrow();
  }

  private CommandRun run(String[] words, String... more) {
    return run(Stream.concat(Arrays.stream(words), Arrays.stream(more)).toArray(String[]::new));
  }

  private CommandRun run(String... words) {
    return CommandRun.of(sluice, words);
  }
}
