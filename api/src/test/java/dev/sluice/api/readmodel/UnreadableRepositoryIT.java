package dev.sluice.api.readmodel;

import static dev.sluice.api.readmodel.TopicWriter.MAIN;
import static dev.sluice.api.readmodel.TopicWriter.REPOSITORY;
import static dev.sluice.api.readmodel.TopicWriter.commit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.projection.Phase;
import dev.sluice.api.readmodel.Explanation.Unaffected;
import dev.sluice.contract.event.ChangeEvent.RepositoryMoved;
import dev.sluice.contract.event.Origin;
import dev.sluice.contract.event.StateRecord.Hold;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Status of applications whose repository cannot be read. */
class UnreadableRepositoryIT {

  private static final RepositoryId OTHER = new RepositoryId("git.example/other");
  private static final String REASON = "cannot fetch git.example/shop: no route to host";

  @TempDir Path directory;
  private KafkaConnection connection;
  private TopicWriter topics;

  @BeforeEach
  void topics() {
    connection = KafkaFixture.provisioned(2);
    topics = new TopicWriter(connection);
    topics
        .defined("web", "east")
        .state(TopicWriter.definition("api", OTHER, MAIN, "east"), Map.of())
        .pushed(1)
        .dispatched("web", "east", 1, 1)
        .applied("web", "east", 1, 1)
        .dispatched("api", "east", 1, 1)
        .applied("api", "east", 1, 1);
  }

  @AfterEach
  void end() {
    topics.close();
  }

  @Test
  void anApplicationIsUnknownWhileItsRepositoryCannotBeRead() {
    topics.unreadable(REPOSITORY, MAIN, REASON);
    Instant since = topics.now().minusSeconds(1);
    try (ReadModel model = open()) {
      assertThat(phases(model)).containsExactly("api Synced", "web Unknown");
      ApplicationStatus web = list(model, Optional.of(Phase.UNKNOWN)).getFirst();
      assertThat(web.application()).isEqualTo("web");
      assertThat(web.code()).contains("RepositoryNotFound");
      assertThat(web.message())
          .contains("git.example/shop refs/heads/main cannot be read: " + REASON);
      assertThat(web.since()).contains(since);
      assertThat(web.applied()).isPresent();
      assertThat(list(model, Optional.of(Phase.SYNCED)))
          .extracting(ApplicationStatus::application)
          .containsExactly("api");
      assertThat(model.overview(Scope.ALL).phases())
          .containsOnly(Map.entry("Synced", 1L), Map.entry("Unknown", 1L));
      assertThat(model.fleet().clusters(Scope.ALL).getFirst().phases())
          .containsEntry("Unknown", 1L);
      assertThat(model.fleet().unreadable())
          .singleElement()
          .satisfies(
              ref -> {
                assertThat(ref.repository()).isEqualTo("git.example/shop");
                assertThat(ref.code()).isEqualTo("RepositoryNotFound");
                assertThat(ref.since()).isEqualTo(since);
                assertThat(ref.reason()).isEqualTo(REASON);
              });
      assertThat(model.overview(Scope.ALL).unreadable()).isEqualTo(model.fleet().unreadable());

      topics.read(REPOSITORY, MAIN).flush();
      await()
          .atMost(Duration.ofSeconds(10))
          .untilAsserted(
              () -> assertThat(phases(model)).containsExactly("api Synced", "web Synced"));
      assertThat(model.fleet().unreadable()).isEmpty();
    }
  }

  @Test
  void aRepositoryShowsItsLastReadAndWhyItIsUnreadable() {
    topics.unreadable(REPOSITORY, MAIN, REASON);
    Instant since = topics.now().minusSeconds(1);
    try (ReadModel model = open()) {
      Overview.RefView ref =
          model
              .fleet()
              .repositories(Scope.ALL, 10, Optional.empty())
              .items()
              .getLast()
              .refs()
              .getFirst();
      assertThat(ref.readAt()).contains(since.minusSeconds(1));
      assertThat(ref.unreadableSince()).contains(since);
      assertThat(ref.unreadableReason()).contains(REASON);
    }
  }

