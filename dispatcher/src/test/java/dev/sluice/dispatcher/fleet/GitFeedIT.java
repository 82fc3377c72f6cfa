package dev.sluice.dispatcher.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Origin.Webhook;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.partition.RetryTiming;
import dev.sluice.inputs.git.Mirrors;
import dev.sluice.inputs.git.Origin;
import dev.sluice.inputs.git.Origin.Content;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import dev.sluice.platform.process.MovedClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The watch of a ref without polls. */
class GitFeedIT {

  private static final GitRef MAIN = GitRef.branch("main");
  private static final RetryTiming WITHOUT_POLLS =
      new RetryTiming(Duration.ofMinutes(10), Duration.ofMillis(200), Duration.ZERO);

  private final KafkaConnection connection = KafkaFixture.provisioned(1);
  private Origin origin;
  private RepositoryId repository;
  private Mirrors mirrors;
  private CommitId first;
  private GitFeed feed;

  @BeforeEach
  void start(@TempDir Path directory) throws IOException {
    origin = new Origin(directory.resolve("fleet.git"));
    repository = RepositoryId.fromUrl(origin.url());
    mirrors = new Mirrors(directory.resolve("mirrors"), Clock.systemUTC());
    first = origin.commit(Map.of("a.yaml", Content.file("1")));
    origin.set(MAIN, first);
    feed = start(origin.url(), Clock.systemUTC());
    assertThat(next()).contains(first);
  }

  @AfterEach
  void stop() {
    feed.close();
    mirrors.close();
    origin.close();
  }

  @Test
  void documentsThatCouldNotBeReadAreReturnedAgain() {
    feed.repeat();
    assertThat(next()).contains(first);
    feed.repeat();
    assertThat(next()).contains(first);
  }

  @Test
  void theHeadIsReturnedWhileAnAnnouncedCommitIsAwaited() throws IOException {
    CommitId second = origin.commit(Map.of("a.yaml", Content.file("2")), first);
    origin.set(MAIN, second);
    announce(MAIN, new CommitId("1234567890".repeat(4)));
    assertThat(next()).contains(second);

    CommitId third = origin.commit(Map.of("a.yaml", Content.file("3")), second);
    origin.set(MAIN, third);
    assertThat(next()).contains(third);
  }

  @Test
  void aPushOfAnotherRefCausesNoFetch() throws IOException {
    CommitId second = origin.commit(Map.of("a.yaml", Content.file("2")), first);
    origin.set(MAIN, second);

    announce(GitRef.branch("other"), second);
    await()
        .during(Duration.ofSeconds(2))
        .atMost(Duration.ofSeconds(10))
        .until(() -> feed.next().isEmpty());

    announce(MAIN, second);
    assertThat(next()).contains(second);
  }

  @Test
  void aFetchThatDoesNotEndIsReported() throws IOException {
    MovedClock clock = new MovedClock();
    try (ServerSocket forge = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        GitFeed hanging =
            start("http://127.0.0.1:%d/fleet".formatted(forge.getLocalPort()), clock);
        Socket fetch = forge.accept()) {
      assertThat(fetch.isConnected()).isTrue();
      assertThat(hanging.next()).isEmpty();

      clock.move(Duration.ofMinutes(4));
      assertThat(hanging.next())
          .get()
          .asString()
          .contains("has not answered the fetch that began at", "retryable=true");
      assertThat(hanging.next()).isEmpty();
    }
  }

  private GitFeed start(String url, Clock clock) {
    FleetLocation.InGit location = new FleetLocation.InGit(url, "", Optional.of(MAIN));
    return GitFeed.start(
        location,
        FleetConfig.at(location).repository(location),
        mirrors,
        WITHOUT_POLLS,
        FleetPushes.open(connection, Set.of(RepositoryId.fromUrl(url))),
        clock);
  }

  private Optional<CommitId> next() {
    return await()
        .atMost(Duration.ofSeconds(15))
        .pollInterval(Duration.ofMillis(50))
        .until(feed::next, Optional::isPresent)
        .map(found -> ((FleetFeed.Found.Documents) found).input())
        .flatMap(FleetInput::commit);
  }

  private void announce(GitRef ref, CommitId after) {
    try (KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(connection.producer("test"))) {
      EventId id = EventId.of("webhook", "hub", after.value(), 0);
      ChangeEvent event =
          new ChangeEvent.RefChanged(
              repository,
              ref,
              Optional.empty(),
              Optional.of(after),
              new Webhook("hub", id.value(), Optional.empty(), Instant.now()));
      var unused =
          producer.send(
              EventCodec.encode(
                  connection.topics().changes(),
                  new Envelope<>(id, "receiver/hub", Instant.now(), TraceParent.start(), event)));
    }
  }
}
