package dev.sluice.dispatcher;

import static dev.sluice.dispatcher.Situation.STAGING;
import static dev.sluice.dispatcher.Situation.TIMING;
import static dev.sluice.dispatcher.Situation.lines;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.CommitSummary;
import dev.sluice.contract.event.Origin;
import dev.sluice.contract.event.StateRecord.RefState;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.Artifact;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.decide.DispatchListener;
import dev.sluice.dispatcher.partition.RetryTiming;
import dev.sluice.inputs.remote.ArtifactServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Targets of applications whose sources are charts and OCI artifacts. */
class ArtifactSourceIT {

  private static final RetryTiming POLLING =
      new RetryTiming(TIMING.patience(), TIMING.grace(), Duration.ofMillis(200));

  private Situation situation;
  private ArtifactServer server;

  @BeforeEach
  void set(@TempDir Path directory) throws IOException {
    situation = new Situation(directory);
    server = ArtifactServer.start();
  }

  @AfterEach
  void close() {
    situation.close();
    server.close();
  }

  @Test
  void aMovedTagIsAnOrdinaryChangeThatThePollFinds() throws IOException {
    server.push("latest", "one");
    artifact("version: latest");
    Dispatcher first = situation.start(situation.onePartition(POLLING), DispatchListener.NONE);
    assertThat(lines(situation.awaitSync(STAGING, 1))).containsExactly("web 1 one");

    server.push("latest", "two");
    assertThat(lines(situation.awaitSync(STAGING, 2))).containsExactly("web 1 one", "web 2 two");
    SyncEvent.Target target = (SyncEvent.Target) situation.sync(STAGING).getLast();
    assertThat(situation.changes())
        .filteredOn(ChangeEvent.RefChanged.class::isInstance)
        .map(ChangeEvent.RefChanged.class::cast)
        .anySatisfy(
            change -> {
              assertThat(change.repository()).isEqualTo(web());
              assertThat(change.ref()).isEqualTo(GitRef.tag("latest"));
              assertThat(change.after()).contains(target.sources().getFirst().commit());
              assertThat(change.origin()).isInstanceOf(Origin.Poll.class);
              assertThat(change.head().orElseThrow())
                  .isEqualTo(
                      new CommitSummary(
                          Optional.of("web main@sha1:abc"),
                          Optional.empty(),
                          Optional.of("https://git.example/acme/web")));
            });

    first.close();
    server.push("latest", "three");
    situation.start(situation.onePartition(POLLING), DispatchListener.NONE);
    assertThat(lines(situation.awaitSync(STAGING, 3))).endsWith("web 3 three");
  }

  @Test
  void aWebhookWithoutACommitIsEvaluatedAtOnce() throws IOException {
    server.push("latest", "one");
    artifact("version: latest");
    situation.start();
    situation.awaitSync(STAGING, 1);

    server.push("latest", "two");
    situation.deliver(
        origin ->
            new ChangeEvent.RefChanged(
                web(), GitRef.tag("latest"), Optional.empty(), Optional.empty(), origin));

    assertThat(lines(situation.awaitSync(STAGING, 2))).endsWith("web 2 two");
  }

  @Test
  void aDigestIsReadOnceAndAnotherDigestIsAChangeOfTheFleet() throws IOException {
    String first = server.push("latest", "one");
    String second = server.push("latest", "two");
    artifact("version: \"%s\"".formatted(first));
    situation.start(situation.onePartition(POLLING), DispatchListener.NONE);
    assertThat(lines(situation.awaitSync(STAGING, 1))).containsExactly("web 1 one");

    artifact("version: \"%s\"".formatted(second));
    assertThat(lines(situation.awaitSync(STAGING, 2))).endsWith("web 2 two");
    situation.awaitQuiet();
    assertThat(server.readings(first)).isEqualTo(1);
  }

  @Test
  void aVersionThatIsPublishedLaterIsSent() throws IOException {
    server.publishChart("1.2.3", "one");
    chart("1.3.0");
    situation.start(situation.onePartition(POLLING), DispatchListener.NONE);
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                assertThat(situation.state())
                    .filteredOn(RefState.class::isInstance)
                    .map(RefState.class::cast)
                    .flatExtracting(ref -> ref.unreadable().stream().toList())
                    .anySatisfy(
                        unreadable -> {
                          assertThat(unreadable.code()).contains(SourceFailure.VERSION_MISSING);
                          assertThat(unreadable.reason())
                              .contains("1.3.0")
                              .contains("which has: 1.2.3");
                        }));

