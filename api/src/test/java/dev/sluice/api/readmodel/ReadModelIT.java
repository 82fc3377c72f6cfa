package dev.sluice.api.readmodel;

import static dev.sluice.api.readmodel.TopicWriter.commit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.readmodel.Records.DeadLetterFilter;
import dev.sluice.api.readmodel.Records.EventFilter;
import dev.sluice.api.readmodel.Records.Span;
import dev.sluice.contract.event.Command;
import dev.sluice.contract.event.CommandEvent;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Provenance;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.StateRecord.Hold;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import dev.sluice.platform.kafka.TopicProvisioner;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadModelIT {

  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Span EVER = new Span(Optional.empty(), Optional.empty());

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
  void aResultOfAnOlderGenerationDoesNotChangeTheStatus() {
    topics
        .dispatched("web", "east", 1, 1)
        .dispatched("web", "east", 2, 2)
        .applied("web", "east", 2, 2)
        .parked("web", "east", 1, 1)
        .superseded("web", "east", 1, 1, 2);
    try (ReadModel model = open()) {
      ApplicationStatus status = status(model, "web");
      assertThat(status.phase()).isEqualTo("Synced");
      assertThat(status.generation()).isEqualTo(2);
      assertThat(status.code()).isEmpty();
      assertThat(status.applied().orElseThrow().commit()).contains(commit(2).value());
      assertThat(outcomes(model, "web")).containsExactly("2 applied", "1 parked");
    }
  }

  @Test
  void theRendererIsShownForClustersAndGenerations() {
    topics
        .dispatched("web", "east", 1, 1)
        .applied("web", "east", 1, 1)
        .dispatched("web", "west", 1, 1)
        .planned("web", "west", 1, 1, "kustomize v5.7.1")
        .dispatched("web", "west", 2, 2)
        .unchanged("web", "west", 2, 2, "kustomize v5.8.0");
    try (ReadModel model = open()) {
      assertThat(list(model))
          .extracting(status -> status.applied().orElseThrow().renderer())
          .containsExactly(Optional.of("plain"), Optional.of("kustomize v5.8.0"));
      assertThat(
              model
                  .applications()
                  .history("web", Scope.ALL, Scope.ALL, 10, Optional.empty())
                  .items())
          .extracting(one -> one.cluster() + " " + one.generation() + " " + one.renderer().get())
          .containsExactly("west 2 kustomize v5.8.0", "west 1 kustomize v5.7.1", "east 1 plain");
    }
  }

  @Test
  void theGeneratedFieldsAreThoseOfTheGenerationInTheCluster() {
    topics
        .dispatched("web", "east", 1, 1)
        .generating("web", "east", 1, 1, "Secret default/web data.password")
        .dispatched("api", "east", 1, 1)
        .generating("api", "east", 1, 1, "Secret default/api data.key")
        .dispatched("api", "east", 2, 2)
        .applied("api", "east", 2, 2)
        .dispatched("web", "east", 2, 2);
    try (ReadModel model = open()) {
      assertThat(status(model, "web").applied().orElseThrow().generated())
          .contains(List.of("Secret default/web data.password"));
      assertThat(status(model, "api").applied().orElseThrow().generated()).isEmpty();
    }
  }

  @Test
  void anObjectIsTracedToItsCommitDeliveryAndMerge() {
    topics
        .defined("web", "east")
        .pushed(1)
        .merged(1, 42)
        .dispatched("web", "east", 1, 1)
        .applied("web", "east", 1, 1);
    try (ReadModel model = open()) {
      Trace trace =
          model
              .origins()
              .trace(
                  new Trace.Question("east", "deployment", "web", Optional.of("default")),
                  Scope.ALL)
              .orElseThrow();
      assertThat(trace.generation().commit()).contains(commit(1).value());
      assertThat(trace.generation().reason()).contains("apps/web/deployment.yaml");
      assertThat(trace.sources()).containsExactly("apps/web");
      assertThat(trace.changes())
          .extracting(ChangeView::delivery)
          .contains(Optional.of("delivery-1"));
      assertThat(trace.merges().getFirst().merge().orElseThrow().mergedBy()).contains("merger");
      assertThat(trace.generation().steps().applied()).isPresent();

      assertThat(
              model
                  .origins()
                  .trace(
                      new Trace.Question("east", "Deployment", "web", Optional.empty()),
                      new Scope(List.of("other*"), List.of())))
          .isEmpty();
    }
  }

  @Test
  void aCommandedGenerationIsTracedToWhoBroughtItsCommit() {
    topics
        .defined("web", "east")
        .swept(1)
        .pushed("hub", "git.example/shop", "topic", 1)
        .pushed("hub", "git.example/fork", "main", 1)
        .merged(1, 42)
        .merged(new RepositoryId("git.example/fork"), 1, 43)
        .write(
            "command/1",
            new CommandEvent.Given(
                TopicWriter.REPOSITORY,
                new ApplicationName("web"),
                Set.of(),
                new Command.Resync(),
                "jo",
                "incident 7"))
        .dispatched("web", "east", 1, 1, "command/1")
        .applied("web", "east", 1, 1);
    try (ReadModel model = open()) {
      Trace trace =
          model
              .origins()
              .trace(
                  new Trace.Question("east", "deployment", "web", Optional.of("default")),
                  Scope.ALL)
              .orElseThrow();
      assertThat(trace.changes()).extracting(ChangeView::id).containsExactly("sweep/1");
      assertThat(trace.merges())
          .extracting(merge -> merge.merge().orElseThrow().number())
          .containsExactly(42L);
      assertThat(trace.commands())
          .extracting(command -> command.by() + ": " + command.reason())
          .containsExactly("jo: incident 7");
      assertThat(model.origins().explain(commit(1).value(), Scope.ALL).orElseThrow().commands())
          .isEqualTo(trace.commands());
    }
  }

  @Test
  void commitsHaveTheirPushesReviewsAndGenerations() {
    topics
        .defined("web", "east")
        .pushed(1)
        .merged(1, 42)
        .dispatched("web", "east", 1, 1, "push/1")
        .dispatched("api", "west", 1, 1);
    try (ReadModel model = open()) {
      List<String> commits = List.of(commit(1).value(), commit(2).value());
      List<CommitOrigin> all = model.origins().ofCommits(commits, Scope.ALL);
      assertThat(all).extracting(CommitOrigin::commit).isEqualTo(commits);
      assertThat(all.getFirst().changes()).hasSize(2);
      assertThat(all.getFirst().reviews()).extracting(MergeReviews::number).containsExactly(42L);
      assertThat(all.getFirst().generations())
          .extracting(one -> one.application() + one.cluster() + one.causes())
          .containsExactly("apiwest[push/1]", "webeast[push/1]");
      assertThat(all.getLast())
          .isEqualTo(new CommitOrigin(commits.getLast(), List.of(), List.of(), List.of()));
      assertThat(
              model
                  .origins()
                  .ofCommits(commits, new Scope(List.of("web"), List.of()))
                  .getFirst()
                  .generations())
          .extracting(CommitOrigin.CausedGeneration::application)
          .containsExactly("web");
    }
  }

  @Test
  void commandsAreSelectedByApplicationAndCluster() {
    topics.defined("web", "east", "west").defined("api", "west");
    commanded("web", "east");
    commanded("web", "east", "west");
    commanded("api", "west");
    commanded("api");
    try (ReadModel model = open()) {
      assertThat(commands(model, List.of(), List.of("east")))
          .containsExactly("api[]", "web[east, west]", "web[east]");
      assertThat(commands(model, List.of("web"), List.of("w*"))).containsExactly("web[east, west]");
      assertThat(commands(model, List.of(), List.of())).hasSize(4);
    }
  }

  private void commanded(String application, String... clusters) {
    topics.write(
        "command/%s/%s".formatted(application, String.join(",", clusters)),
        new CommandEvent.Given(
            TopicWriter.REPOSITORY,
            new ApplicationName(application),
            Stream.of(clusters).map(ClusterName::new).collect(Collectors.toSet()),
            new Command.Resync(),
            "jo",
            "incident 7"));
  }

  private static List<String> commands(
      ReadModel model, List<String> applications, List<String> clusters) {
    return model
        .records()
        .commands(
            new Scope(applications, clusters),
            Optional.empty(),
            Optional.empty(),
            Scope.ALL,
            10,
            Optional.empty())
        .items()
        .stream()
        .map(
            command ->
                command.application().orElseThrow() + command.clusters().stream().sorted().toList())
        .toList();
  }

  @Test
  void aCommitIsExplainedByAffectedAndUnaffectedApplications() {
    topics
        .defined("web", "east")
        .defined("api", "east")
        .state(
            "shop",
            Map.of(
                new ClusterName("east"),
                new Hold(Optional.empty(), "jo", "incident 7", Instant.EPOCH)),
            "east")
        .pushed(1)
        .dispatched("web", "east", 1, 1);
    try (ReadModel model = open()) {
      Explanation explanation =
          model.origins().explain(commit(1).value().substring(0, 38), Scope.ALL).orElseThrow();
      assertThat(explanation.affected())
          .extracting(GenerationView::application)
          .containsExactly("web");
      assertThat(explanation.unaffected())
          .extracting(one -> one.application() + ": " + one.why())
          .containsExactly(
              "api: no input of it differs from what was sent before, or a later commit was sent in"
                  + " its place",
              "shop: suspended by jo: incident 7");
      assertThat(model.origins().explain("fffffff", Scope.ALL)).isEmpty();
    }
  }

  @Test
  void aCommitOfAnotherSourceIsExplainedByTheGenerationsThatItLedTo() {
    RepositoryId values = new RepositoryId("git.example/values");
    Definition chart = TopicWriter.definition("web", "east");
    topics
        .state(
            new Definition(
                chart.application(),
                List.of(
                    chart.sources().getFirst(),
                    TopicWriter.definition("values", values, TopicWriter.MAIN, "east")
                        .sources()
                        .getFirst()),
                chart.clusters(),
                chart.spec(),
                false),
            Map.of())
        .pushed(1)
        .pushed(values, TopicWriter.MAIN, 7)
        .dispatched("web", "east", 1, 1)
        .write(
            "dispatched/values",
            new ResultEvent.Dispatched(
                new Subject(
                    new ClusterName("east"),
                    chart.application(),
                    new Generation(2),
                    Optional.of(commit(1)),
                    new EventId("sync/2")),
                Optional.of("digest"),
                "values.yaml",
                new Provenance(
                    List.of(new EventId("push/7")),
                    Optional.empty(),
                    Instant.EPOCH,
                    Instant.EPOCH,
                    "batch",
                    1)))
        .flush();
    try (ReadModel model = open()) {
      Explanation explanation = model.origins().explain(commit(7).value(), Scope.ALL).orElseThrow();
      assertThat(explanation.affected())
          .extracting(GenerationView::generation)
          .containsExactly(new Generation(2));
      assertThat(explanation.unaffected()).isEmpty();
    }
  }

  @Test
  void deadLettersOpenAndClose() {
    topics.parked("web", "east", 1, 1).parked("api", "west", 1, 1).closed("web", "east", 1, 2);
    try (ReadModel model = open()) {
      assertThat(letters(model, Optional.of(true), Scope.ALL)).containsExactly("west/api/1");
      assertThat(letters(model, Optional.of(false), Scope.ALL)).containsExactly("east/web/1");
      assertThat(letters(model, Optional.empty(), new Scope(List.of(), List.of("e*"))))
          .containsExactly("east/web/1");
      DeadLetter letter =
          model.records().deadLetter(new DeadLetterId("west/api/1"), Scope.ALL).orElseThrow();
      assertThat(letter.code()).isEqualTo("Invalid");
      assertThat(letter.object()).contains("Deployment default/api");
      assertThat(letter.original().offset()).isEqualTo(7);
      assertThat(model.overview(Scope.ALL).deadLetters()).containsEntry("Invalid", 1L);
    }
  }

  @Test
  void anUnreadableRecordIsShownWithItsPosition() {
    topics.garbage();
    try (ReadModel model = open()) {
      EventView event = events(model).getFirst();
      assertThat(event.type()).isEqualTo("damaged");
      assertThat(event.position().topic()).isEqualTo("results");
      assertThat(event.body().get("reason").asText()).contains("not a valid");
    }
  }

  @Test
  void itResumesWhereItStoppedAndReadsNothingTwice() {
    topics.dispatched("web", "east", 1, 1).applied("web", "east", 1, 1);
    String build;
    List<EventView> before;
    try (ReadModel model = open()) {
      build = model.build();
      before = events(model);
      assertThat(before).hasSize(2);
    }
    topics.dispatched("web", "east", 2, 2);
    try (ReadModel model = open()) {
      assertThat(model.build()).isEqualTo(build);
      List<EventView> after = events(model);
      assertThat(after).hasSize(3);
      assertThat(after.subList(0, 2)).isEqualTo(before);
      assertThat(status(model, "web").phase()).isEqualTo("Syncing");
    }
  }

  @Test
  void aFileOfOtherTopicsIsRebuilt() {
    topics.dispatched("web", "east", 1, 1);
    open().close();
    KafkaConnection other = KafkaFixture.provisioned(1);
    try (TopicWriter otherTopics = new TopicWriter(other)) {
      otherTopics.dispatched("api", "west", 1, 1).flush();
      try (ReadModel model = ReadModel.open(directory, other, Clock.systemUTC())) {
        caughtUp(model);
        assertThat(list(model)).extracting(ApplicationStatus::application).containsExactly("api");
        assertThat(model.overview(Scope.ALL).warnings())
            .anySatisfy(
                warning ->
                    assertThat(warning)
                        .contains("it is of other topics", directory.toString(), "you can delete"));
      }
    }
  }

  @Test
  void aFailingListenerDoesNotStopTheFollower() {
    try (ReadModel model = open()) {
      List<Integer> heard = new CopyOnWriteArrayList<>();
      model.listen(
          (_, _) -> {
            throw new IllegalStateException("a test's fault");
          });
      model.listen(
          (_, _) -> {
            throw new AssertionError("a test's fault");
          });
      model.listen((events, _) -> heard.add(events.size()));
      topics.dispatched("web", "east", 1, 1).flush();
      await().atMost(PATIENCE).until(() -> !heard.isEmpty());
      topics.dispatched("web", "east", 2, 2).flush();
      await().atMost(PATIENCE).until(() -> events(model).size() == 2);
      assertThat(model.unreadyReason()).isEmpty();
    }
  }

  @Test
  void aRecordWithAnInvalidTimeIsShownAsDamagedAndLaterOnesAreRead() {
    topics.dispatched("web", "east", 1, 1);
    topics.at(Instant.MAX).dispatched("web", "east", 2, 2);
    topics.at(Instant.MIN).dispatched("web", "east", 3, 3);
    topics.at(Instant.now()).dispatched("web", "east", 4, 4);
    try (ReadModel model = open()) {
      assertThat(events(model))
          .extracting(EventView::type)
          .containsExactlyInAnyOrder("dispatched", "damaged", "damaged", "dispatched");
      assertThat(status(model, "web").generation()).isEqualTo(4);
    }
  }

  @Test
  void anEventOfAnUnknownTypeStopsTheFollowerVisibly() {
    topics.dispatched("web", "east", 1, 1).flush();
    topics.unknown();
    topics.flush();
    try (ReadModel model = ReadModel.open(directory, connection, Clock.systemUTC())) {
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(model.unreadyReason().orElse(""))
                      .contains("which this version does not know"));
      assertThat(status(model, "web").generation()).isEqualTo(1);
    }
  }

  @Test
  void aRevokedAuthorizationIsReportedUntilItIsGrantedAgain() {
    String results = connection.topics().results();
    try (ReadModel model = open()) {
      KafkaFixture.deny(results, AclOperation.READ);
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(model.unreadyReason().orElse(""))
                      .contains("Kafka refuses access to the topics", results));
      topics.dispatched("web", "east", 1, 1).flush();
      KafkaFixture.allow(results);
      await().atMost(PATIENCE).until(() -> events(model).size() == 1);
      caughtUp(model);
    }
  }

  @Test
  void topicsCreatedAgainAreReadFromTheBeginning() throws Exception {
    topics.dispatched("web", "east", 1, 1).dispatched("old", "east", 1, 1);
    try (ReadModel model = open();
        Admin admin = Admin.create(connection.admin())) {
      String build = model.build();
      admin.deleteTopics(List.of(connection.topics().results())).all().get();
      await()
          .atMost(PATIENCE)
          .until(() -> !admin.listTopics().names().get().contains(connection.topics().results()));
      new TopicProvisioner(admin, connection.topics()).provision(2);
      // more records than before: the old position is within the new topic
      for (int i = 1; i <= 10; i++) {
        topics.dispatched("web", "east", i, i);
      }
      topics.flush();

      await().atMost(PATIENCE).until(() -> !model.build().equals(build));
      await().atMost(PATIENCE).until(() -> events(model).size() == 10);
      caughtUp(model);
      assertThat(list(model)).extracting(ApplicationStatus::application).containsExactly("web");
      assertThat(model.overview(Scope.ALL).warnings())
          .anySatisfy(warning -> assertThat(warning).contains("the topics were created again"));
    }
  }

  @Test
  void topicWarningsAreShownOnlyWithoutAScope() throws Exception {
    try (Admin admin = Admin.create(connection.admin())) {
      admin
          .incrementalAlterConfigs(
              Map.of(
                  new ConfigResource(ConfigResource.Type.TOPIC, connection.topics().changes()),
                  List.of(
                      new AlterConfigOp(
                          new ConfigEntry("retention.bytes", "1000000"),
                          AlterConfigOp.OpType.SET))))
          .all()
          .get();
    }
    try (ReadModel model = open()) {
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(model.overview(Scope.ALL).warnings())
                      .singleElement()
                      .asString()
                      .contains("retention.bytes=1000000"));
      assertThat(model.overview(new Scope(List.of("web"), List.of())).warnings()).isEmpty();
    }
  }

  @Test
  void twoProcessesCannotShareAFile() {
    try (ReadModel model = open()) {
      assertThat(model.unreadyReason()).isEmpty();
      for (int attempt = 1; attempt <= 2; attempt++) {
        assertThatThrownBy(this::open)
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("another process uses the read model")
            .hasMessageContaining("(process %d)", ProcessHandle.current().pid());
      }
    }
  }

  @Test
  void pagesHaveNoGapsOrRepeats() {
    for (int i = 0; i < 25; i++) {
      topics.dispatched("app-" + i, "east", 1, i).dispatched("app-" + i, "west", 1, i);
    }
    try (ReadModel model = open()) {
      List<String> seen = new ArrayList<>();
      Optional<String> after = Optional.empty();
      do {
        Page<ApplicationStatus> page =
            model.applications().list(filter(Scope.ALL), Scope.ALL, 7, after);
        page.items().forEach(status -> seen.add(status.cursor()));
        after = page.next();
      } while (after.isPresent());
      assertThat(seen).hasSize(50).doesNotHaveDuplicates().isSorted();
    }
  }

  private ReadModel open() {
    topics.flush();
    ReadModel model = ReadModel.open(directory, connection, Clock.systemUTC());
    caughtUp(model);
    return model;
  }

  private static void caughtUp(ReadModel model) {
    await().atMost(Duration.ofSeconds(30)).until(() -> model.unreadyReason().isEmpty());
  }

  private static Applications.Filter filter(Scope scope) {
    return Applications.Filter.of(scope);
  }

  private static List<ApplicationStatus> list(ReadModel model) {
    return model.applications().list(filter(Scope.ALL), Scope.ALL, 100, Optional.empty()).items();
  }

  private static ApplicationStatus status(ReadModel model, String application) {
    return model
        .applications()
        .list(filter(new Scope(List.of(application), List.of())), Scope.ALL, 10, Optional.empty())
        .items()
        .getFirst();
  }

  private static List<String> outcomes(ReadModel model, String application) {
    return model
        .applications()
        .history(application, Scope.ALL, Scope.ALL, 10, Optional.empty())
        .items()
        .stream()
        .map(one -> one.generation() + " " + one.outcome())
        .toList();
  }

  private static List<String> letters(ReadModel model, Optional<Boolean> open, Scope scope) {
    return model
        .records()
        .deadLetters(
            new DeadLetterFilter(scope, Optional.empty(), Optional.empty(), open, EVER),
            Scope.ALL,
            10,
            Optional.empty())
        .items()
        .stream()
        .map(letter -> letter.entry().value())
        .toList();
  }

  private static List<EventView> events(ReadModel model) {
    return model
        .records()
        .events(
            new EventFilter(Scope.ALL, Optional.empty(), Optional.empty(), EVER), Scope.ALL, 100, 0)
        .items();
  }
}
