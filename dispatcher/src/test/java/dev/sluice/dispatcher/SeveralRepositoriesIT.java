package dev.sluice.dispatcher;

import static dev.sluice.dispatcher.Situation.MAIN;
import static dev.sluice.dispatcher.Situation.STAGING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.decide.DispatchListener;
import dev.sluice.inputs.git.Origin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chart with values in a repository of another partition. */
class SeveralRepositoriesIT {

  private Situation situation;
  private Origin values;
  private RepositoryId valuesId;

  @BeforeEach
  void set(@TempDir Path directory) throws IOException {
    situation = new Situation(directory);
    values = originOfAnotherPartition(directory);
    valuesId = RepositoryId.fromUrl(values.url());
    situation.document(
        "web",
        """
        apiVersion: sluice.dev/v1
        kind: Repository
        metadata: {name: values}
        spec: {url: "%s"}
        ---
        apiVersion: sluice.dev/v1
        kind: Application
        metadata: {name: web}
        spec:
          sources:
          - {repository: shop, path: chart, helm: {valuesFiles: ['$settings/web.yaml']}}
          - {repository: values, path: teams, type: values, alias: settings}
          clusters: {names: [staging]}
          namespace: web
        """
            .formatted(values.url()));
    situation
        .file("chart/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n")
        .file("chart/templates/config.yaml", "kind: ConfigMap")
        .push();
  }

  @AfterEach
  void close() {
    situation.close();
    values.close();
  }

  @Test
  void aPushToEitherRepositoryReachesTheApplication() throws IOException {
    CommitId one = pushValues("one");
    situation.start();
    SyncEvent.Target first = target(1);
    assertThat(first.sources()).hasSize(2);
    assertThat(first.sources().getLast().commit()).isEqualTo(one);
    situation.awaitQuiet();
    assertThat(situation.sync(STAGING)).hasSize(1);

    CommitId two = pushValues("two");
    EventId cause = situation.deliver(valuesId, Optional.of(two));

    SyncEvent.Target second = target(2);
    assertThat(second.sources().getLast().commit()).isEqualTo(two);
    assertThat(second.sources().getFirst().commit()).isEqualTo(first.sources().getFirst().commit());
    assertThat(second.provenance().causes()).contains(cause);
    assertThat(second.provenance().actor()).contains("octocat");

    CommitId chart = situation.file("chart/templates/more.yaml", "kind: Secret").pushAndNotify();
    SyncEvent.Target third = target(3);
    assertThat(third.sources().getFirst().commit()).isEqualTo(chart);
    assertThat(third.sources().getLast().commit()).isEqualTo(two);
    situation.awaitQuiet();
    assertThat(situation.sync(STAGING)).hasSize(3);
  }

  @Test
  void aChangeThatTheApplicationDoesNotReadSendsNothing() throws IOException {
    pushValues("one");
    situation.start();
    target(1);

    CommitId unread = values.commit(Map.of("teams/web.yaml", text("one"), "README", text("x")));
    values.set(MAIN, unread);
    situation.deliver(valuesId, Optional.of(unread));
    situation.awaitQuiet();

    assertThat(situation.sync(STAGING)).hasSize(1);
  }

  @Test
  void aRestartWithALostMirrorMissesNothing() throws IOException {
    pushValues("one");
    Dispatcher first = situation.start();
    target(1);
    first.close();

    CommitId two = pushValues("two");
    situation.deliver(valuesId, Optional.of(two));
    situation.start(situation.config("other-mirrors"), DispatchListener.NONE);

    assertThat(target(2).sources().getLast().commit()).isEqualTo(two);
  }

  @Test
  void theApplicationWaitsForASecondRepositoryThatComesLate() throws IOException {
    Path place = situation.directory.resolve("away");
    Path here = Path.of(values.url().substring("file://".length()));
    pushValues("one");
    Files.move(here, place);
    Dispatcher dispatcher = situation.start();
    situation.application("api", "staging");
    situation.put("api", "one").pushAndNotify();
    assertThat(situation.awaitSync(STAGING, 1).getFirst().application().value()).isEqualTo("api");

    Files.move(place, here);
    situation.deliver(valuesId, Optional.empty());

    assertThat(situation.awaitSync(STAGING, 2).getLast().application().value()).isEqualTo("web");
    assertThat(dispatcher.isReady()).isTrue();
  }

