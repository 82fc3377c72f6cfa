package dev.sluice.standalone;

import static dev.sluice.standalone.ApiOverTopics.subject;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.StateRecord.Hold;
import dev.sluice.contract.name.CommitId;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sluice wait} reports a success only for what was awaited. */
class WaitIT {

  private static final CommitId ONE = new CommitId("1".repeat(40));
  private static final CommitId TWO = new CommitId("2".repeat(40));
  private static final String WAIT = "wait --timeout 1m --for applied=";

  private ApiOverTopics topics;

  @BeforeEach
  void start(@TempDir Path directory) {
    topics = new ApiOverTopics(directory);
    topics.defined("web", "east").pushed(ONE);
  }

  @AfterEach
  void end() {
    topics.close();
  }

  @Test
  void aParkedGenerationThatWasSupersededWasNotApplied() {
    parkedAndSuperseded().applied(subject("web", "east", 2, TWO));

    CommandRun ran = topics.run(WAIT + ONE);
    assertThat(ran.code()).as(ran.err()).isEqualTo(1);
    assertThat(ran.err())
        .isEqualTo(
            "sluice: web in east: generation 1 of the commit is superseded by generation 2 of"
                + " commit"
                + " %s, and was not applied; --follow waits for the newer generation\n"
                    .formatted(TWO));
  }

  @Test
  void aNewerGenerationIsFollowedIfAsked() {
    parkedAndSuperseded();
    CompletableFuture<CommandRun> waiting =
        CompletableFuture.supplyAsync(() -> topics.run(WAIT + ONE + " --follow"));
    CommandRun late = topics.run("wait --timeout 1s --follow --for applied=" + ONE);
    assertThat(late.code()).isEqualTo(5);
    assertThat(late.err()).contains("web in east is not applied: dispatched");
    assertThat(waiting.getNow(late)).isEqualTo(late);

    topics.applied(subject("web", "east", 2, TWO));
    CommandRun ran = waiting.join();
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.err())
        .isEqualTo(
            """
            web in east: the commit's generation is superseded; following generation 2 of commit %s
            applied to all targets: 1, of which with a newer generation: 1
            """
                .formatted(TWO));
  }

  @Test
  void aNewerGenerationThatIsParkedFails() {
    parkedAndSuperseded().parked(subject("web", "east", 2, TWO));
    CommandRun ran = topics.run(WAIT + ONE + " --follow");
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err()).contains("web in east is parked: the server refused it");
  }

  @Test
  void aGenerationWithoutAnEndIsSupersededIfANewerOneIsApplied() {
    topics
        .dispatched(subject("web", "east", 1, ONE))
        .pushed(TWO)
        .dispatched(subject("web", "east", 2, TWO))
        .applied(subject("web", "east", 2, TWO));
    assertThat(topics.run(WAIT + ONE).code()).isEqualTo(1);
    assertThat(topics.run(WAIT + ONE + " --follow").code()).isZero();
  }

  @Test
  void anAppliedGenerationCountsAlsoAfterANewerOne() {
    topics
        .dispatched(subject("web", "east", 1, ONE))
        .applied(subject("web", "east", 1, ONE))
        .dispatched(subject("web", "east", 2, TWO));
    CommandRun ran = topics.run(WAIT + ONE);
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.err()).isEqualTo("applied to all targets: 1\n");
  }

  @Test
  void aRetryOfTheSameCommitCounts() {
    topics
        .dispatched(subject("web", "east", 1, ONE))
        .parked(subject("web", "east", 1, ONE))
        .dispatched(subject("web", "east", 2, ONE))
        .applied(subject("web", "east", 2, ONE));
    assertThat(topics.run(WAIT + ONE).code()).isZero();
  }

  @Test
  void aHeldApplicationDoesNotGetTheCommit() {
    topics.held(
        "web",
        new Hold(Optional.empty(), "jo", "incident 7", Instant.parse("2026-01-01T00:00:00Z")),
        "east");
    CommandRun ran = topics.run(WAIT + ONE);
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err()).contains("not sent to web: suspended by jo: incident 7");
  }

  @Test
  void anApplicationThatWasNamedMustGetTheCommit() {
    topics.defined("api", "east");
    topics.dispatched(subject("web", "east", 1, ONE)).applied(subject("web", "east", 1, ONE));
    assertThat(topics.run(WAIT + ONE + " web").code()).isZero();
    assertThat(topics.run("wait --timeout 1s --for applied=" + ONE + " web api").err())
        .contains("not applied within 1 s: no generation of api has the commit");
  }

  @Test
  void abbreviatedCommitsAreFound() {
    CommitId similar = new CommitId("1".repeat(12) + "a".repeat(28));
    topics.dispatched(subject("web", "east", 1, ONE)).applied(subject("web", "east", 1, ONE));
    assertThat(topics.run(WAIT + "1111111").code()).isZero();
    assertThat(topics.run("explain 1111111").words()).contains("commit " + ONE);
    assertThat(topics.run("rollback web --to 1111111 --reason x --dry-run").out())
        .contains("with the inputs of " + ONE.abbreviated());

    topics.pushed(similar);
    for (String line :
        new String[] {
          WAIT + "1111111", "explain 111111111111", "rollback web --reason x --to 1111111"
        }) {
      CommandRun ambiguous = topics.run(line);
      assertThat(ambiguous.code()).as(line).isEqualTo(1);
      assertThat(ambiguous.err())
          .as(line)
          .contains("begin with 111111", ONE.value(), similar.value())
          .hasLineCount(1);
    }
    assertThat(topics.run("explain 1111111111111").words()).contains("commit " + ONE);
    assertThat(topics.run("explain " + similar).words()).contains("commit " + similar);
    for (String line : new String[] {"explain 3333333", "rollback web --reason x --to 3333333"}) {
      CommandRun unknown = topics.run(line);
      assertThat(unknown.code()).as(line).isEqualTo(1);
      assertThat(unknown.err()).as(line).contains("3333333").hasLineCount(1);
    }
    for (String line :
        new String[] {WAIT + "123456", "explain HEAD", "rollback web --reason x --to 123456"}) {
      CommandRun wrong = topics.run(line);
      assertThat(wrong.code()).as(line).isEqualTo(2);
      assertThat(wrong.err()).as(line).contains("seven digits").hasLineCount(1);
    }
  }

  private ApiOverTopics parkedAndSuperseded() {
    return topics
        .dispatched(subject("web", "east", 1, ONE))
        .parked(subject("web", "east", 1, ONE))
        .pushed(TWO)
        .dispatched(subject("web", "east", 2, TWO))
        .superseded(subject("web", "east", 1, ONE), 2);
  }
}