  @Test
  void anApplicationIsUnknownUntilItsNewRepositoryWasRead() {
    GitRef release = GitRef.branch("release");
    topics.unread(TopicWriter.definition("web", REPOSITORY, release, "east"), Map.of());
    try (ReadModel model = open()) {
      assertThat(phases(model)).containsExactly("api Synced", "web Unknown");
      assertThat(list(model, Optional.of(Phase.UNKNOWN)).getFirst().code())
          .contains("RepositoryNeverRead");
    }
  }

  @Test
  void anApplicationThatWasNeverSentSaysWhyItWaits() {
    GitRef release = GitRef.branch("release");
    topics
        .unread(TopicWriter.definition("new", REPOSITORY, release, "east"), Map.of())
        .unreadable(REPOSITORY, release, REASON);
    try (ReadModel model = open()) {
      ApplicationStatus waiting = list(model, Optional.of(Phase.WAITING)).getFirst();
      assertThat(waiting.application()).isEqualTo("new");
      assertThat(waiting.code()).contains("RepositoryNotFound");
      assertThat(waiting.message()).hasValueSatisfying(why -> assertThat(why).contains(REASON));
    }
  }

  @Test
  void anUnreadableRepositoryDoesNotAffectAHeldApplication() {
    Hold hold = new Hold(Optional.empty(), "jo", "incident", Instant.EPOCH);
    topics
        .state(TopicWriter.definition("web", "east"), Map.of(new ClusterName("east"), hold))
        .unreadable(REPOSITORY, MAIN, REASON);
    try (ReadModel model = open()) {
      assertThat(phases(model)).containsExactly("api Synced", "web Synced");
    }
  }

  @Test
  void aCommitOnAnUnreadableRefIsExplainedAsUnreadable() {
    topics.pushed(2).unreadable(REPOSITORY, MAIN, REASON);
    try (ReadModel model = open()) {
      Explanation explanation = model.origins().explain(commit(2).value(), Scope.ALL).orElseThrow();
      assertThat(explanation.unaffected())
          .extracting(Unaffected::application, Unaffected::cause)
          .containsExactly(
              org.assertj.core.groups.Tuple.tuple("web", Explanation.Cause.UNREADABLE));
      assertThat(explanation.unaffected().getFirst().why())
          .contains("cannot be read since", REASON);
      assertThat(model.origins().unreadable(Scope.ALL)).singleElement().asString().contains(REASON);
      assertThat(model.origins().unreadable(new Scope(List.of("api"), List.of()))).isEmpty();
    }
  }

  private static List<String> phases(ReadModel model) {
    return list(model, Optional.empty()).stream()
        .map(status -> status.application() + " " + status.phase())
        .toList();
  }

  @Test
  void aRenamedRepositoryHasItsNewNameUntilItGetsTheOldOneBack() {
    RepositoryId renamed = new RepositoryId("git.example/renamed");
    topics
        .write("moved", new RepositoryMoved(REPOSITORY, renamed, new Origin.Poll(topics.now())))
        .flush();
    try (ReadModel model = open()) {
      assertThat(movedTo(model)).contains("git.example/renamed");

      topics
          .write("back", new RepositoryMoved(renamed, REPOSITORY, new Origin.Poll(topics.now())))
          .flush();
      await().atMost(Duration.ofSeconds(10)).until(() -> movedTo(model).isEmpty());
    }
  }

  private static Optional<String> movedTo(ReadModel model) {
    return model.fleet().repositories(Scope.ALL, 10, Optional.empty()).items().stream()
        .filter(view -> view.repository().equals(REPOSITORY.value()))
        .findFirst()
        .orElseThrow()
        .movedTo();
  }

  private static List<ApplicationStatus> list(ReadModel model, Optional<Phase> phase) {
    return model
        .applications()
        .list(
            new Applications.Filter(
                Scope.ALL,
                phase,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()),
            Scope.ALL,
            100,
            Optional.empty())
        .items();
  }

  private ReadModel open() {
    topics.flush();
    ReadModel model =
        ReadModel.open(directory.resolve("read-model"), connection, Clock.systemUTC());
    await().atMost(Duration.ofSeconds(30)).until(() -> model.unreadyReason().isEmpty());
    return model;
  }
}
