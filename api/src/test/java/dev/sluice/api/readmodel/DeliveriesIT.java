package dev.sluice.api.readmodel;

import static dev.sluice.api.readmodel.TopicWriter.commit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.readmodel.Overview.RepositoryView;
import dev.sluice.contract.event.Heartbeat;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
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

class DeliveriesIT {

  private static final Records.Span EVER = new Records.Span(Optional.empty(), Optional.empty());

  @TempDir Path directory;
  private KafkaConnection connection;
  private TopicWriter topics;

  @BeforeEach
  void topics() {
    connection = KafkaFixture.provisioned(2);
    topics = new TopicWriter(connection);
  }

  @AfterEach
  void end() {
    topics.close();
  }

  @Test
  void aWebhookWhoseRepositoryNoApplicationFollowsIsVisible() {
    topics
        .defined("web", "east")
        .defined("api", "east")
        .pushed("hub", "git.example/shop", "main", 1)
        .pushed("hub", "git.example/shop", "topic", 2)
        .pushed("gitea", "git.example:3000/team/shop", "main", 3)
        .pushed("gitea", "git.example/other", "main", 4);
    try (ReadModel model = open()) {
      assertThat(deliveries(model, Scope.ALL, Optional.empty()))
          .extracting(
              one ->
                  "%s %s %s %s %d"
                      .formatted(
                          one.endpoint(),
                          one.repository(),
                          one.ref().orElse("-"),
                          one.followed(),
                          one.applications()))
          .containsExactlyInAnyOrder(
              "hub git.example/shop refs/heads/main true 2",
              "hub git.example/shop refs/heads/topic true 0",
              "gitea git.example:3000/team/shop refs/heads/main false 0",
              "gitea git.example/other refs/heads/main false 0");
      assertThat(deliveries(model, Scope.ALL, Optional.of(false))).hasSize(2);
      assertThat(deliveries(model, Scope.ALL, Optional.of(true))).hasSize(2);
    }
  }

