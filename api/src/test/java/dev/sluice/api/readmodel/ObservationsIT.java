package dev.sluice.api.readmodel;

import static dev.sluice.api.readmodel.ObservedSamples.contended;
import static dev.sluice.api.readmodel.ObservedSamples.degraded;
import static dev.sluice.api.readmodel.ObservedSamples.deployment;
import static dev.sluice.api.readmodel.ObservedSamples.drifted;
import static dev.sluice.api.readmodel.ObservedSamples.healed;
import static dev.sluice.api.readmodel.ObservedSamples.healthy;
import static dev.sluice.api.readmodel.ObservedSamples.progressing;
import static dev.sluice.api.readmodel.TopicWriter.commit;
import static dev.sluice.api.readmodel.TopicWriter.subject;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.readmodel.ApplicationStatus.HeldView;
import dev.sluice.api.readmodel.GenerationView.Observation;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.DeletionPlan;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectChange;
import dev.sluice.contract.event.ObjectDrift;
import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.contract.event.OriginalRecord;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.StateRecord.Dispatched;
import dev.sluice.contract.event.StateRecord.Hold;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.Withheld;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ObservationsIT {

  private static final Subject WEB = subject("web", "east", 1, 1);

  @TempDir Path directory;
  private KafkaConnection connection;
  private TopicWriter topics;
  private int written;

  @BeforeEach
  void applyWeb() {
    connection = KafkaFixture.provisioned(2);
    topics = new TopicWriter(connection);
    topics.defined("web", "east").dispatched("web", "east", 1, 1).applied("web", "east", 1, 1);
  }

  @AfterEach
  void close() {
    topics.close();
  }

  @Test
  void healthIsUnknownUntilTheWorkerReportsIt() {
    try (ReadModel model = open()) {
      ApplicationStatus web = status(model);
      assertThat(web.sync()).isEqualTo("Synced");
      assertThat(web.health().orElseThrow().value()).isEqualTo("Unknown");
      assertThat(web.health().orElseThrow().reason())
          .contains("the worker of east has not reported it");
      assertThat(web.held()).isEmpty();
      assertThat(web.behind()).contains(0L);
    }
  }

  @Test
  void healthIsTheNewestObservation() {
    observe(progressing(WEB), degraded(WEB));
    try (ReadModel model = open()) {
      assertThat(status(model).health())
          .contains(
              new ApplicationStatus.HealthView(
                  "Degraded",
                  Optional.of(ObservedSamples.SINCE),
                  Optional.of(3L),
                  Optional.of(1L),
                  Optional.of("Deployment shop/web the image shop/web:9 cannot be pulled")));
      assertThat(
              model
                  .applications()
                  .find("web", Scope.ALL)
                  .orElseThrow()
                  .health()
                  .getFirst()
                  .observed())
          .isEqualTo(((ObservedEvent.OfHealth) degraded(WEB)).observed());
      assertThat(model.overview(Scope.ALL).health()).isEqualTo(Map.of("Degraded", 1L));
      assertThat(model.observations().byHealth())
          .containsExactly(new Observations.Count("east", "Degraded", 1));
    }
  }

  @Test
  void theHealthOfAnOlderGenerationIsNotShownForANewerOne() {
    observe(healthy(WEB));
    topics.dispatched("web", "east", 2, 2).applied("web", "east", 2, 2);
    observe(healthy(WEB));
    try (ReadModel model = open()) {
      ApplicationStatus.HealthView health = status(model).health().orElseThrow();
      assertThat(health.value()).isEqualTo("Progressing");
      assertThat(health.reason())
          .contains("the worker has not reported the health of generation 2 yet");
      assertThat(health.objects()).isEmpty();
      assertThat(list(model, Optional.empty(), Optional.of("Healthy"))).isEmpty();
      assertThat(list(model, Optional.empty(), Optional.of("Progressing"))).hasSize(1);
    }
  }

  @Test
  void theHealthOfWhatTheClusterHoldsIsShownWhileANewerGenerationIsApplied() {
    observe(healthy(WEB));
    topics
        .at(Instant.now())
        .dispatched("web", "east", 2, 2)
        .planned("web", "east", 2, 2, "plain")
        .evaluated(2);
    try (ReadModel model = open()) {
      assertThat(status(model).sync()).isEqualTo("Syncing");
      assertThat(status(model).health().orElseThrow().value()).isEqualTo("Healthy");
      assertThat(status(model).behind()).contains(1L);
    }
  }

  @Test
  void nothingIsKnownOfAClusterWhoseWorkerDoesNotAnswer() {
    observe(healthy(WEB));
    topics.at(Instant.now().minus(Duration.ofMinutes(11))).dispatched("api", "east", 1, 2);
    try (ReadModel model = open()) {
      assertThat(status(model).sync()).isEqualTo("Unknown");
      assertThat(status(model).phase()).isEqualTo("Synced");
      assertThat(status(model).health().orElseThrow().value()).isEqualTo("Unknown");
      assertThat(status(model).health().orElseThrow().reason().orElseThrow())
          .isEqualTo("the worker of east has reported nothing since a target was sent to it");
    }
    topics.at(Instant.now()).planned("api", "east", 1, 2, "plain");
    try (ReadModel model = open()) {
      assertThat(status(model).health().orElseThrow().value()).isEqualTo("Healthy");
    }
  }

  @Test
  void aTargetThatWasJustSentSaysNothingAboutTheWorker() {
    observe(healthy(WEB));
    topics.at(Instant.now().minus(Duration.ofMinutes(9))).dispatched("api", "east", 1, 2);
    try (ReadModel model = open()) {
      assertThat(status(model).health().orElseThrow().value()).isEqualTo("Healthy");
    }
  }

  @Test
  void driftIsShownUntilItIsHealed() {
    observe(healthy(WEB), drifted(WEB, "web", "api"), contended(WEB, "api"));
    try (ReadModel model = open()) {
      assertThat(status(model).sync()).isEqualTo("Drifted");
      assertThat(status(model).phase()).isEqualTo("Synced");
      assertThat(status(model).drift())
          .contains(
              new ApplicationStatus.DriftView(
                  2, 1, ObservedSamples.SINCE, true, Optional.of("kubectl")));
      Observations.ClusterDrift drift =
          model
              .observations()
              .drifts(Scope.ALL, Scope.ALL, 10, Optional.empty())
              .items()
              .getFirst();
      assertThat(drift.commit()).contains(commit(1).value());
      assertThat(drift.drift().objects())
          .extracting(ObjectDrift::object)
          .containsExactly(deployment("web"), deployment("api"));
      assertThat(model.observations().drifted()).isEqualTo(Map.of("east", 1L));
      assertThat(model.observations().contended()).isEqualTo(Map.of("east", 1L));
      assertThat(list(model, Optional.of("Drifted"), Optional.empty())).hasSize(1);
    }
    observe(healed(WEB, "web"));
    try (ReadModel model = open()) {
      assertThat(status(model).drift().orElseThrow().objects()).isEqualTo(1);
    }
    observe(healed(WEB, "api"));
    try (ReadModel model = open()) {
      assertThat(status(model).sync()).isEqualTo("Synced");
      assertThat(status(model).drift()).isEmpty();
      assertThat(model.observations().contended()).isEmpty();
    }
  }

  @Test
  void theEndOfADriftANewGenerationAndARemovalClearIt() {
    observe(drifted(WEB, "web"), new ObservedEvent.DriftEnded(WEB));
    try (ReadModel model = open()) {
      assertThat(status(model).sync()).isEqualTo("Synced");
    }
    observe(drifted(WEB, "web"));
    topics.dispatched("web", "east", 2, 2).unchanged("web", "east", 2, 2, "plain");
    observe(drifted(WEB, "web"));
    try (ReadModel model = open()) {
      assertThat(status(model).sync())
          .as("a late event of an older generation")
          .isEqualTo("Synced");
    }
    Subject second = subject("web", "east", 2, 2);
    observe(healthy(second), drifted(second, "web"));
    topics.write("removed", new ResultEvent.Removed(subject("web", "east", 3, 2), List.of()));
    try (ReadModel model = open()) {
      assertThat(model.observations().drifts(Scope.ALL, Scope.ALL, 10, Optional.empty()).items())
          .isEmpty();
      assertThat(model.applications().find("web", Scope.ALL).orElseThrow().health()).isEmpty();
    }
  }

  @Test
  void driftIsVisibleOnlyInTheScope() {
    observe(drifted(WEB, "web"));
    try (ReadModel model = open()) {
      for (Scope scope :
          List.of(new Scope(List.of("other*"), List.of()), new Scope(List.of(), List.of("west")))) {
        assertThat(model.observations().drifts(Scope.ALL, scope, 10, Optional.empty()).items())
            .isEmpty();
        assertThat(model.observations().drifts(scope, Scope.ALL, 10, Optional.empty()).items())
            .isEmpty();
      }
    }
  }

  @Test
  void theHistoryOfAGenerationSaysWhoDriftedItAndWhenItWasHealed() {
    observe(
        progressing(WEB),
        progressing(WEB),
        healthy(WEB),
        drifted(WEB, "web"),
        drifted(WEB, "web", "api"),
        healed(WEB, "web"),
        contended(WEB, "api"));
    try (ReadModel model = open()) {
      GenerationView generation =
          model
              .applications()
              .history("web", Scope.ALL, Scope.ALL, 10, Optional.empty())
              .items()
              .getFirst();
      assertThat(generation.outcome()).isEqualTo("applied");
      assertThat(generation.health().orElseThrow().value()).isEqualTo("Healthy");
      assertThat(generation.steps().healthy()).contains(ObservedSamples.SINCE);
      assertThat(generation.observations())
          .extracting(ObservationsIT::line)
          .containsExactly(
              "progressing - Deployment shop/web 1 of 3 replicas is available by - after 2000",
              "healthy - 3 objects by - after 4000",
              "drifted Deployment shop/web changed: spec.replicas by kubectl after -",
              "drifted Deployment shop/api changed: spec.replicas by kubectl after -",
              "healed Deployment shop/web configured by - after 41",
              "contended Deployment shop/api needed 5 heals within 60 s; the next one waits 30 s"
                  + " by kubectl after -");
    }
  }

  private static String line(Observation one) {
    return "%s %s %s by %s after %s"
        .formatted(
            one.type(),
            one.object().orElse("-"),
            one.detail(),
            one.by().orElse("-"),
            one.after().map(Duration::toMillis).map(String::valueOf).orElse("-"));
  }

  @Test
  void theTraceOfAnObjectNamesItsLastDriftAndHeal() {
    topics.write(
        "applied-again",
        new ResultEvent.Applied(
            WEB,
            List.of(new ObjectChange(deployment("web"), ObjectChange.Action.CREATED)),
            1,
            new ResultEvent.Timings(topics.now(), topics.now(), topics.now(), topics.now()),
            Optional.empty()));
    observe(drifted(WEB, "web", "api"), healed(WEB, "web"));
    try (ReadModel model = open()) {
      Trace trace =
          model
              .origins()
              .trace(
                  new Trace.Question("east", "deployment", "web", Optional.of("shop")), Scope.ALL)
              .orElseThrow();
      assertThat(trace.lastDrift().orElseThrow().by()).contains("kubectl");
      assertThat(trace.lastHeal().orElseThrow().after()).contains(Duration.ofMillis(41));
    }
  }

  @Test
  void inputsThatWaitForADependencyAreShownWithWhatTheyWaitFor() {
    Instant since = Instant.parse("2026-01-01T12:00:00Z");
    ClusterName east = new ClusterName("east");
    topics.withheld(
        "web",
        east,
        Withheld.Cause.DEPENDS_ON,
        "application db in cluster east, which is Parked",
        since,
        Map.of());
    try (ReadModel model = open()) {
      assertThat(status(model).held())
          .contains(
              new HeldView(
                  "dependsOn",
                  Optional.empty(),
                  "the dispatcher",
                  since,
                  "waits for application db in cluster east, which is Parked",
                  "that, or sluice release web --cluster east",
                  Optional.of("dependsOn")));
      assertThat(status(model).sync()).isEqualTo("OutOfSync");
      assertThat(model.fleet().clusters(Scope.ALL).getFirst().held())
          .isEqualTo(Map.of("dependsOn", 1L));
    }
  }

  @Test
  void inputsThatWaitForAWindowOrAnOperatorAreShownWithWhatReleasesThem() {
    Instant since = Instant.parse("2026-01-01T12:00:00Z");
    ClusterName east = new ClusterName("east");
    String window = "the maintenance window that opens at 2026-01-01T22:00:00Z";
    topics.withheld("web", east, Withheld.Cause.WINDOW, window, since, Map.of());
    topics.withheld(
        "api", east, Withheld.Cause.MANUAL, "an operator to release it", since, Map.of());
    topics.withheld(
        "job",
        east,
        Withheld.Cause.WINDOW,
        window,
        since,
        Map.of(east, new Hold(Optional.of(commit(4)), "al", "too slow", since)));
    try (ReadModel model = open()) {
      assertThat(status(model).held())
          .contains(
              new HeldView(
                  "window",
                  Optional.empty(),
                  "the dispatcher",
                  since,
                  "waits for " + window,
                  "that, or sluice release web --cluster east --ignore-windows",
                  Optional.of("window")));
      assertThat(held(model, "api").what()).isEqualTo("manual");
      assertThat(held(model, "api").release()).isEqualTo("sluice release api --cluster east");
      assertThat(held(model, "job").what()).isEqualTo("pinned");
      assertThat(held(model, "job").reason()).isEqualTo("too slow; waits for " + window);
      assertThat(held(model, "job").release())
          .isEqualTo(
              "sluice resume job --cluster east; sluice release job --cluster east"
                  + " --ignore-windows sends the pinned commit");
      assertThat(held(model, "job").withheld()).contains("window");
      assertThat(model.fleet().clusters(Scope.ALL).getFirst().held())
          .isEqualTo(Map.of("window", 1L, "manual", 1L, "pinned", 1L));
    }
  }

  @ParameterizedTest
  @CsvSource({"v1:a, Synced", "v1:b, OutOfSync"})
  void onlyNewInputsThatWaitMakeAnApplicationOutOfSync(String waiting, String sync) {
    ClusterName east = new ClusterName("east");
    topics.withheld(
        TopicWriter.definition("web", "east"),
        Map.of(
            east, new Dispatched(new Generation(1), Optional.of("v1:a"), Optional.of(commit(1)))),
        Map.of(),
        east,
        new Withheld(
            Withheld.Cause.WINDOW,
            "a window",
            Instant.parse("2026-01-01T12:00:00Z"),
            Optional.of(commit(1)),
            Optional.of(waiting),
            Optional.empty(),
            Optional.empty()));
    try (ReadModel model = open()) {
      assertThat(status(model).sync()).isEqualTo(sync);
      assertThat(status(model).held().orElseThrow().what()).isEqualTo("window");
    }
  }

  @Test
  void aHoldIsShownWithWhoSinceWhenAndWhatReleasesIt() {
    Instant since = Instant.parse("2026-01-01T12:00:00Z");
    ClusterName east = new ClusterName("east");
    topics.state(
        "web", Map.of(east, new Hold(Optional.empty(), "jo", "incident 7", since)), "east");
    topics.state(
        "api", Map.of(east, new Hold(Optional.of(commit(4)), "al", "too slow", since)), "east");
    try (ReadModel model = open()) {
      assertThat(status(model).held())
          .contains(
              new HeldView(
                  "suspended",
                  Optional.empty(),
                  "jo",
                  since,
                  "incident 7",
                  "sluice resume web --cluster east",
                  Optional.empty()));
      assertThat(status(model).behind()).as("it holds the commit that Git is at").contains(0L);
      topics.evaluated(4).flush();
      await().untilAsserted(() -> assertThat(status(model).behind()).contains(3L));
      ApplicationStatus api = list(model, Optional.of("OutOfSync"), Optional.empty()).getFirst();
      assertThat(api.held().orElseThrow().what()).isEqualTo("pinned");
      assertThat(api.held().orElseThrow().commit()).contains(commit(4).value());
      assertThat(api.behind()).as("nothing was applied").isEmpty();
      assertThat(model.fleet().clusters(Scope.ALL).getFirst().held())
          .isEqualTo(Map.of("pinned", 1L, "suspended", 1L));
    }
  }

  @Test
  void aGuardThatWaitsForAnApprovalIsAHold() {
    topics.write(
        "guarded",
        new ResultEvent.Parked(
            subject("web", "east", 2, 2),
            new Failure(
                    ApplyFailure.PRUNE_LIMIT,
                    "3 of 4 objects would be deleted: approve it",
                    Failure.Stage.PRUNE,
                    Optional.empty())
                .awaiting(
                    new DeletionPlan(
                        "f".repeat(64),
                        new Generation(2),
                        Optional.of(commit(2)),
                        List.of(),
                        0,
                        List.of())),
            "an approval"));
    try (ReadModel model = open()) {
      HeldView held = status(model).held().orElseThrow();
      assertThat(held.what()).isEqualTo("guard");
      assertThat(held.by()).isEqualTo("the worker");
      assertThat(held.release()).isEqualTo("sluice approve web --cluster east");
      assertThat(status(model).sync()).isEqualTo("Parked");
      assertThat(status(model).hold()).as("no operator holds it").isEmpty();
    }
  }

  @Test
  void aWaveThatWaitsIsAHoldUntilTheNextResult() {
    topics.waiting("web", "east", 2, 2).flush();
    try (ReadModel model = open()) {
      ApplicationStatus waiting = status(model);
      assertThat(waiting.sync()).isEqualTo("Syncing");
      assertThat(waiting.held().orElseThrow().what()).isEqualTo("wave");
      assertThat(waiting.message())
          .contains(
              "Sync wave 1 waits: Deployment shop/web (1 of 3 replicas are ready) and 2 more");
      assertThat(model.fleet().clusters(Scope.ALL).getFirst().held()).isEqualTo(Map.of("wave", 1L));
    }
    topics.applied("web", "east", 2, 2).flush();
    try (ReadModel model = open()) {
      await().untilAsserted(() -> assertThat(status(model).sync()).isEqualTo("Synced"));
      assertThat(status(model).held()).isEmpty();
      assertThat(status(model).code()).isEmpty();
    }
  }

  @Test
  void anApplicationWithRefusedSourcesIsParked() {
    topics.evaluated(2);
    topics.write(
        "refused",
        new DeadLetterEvent.Opened(
            DeadLetterId.ofSources(new ClusterName("east"), new ApplicationName("web")),
            "east/web",
            Optional.of(WEB),
            new Failure(
                SourceFailure.TARGET_TOO_LARGE,
                "too large: split it",
                Failure.Stage.SOURCE,
                Optional.empty()),
            1,
            OriginalRecord.at("sluice.changes", 0, 7),
            Optional.empty()));
    try (ReadModel model = open()) {
      assertThat(status(model).sync()).isEqualTo("Parked");
      assertThat(status(model).code()).contains("TargetTooLarge");
      assertThat(status(model).phase()).isEqualTo("Synced");
      assertThat(status(model).behind()).contains(1L);
    }
  }

  @Test
  void anEntryThatIsRetriedAfterItWasClosedIsOpenAgain() {
    Failure failure =
        new Failure(
            SourceFailure.TARGET_TOO_LARGE, "too large", Failure.Stage.SOURCE, Optional.empty());
    DeadLetterId entry =
        DeadLetterId.ofSources(new ClusterName("east"), new ApplicationName("web"));
    topics.write(
        "opened",
        new DeadLetterEvent.Opened(
            entry,
            "east/web",
            Optional.of(WEB),
            failure,
            1,
            OriginalRecord.at("sluice.sync.east", 0, 7),
            Optional.empty()));
    topics.write(
        "closed",
        new DeadLetterEvent.Closed(
            entry,
            "east/web",
            DeadLetterEvent.Closed.Reason.SUCCEEDED,
            Optional.of(WEB.generation())));
    topics.write("retried", new DeadLetterEvent.Retried(entry, "east/web", 2, failure));
    try (ReadModel model = open()) {
      assertThat(status(model).sync()).isEqualTo("Parked");
      assertThat(status(model).code()).contains("TargetTooLarge");
    }
  }

  private void observe(ObservedEvent... events) {
    for (ObservedEvent event : events) {
      topics.write("observed-" + written++, event);
    }
  }

  private ReadModel open() {
    topics.flush();
    ReadModel model = ReadModel.open(directory, connection, Clock.systemUTC());
    await().atMost(Duration.ofSeconds(30)).until(() -> model.unreadyReason().isEmpty());
    return model;
  }

  private static ApplicationStatus status(ReadModel model) {
    return list(model, Optional.empty(), Optional.empty()).stream()
        .filter(one -> one.application().equals("web"))
        .findFirst()
        .orElseThrow();
  }

  private static HeldView held(ReadModel model, String application) {
    return list(model, Optional.empty(), Optional.empty()).stream()
        .filter(one -> one.application().equals(application))
        .findFirst()
        .flatMap(ApplicationStatus::held)
        .orElseThrow();
  }

  private static List<ApplicationStatus> list(
      ReadModel model, Optional<String> sync, Optional<String> health) {
    return model
        .applications()
        .list(
            new Applications.Filter(
                Scope.ALL, Optional.empty(), Optional.empty(), Optional.empty(), sync, health),
            Scope.ALL,
            10,
            Optional.empty())
        .items();
  }
}
