package dev.sluice.api.readmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.readmodel.GenerationView.Closing;
import dev.sluice.api.readmodel.GenerationView.GenerationFailure;
import dev.sluice.contract.event.DeadLetterEvent.Closed.Reason;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.name.Generation;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerationOutcomesIT {

  private static final String REFUSAL = "spec.replicas is not a number: write one";

  @TempDir Path directory;
  private KafkaConnection connection;
  private TopicWriter topics;

  @BeforeEach
  void topics() {
    connection = KafkaFixture.provisioned(1);
    topics = new TopicWriter(connection);
  }

  @AfterEach
  void end() {
    topics.close();
  }

  @Test
  void theFirstClosingOfADeadLetterCounts() {
    topics
        .defined("web", "east")
        .dispatched("web", "east", 1, 1)
        .parked("web", "east", 1, 1)
        .discarded("web", "east", 1, "alice", "known, and harmless");
    Instant discarded = topics.now();
    topics
        .dispatched("web", "east", 2, 2)
        .applied("web", "east", 2, 2)
        .closed("web", "east", 1, 2)
        .discarded("web", "east", 1, "bob", "too late");
    try (ReadModel model = open()) {
      Closing closed = history(model).get(1).failure().orElseThrow().closed().orElseThrow();

      assertThat(closed.reason()).isEqualTo("DISCARDED");
      assertThat(closed.by()).contains("alice");
      assertThat(closed.why()).contains("known, and harmless");
      assertThat(closed.at()).isEqualTo(discarded);
    }
  }

  @Test
  void aRefusedGenerationKeepsItsRefusalAfterANewerOneComes() {
    topics
        .defined("web", "east")
        .dispatched("web", "east", 1, 1)
        .parked("web", "east", 1, 1)
        .retried("web", "east", 1, 4)
        .dispatched("web", "east", 2, 2)
        .superseded("web", "east", 1, 1, 2);
    Instant superseded = topics.now();
    topics.applied("web", "east", 2, 2).closed("web", "east", 1, 2);
    try (ReadModel model = open()) {
      GenerationView refused = history(model).get(1);
      assertThat(refused.outcome()).isEqualTo("parked");
      assertThat(refused.message()).contains(REFUSAL);
      assertThat(refused.supersededBy()).contains(new Generation(2));
      assertThat(refused.supersededAt()).contains(superseded);
      assertThat(refused.attempts()).isEqualTo(4);
      GenerationFailure failure = refused.failure().orElseThrow();
      assertThat(failure.code()).isEqualTo("Invalid");
      assertThat(failure.message()).isEqualTo(REFUSAL);
      assertThat(failure.entry()).contains(new DeadLetterId("east/web/1"));
      Closing closed = failure.closed().orElseThrow();
      assertThat(closed.reason()).isEqualTo("SUCCEEDED");
      assertThat(closed.generation()).contains(new Generation(2));
      assertThat(closed.by()).isEmpty();
      assertThat(
              model
                  .origins()
                  .explain(TopicWriter.commit(1).value(), Scope.ALL)
                  .orElseThrow()
                  .affected())
          .containsExactly(refused);
      assertThat(history(model).getFirst().failure()).isEmpty();
      assertThat(history(model).getFirst().supersededBy()).isEmpty();
      assertThat(model.applications().find("web", Scope.ALL).orElseThrow().generations())
          .isEqualTo(history(model));
    }
  }

  @Test
  void aRefusalSaysHowAndByWhomItWasClosed() {
    topics
        .parked("web", "east", 1, 1)
        .superseded("web", "east", 1, 1, 2)
        .parked("web", "east", 2, 2)
        .closed("web", "east", 1, 2, Reason.SUPERSEDED)
        .discarded("web", "east", 2, "alice", "known, and harmless");
    try (ReadModel model = open()) {
      assertThat(closings(model))
          .containsExactly(
              "2 parked DISCARDED by alice (known, and harmless)",
              "1 parked SUPERSEDED by generation 2");
    }
  }

  @Test
  void aRefusedGenerationIsRefusedAlsoIfItWasBeingTriedAgain() {
    topics
        .dispatched("web", "east", 1, 1)
        .parked("web", "east", 1, 1)
        .planned("web", "east", 1, 1, "plain")
        .superseded("web", "east", 1, 1, 3)
        .dispatched("api", "east", 1, 1)
        .parked("api", "east", 1, 1)
        .retrying("api", "east", 1, 1, 5);
    try (ReadModel model = open()) {
      GenerationView web = history(model).getFirst();
      assertThat(web.outcome()).isEqualTo("parked");
      assertThat(web.message()).contains(REFUSAL);
      assertThat(web.supersededBy()).contains(new Generation(3));
      assertThat(history(model, "api").getFirst().outcome())
          .as("it has not ended")
          .isEqualTo("retrying");
    }
  }

  @Test
  void aGenerationThatNeverEndedIsSupersededAndKeepsItsFailedAttempts() {
    topics
        .dispatched("web", "east", 1, 1)
        .superseded("web", "east", 1, 1, 2)
        .dispatched("web", "east", 2, 2)
        .retrying("web", "east", 2, 2, 1)
        .retrying("web", "east", 2, 2, 2)
        .superseded("web", "east", 2, 2, 3);
    try (ReadModel model = open()) {
      List<GenerationView> history = history(model);
      GenerationView tried = history.getFirst();
      assertThat(tried.outcome()).isEqualTo("superseded");
      assertThat(tried.supersededBy()).contains(new Generation(3));
      assertThat(tried.attempts()).isEqualTo(2);
      GenerationFailure failure = tried.failure().orElseThrow();
      assertThat(failure.code()).isEqualTo("Unreachable");
      assertThat(failure.message()).isEqualTo("the API server does not answer");
      assertThat(failure.entry()).isEmpty();
      GenerationView untried = history.get(1);
      assertThat(untried.outcome()).isEqualTo("superseded");
      assertThat(untried.attempts()).isZero();
      assertThat(untried.failure()).isEmpty();
    }
  }

  @Test
  void anAppliedGenerationStaysAppliedWhateverALaterWorkerReports() {
    topics.dispatched("web", "east", 1, 1).applied("web", "east", 1, 1);
    Instant applied = topics.now();
    topics
        .unchanged("web", "east", 1, 1, "plain")
        .planned("web", "east", 1, 1, "plain")
        .fenced("web", "east", 1, 1, 2)
        .superseded("web", "east", 1, 1, 2)
        .dispatched("api", "east", 1, 1)
        .fenced("api", "east", 1, 1, 2);
    try (ReadModel model = open()) {
      GenerationView web = history(model).getFirst();
      assertThat(web.outcome()).isEqualTo("applied");
      assertThat(web.message()).isEmpty();
      assertThat(web.outcomeAt()).isEqualTo(applied);
      assertThat(web.supersededBy()).contains(new Generation(2));
      assertThat(history(model, "api").getFirst().outcome()).isEqualTo("fenced");
    }
  }

  @Test
  void aGenerationThatSucceededAfterARefusalShowsBoth() {
    topics
        .dispatched("web", "east", 1, 1)
        .parked("web", "east", 1, 1)
        .applied("web", "east", 1, 1)
        .closed("web", "east", 1, 1);
    try (ReadModel model = open()) {
      assertThat(closings(model)).containsExactly("1 applied SUCCEEDED by generation 1");
      assertThat(history(model).getFirst().attempts()).isEqualTo(1);
    }
  }

  private static List<String> closings(ReadModel model) {
    return history(model).stream()
        .map(
            one -> {
              Closing closed = one.failure().orElseThrow().closed().orElseThrow();
              return "%s %s %s by %s"
                  .formatted(
                      one.generation(),
                      one.outcome(),
                      closed.reason(),
                      closed
                          .by()
                          .map(by -> "%s (%s)".formatted(by, closed.why().orElseThrow()))
                          .orElseGet(() -> "generation " + closed.generation().orElseThrow()));
            })
        .toList();
  }

  private static List<GenerationView> history(ReadModel model) {
    return history(model, "web");
  }

  private static List<GenerationView> history(ReadModel model, String application) {
    return model
        .applications()
        .history(application, Scope.ALL, Scope.ALL, 10, Optional.empty())
        .items();
  }

  private ReadModel open() {
    topics.flush();
    ReadModel model = ReadModel.open(directory, connection, Clock.systemUTC());
    await().atMost(Duration.ofSeconds(30)).until(() -> model.unreadyReason().isEmpty());
    return model;
  }
}