  @Test
  void theRepositoryOfTheFleetIsFollowed() {
    topics
        .write(
            "heartbeat",
            dispatcher(
                new Heartbeat.Fleet(
                    "git+https://git.example/Fleet@main",
                    Optional.of(new RepositoryId("git.example/Fleet")),
                    Optional.of(commit(1)),
                    Optional.empty())))
        .pushed("hub", "git.example/fleet", "main", 1)
        .pushed("hub", "git.example:3000/fleet", "main", 2);
    try (ReadModel model = open()) {
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> model.parts(Scope.ALL).stream().anyMatch(part -> part.fleet().isPresent()));

      assertThat(deliveries(model, Scope.ALL, Optional.of(true)))
          .singleElement()
          .satisfies(one -> assertThat(one.repository()).isEqualTo("git.example/fleet"))
          .satisfies(one -> assertThat(one.fleet()).isTrue())
          .satisfies(one -> assertThat(one.applications()).isZero());
      assertThat(deliveries(model, Scope.ALL, Optional.of(false)))
          .singleElement()
          .satisfies(one -> assertThat(one.similar()).contains("git.example/Fleet"));
    }
  }

  @Test
  void aRepositoryThatSetsAndIncludesReadIsFollowedByThem() {
    RepositoryId teams = new RepositoryId("git.example/Teams");
    topics
        .write(
            "heartbeat",
            dispatcher(
                new Heartbeat.Fleet(
                    "/fleet",
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(
                        List.of(
                            new Heartbeat.ReadRef(
                                teams,
                                GitRef.branch("main"),
                                List.of("ApplicationSet web", "FleetInclude a")),
                            new Heartbeat.ReadRef(
                                teams, GitRef.branch("old"), List.of("FleetInclude b")))))))
        .pushed("hub", "git.example/teams", "main", 1)
        .pushed("hub", "git.example/teams", "topic", 2)
        .pushed("hub", "git.example:3000/teams", "main", 3);
    try (ReadModel model = open()) {
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> model.parts(Scope.ALL).stream().anyMatch(part -> part.fleet().isPresent()));

      assertThat(deliveries(model, Scope.ALL, Optional.of(true)))
          .allSatisfy(one -> assertThat(one.followed()).isTrue())
          .allSatisfy(one -> assertThat(one.fleet()).isFalse())
          .extracting(one -> one.ref().orElseThrow() + " " + one.readers())
          .containsExactlyInAnyOrder(
              "refs/heads/main [ApplicationSet web, FleetInclude a]", "refs/heads/topic []");
      assertThat(deliveries(model, Scope.ALL, Optional.of(false)))
          .singleElement()
          .satisfies(one -> assertThat(one.similar()).contains("git.example/Teams"));
    }
  }

  private static Heartbeat dispatcher(Heartbeat.Fleet fleet) {
    return new Heartbeat(
        Heartbeat.Part.DISPATCHER,
        "dispatcher-1",
        Optional.empty(),
        Instant.now(),
        Duration.ofSeconds(10),
        Heartbeat.State.RUNNING,
        List.of(),
        Optional.empty(),
        Optional.of(fleet));
  }

  @Test
  void aRepositoryNamedWithoutItsPortShowsTheSimilarFollowedOne() {
    topics.defined("web", "east").pushed("gitea", "git.example:3000/shop", "main", 1);
    try (ReadModel model = open()) {
      assertThat(deliveries(model, Scope.ALL, Optional.of(false)))
          .singleElement()
          .satisfies(one -> assertThat(one.similar()).contains("git.example/shop"));
    }
  }

  @Test
  void repositoryNamesAreMatchedIgnoringCase() {
    topics.defined("web", "east").pushed("gitea", "git.example/SHOP", "main", 1);
    try (ReadModel model = open()) {
      assertThat(deliveries(model, Scope.ALL, Optional.of(true)))
          .singleElement()
          .satisfies(one -> assertThat(one.applications()).isEqualTo(1));
    }
  }

  @Test
  void aScopeLimitsDeliveriesToTheRepositoriesOfItsApplications() {
    topics
        .defined("web", "east")
        .defined("api", "east")
        .pushed("hub", "git.example/shop", "main", 1)
        .pushed("hub", "git.example/secret", "main", 2);
    try (ReadModel model = open()) {
      Scope web = new Scope(List.of("web"), List.of());
      assertThat(deliveries(model, web, Optional.empty()))
          .singleElement()
          .satisfies(
              one -> {
                assertThat(one.repository()).isEqualTo("git.example/shop");
                assertThat(one.applications()).isEqualTo(1);
              });
      assertThat(deliveries(model, new Scope(List.of("other"), List.of()), Optional.empty()))
          .isEmpty();
      assertThat(deliveries(model, web, Optional.of(false))).isEmpty();
    }
  }

  @Test
  void aDeliveryShowsThatGitDidNotShowItsCommit() {
    topics.defined("web", "east").pushed(1).unmet(1, 2);
    try (ReadModel model = open()) {
      DeliveryView delivery = deliveries(model, Scope.ALL, Optional.empty()).getFirst();
      assertThat(delivery.unmet())
          .hasValueSatisfying(
              unmet -> {
                assertThat(unmet.expected()).isEqualTo(commit(1).value());
                assertThat(unmet.evaluated()).contains(commit(2).value());
              });
    }
  }

  @Test
  void aRepositoryWithoutWebhooksHasNoLastWebhookTime() {
    topics.defined("web", "east").swept(1);
    try (ReadModel model = open()) {
      RepositoryView repository = repository(model);
      assertThat(repository.lastWebhookAt()).isEmpty();
      assertThat(repository.lastSweepAt()).isPresent();
    }
  }

  @Test
  void aRepositoryShowsItsLastWebhookTime() {
    topics.defined("web", "east").pushed("hub", "git.example/Shop", "topic", 1);
    try (ReadModel model = open()) {
      assertThat(repository(model).lastWebhookAt()).isPresent();
      assertThat(repository(model).lastSweepAt()).isEmpty();
    }
  }

  @Test
  void aFastForwardMergeIsFoundByTheHeadOfItsRequest() {
    topics
        .defined("web", "east")
        .pushed(1)
        .mergedByFastForward(1, 7)
        .dispatched("web", "east", 1, 1)
        .applied("web", "east", 1, 1);
    try (ReadModel model = open()) {
      assertThat(model.origins().explain(commit(1).value(), Scope.ALL).orElseThrow().changes())
          .extracting(ChangeView::type)
          .containsExactlyInAnyOrder("ref-changed", "merge-recorded");
    }
  }

  private static RepositoryView repository(ReadModel model) {
    return model.fleet().repositories(Scope.ALL, 10, Optional.empty()).items().getFirst();
  }

  private static List<DeliveryView> deliveries(
      ReadModel model, Scope allowed, Optional<Boolean> followed) {
    return model
        .deliveries()
        .list(
            new Deliveries.Filter(Optional.empty(), Optional.empty(), followed, EVER),
            allowed,
            10,
            Optional.empty())
        .items();
  }

  private ReadModel open() {
    topics.flush();
    ReadModel model = ReadModel.open(directory, connection, Clock.systemUTC());
    await().atMost(Duration.ofSeconds(30)).until(() -> model.unreadyReason().isEmpty());
    return model;
  }
}