  @Test
  void anUnavailableRepositoryWithALostMirrorBlocksOnlyItsReaders() throws IOException {
    situation.application("api", "staging");
    situation.put("api", "one").push();
    pushValues("one");
    Dispatcher first = situation.start();
    situation.awaitSync(STAGING, 2);
    first.close();
    Path place = situation.directory.resolve("away");
    Path here = Path.of(values.url().substring("file://".length()));
    Files.move(here, place);

    situation.start(situation.config("other-mirrors"), DispatchListener.NONE);
    situation.put("api", "two").pushAndNotify();

    assertThat(situation.awaitSync(STAGING, 3).getLast().application().value()).isEqualTo("api");
    await().until(() -> situation.deadLetters().size() == 1);
    assertThat(situation.deadLetters().getFirst())
        .isInstanceOfSatisfying(
            DeadLetterEvent.Opened.class,
            opened -> {
              assertThat(opened.entry()).isEqualTo(new DeadLetterId("staging/web/source"));
              assertThat(opened.failure().message()).contains("cannot fetch " + valuesId);
            });

    Files.move(place, here);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> situation.deadLetters().getLast() instanceof DeadLetterEvent.Closed);
    assertThat(situation.sync(STAGING)).hasSize(3);
  }

  @Test
  void aPartitionFencedMidWayLosesNoPushAndSendsNoneTwice() throws IOException {
    pushValues("zero");
    Dispatcher dispatcher = situation.start();
    target(1);

    for (int i = 1; i <= 3; i++) {
      int partition = i % Situation.PARTITIONS;
      try (KafkaProducer<String, byte[]> usurper =
          new KafkaProducer<>(situation.connection.transactionalProducer("home-" + partition))) {
        usurper.initTransactions();
        CommitId commit = pushValues("v" + i);
        situation.deliver(valuesId, Optional.of(commit));
        assertThat(target(i + 1).sources().getLast().commit()).isEqualTo(commit);
      }
    }
    situation.awaitQuiet();

    assertThat(situation.sync(STAGING))
        .extracting(event -> event.generation().value())
        .containsExactly(1L, 2L, 3L, 4L);
    await().atMost(Duration.ofSeconds(10)).until(dispatcher::isReady);
  }

  @Test
  void anApplicationMovedToAnotherRepositoryContinuesCounting() throws IOException {
    situation.removeDocument("web");
    situation.application("site", "staging");
    situation.put("site", "shop").push();
    CommitId one = pushSite("one");
    Dispatcher first = situation.start();
    target(1);

    define("values");
    assertThat(target(2).sources().getFirst().commit()).isEqualTo(one);
    CommitId two = pushSite("two");
    EventId cause = situation.deliver(valuesId, Optional.of(two));
    assertThat(target(3).sources().getFirst().commit()).isEqualTo(two);
    assertThat(target(3).provenance().causes()).contains(cause);
    first.close();
    situation.start();
    CommitId three = pushSite("three");
    situation.deliver(valuesId, Optional.of(three));
    assertThat(target(4).sources().getFirst().commit()).isEqualTo(three);

    situation.removeDocument("site");
    assertThat(situation.awaitSync(STAGING, 5).getLast()).isInstanceOf(SyncEvent.Removal.class);
    define("values");
    assertThat(target(6).sources().getFirst().commit()).isEqualTo(three);
    define("shop");
    target(7);

    situation.awaitQuiet();
    assertThat(situation.sync(STAGING))
        .extracting(event -> event.generation().value())
        .containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L);
  }

  private void define(String repository) throws IOException {
    situation.document(
        "site",
        """
        apiVersion: sluice.dev/v1
        kind: Repository
        metadata: {name: values}
        spec: {url: "%s"}
        ---
        apiVersion: sluice.dev/v1
        kind: Application
        metadata: {name: site}
        spec:
          source: {repository: %s, path: apps/site}
          clusters: {names: [staging]}
          namespace: site
        """
            .formatted(values.url(), repository));
  }

  private CommitId pushSite(String value) throws IOException {
    CommitId commit = values.commit(Map.of("apps/site/config.yaml", text(value)));
    values.set(MAIN, commit);
    return commit;
  }

  private SyncEvent.Target target(int number) {
    return (SyncEvent.Target) situation.awaitSync(STAGING, number).get(number - 1);
  }

  private CommitId pushValues(String value) throws IOException {
    CommitId commit = values.commit(Map.of("teams/web.yaml", text(value)));
    values.set(MAIN, commit);
    return commit;
  }

  private static Origin.Content text(String value) {
    return Origin.Content.file("value: " + value + "\n");
  }

  private Origin originOfAnotherPartition(Path directory) throws IOException {
    for (int i = 0; ; i++) {
      Path place = directory.resolve("values-" + i + ".git");
      if (Situation.partition(RepositoryId.fromUrl("file://" + place))
          != Situation.partition(situation.repository)) {
        return new Origin(place);
      }
    }
  }
}