    server.publishChart("1.3.0", "two");
    situation.deliver(
        origin ->
            new ChangeEvent.RefChanged(
                new RepositoryId(server.host() + "/stable/queue"),
                GitRef.tag("1.3.0"),
                Optional.empty(),
                Optional.empty(),
                origin));

    SyncEvent.Target target = (SyncEvent.Target) situation.awaitSync(STAGING, 1).getFirst();
    assertThat(target.sources().getFirst().files())
        .map(file -> file.path())
        .containsExactly("Chart.yaml", "templates/map.yaml", "values.yaml");
    assertThat(target.sources().getFirst().ref()).isEqualTo(Artifact.ref("1.3.0"));
  }

  @Test
  void aRangeFollowsTheNewestVersionAndDownloadsOnlyThat() throws IOException {
    server.publishChart("1.1.0", "zero");
    server.publishChart("1.2.3", "one");
    chart("'^1.1'");
    situation.start(situation.onePartition(POLLING), DispatchListener.NONE);
    SyncEvent.Target first = (SyncEvent.Target) situation.awaitSync(STAGING, 1).getFirst();
    assertThat(first.sources().getFirst().tag()).contains("1.2.3");

    server.publishChart("2.0.0", "three");
    Instant published = Instant.now();
    server.publishChart("1.3.0", "two");

    SyncEvent.Target second = (SyncEvent.Target) situation.awaitSync(STAGING, 2).getLast();
    assertThat(second.sources().getFirst().tag()).contains("1.3.0");
    assertThat(Duration.between(published, Instant.now()))
        .as("the commit that the poll announced is not awaited in a list without commits")
        .isLessThan(TIMING.patience());
    server.publishChart("1.1.5", "old");
    situation.awaitQuiet();
    assertThat(situation.sync(STAGING)).as("nothing newer is in the range").hasSize(2);
    assertThat(range().unmet()).isEmpty();
    assertThat(server.downloads("1.1.0") + server.downloads("2.0.0") + server.downloads("1.1.5"))
        .isZero();

    server.withdrawChart("1.3.0");
    SyncEvent.Target third = (SyncEvent.Target) situation.awaitSync(STAGING, 3).getLast();
    assertThat(third.sources().getFirst().tag()).contains("1.2.3");
    assertThat(third.sources().getFirst().commit()).isEqualTo(first.sources().getFirst().commit());
  }

  @Test
  void aRangeOfTagsOfARegistryIsFollowed() throws IOException {
    server.push("1.4.0", "one");
    server.push("latest", "rolling");
    artifact("version: \">=1.4 <2\"");
    situation.start(situation.onePartition(POLLING), DispatchListener.NONE);
    assertThat(lines(situation.awaitSync(STAGING, 1))).containsExactly("web 1 one");

    server.push("2.0.0", "next");
    server.push("1.5.0", "two");

    assertThat(lines(situation.awaitSync(STAGING, 2))).containsExactly("web 1 one", "web 2 two");
    assertThat(server.readings("2.0.0") + server.readings("latest")).isZero();
  }

  private RefState range() {
    return situation.state().stream()
        .filter(RefState.class::isInstance)
        .map(RefState.class::cast)
        .filter(state -> state.ref().versions().isPresent())
        .reduce((_, last) -> last)
        .orElseThrow();
  }

  private RepositoryId web() {
    return new RepositoryId(server.host() + "/acme/web");
  }

  private void artifact(String version) throws IOException {
    application("{url: \"%s\"}".formatted(server.artifact()), version);
  }

  private void chart(String version) throws IOException {
    application(
        "{url: \"%s\", chart: queue}".formatted(server.chartRepository()), "version: " + version);
  }

  private void application(String repository, String version) throws IOException {
    situation.document(
        "web",
        """
        apiVersion: sluice.dev/v1
        kind: Repository
        metadata: {name: published}
        spec: %s
        ---
        apiVersion: sluice.dev/v1
        kind: Application
        metadata: {name: web}
        spec:
          source: {repository: published, %s}
          clusters: {names: [staging]}
          namespace: web
        """
            .formatted(repository, version));
  }
}
