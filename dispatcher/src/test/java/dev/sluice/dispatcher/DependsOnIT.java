package dev.sluice.dispatcher;

import static dev.sluice.dispatcher.Situation.PRODUCTION;
import static dev.sluice.dispatcher.Situation.STAGING;
import static dev.sluice.dispatcher.Situation.lines;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.Command;
import dev.sluice.contract.event.CommandEvent;
import dev.sluice.contract.event.DependencyStanding.Phase;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.contract.event.ObservedHealth;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.StateRecord.DependencyState;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.event.Withheld;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.health.Health;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.inputs.git.Origin;
import dev.sluice.platform.kafka.TopicPartitions;
import dev.sluice.platform.kafka.UngroupedConsumer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Applications that depend on others, with results as a worker writes them. */
class DependsOnIT {

  private final AtomicInteger results = new AtomicInteger();
  private Situation situation;

  @BeforeEach
  void set(@TempDir Path directory) throws IOException {
    situation = new Situation(directory);
    situation.application("db", "staging, production");
    dependent("web", "staging", "{application: db}");
    situation.put("db", "one").put("web", "one").push();
  }

  @AfterEach
  void close() {
    situation.close();
  }

  @Test
  void aFirstSyncWaitsUntilTheDependencyIsHealthy() {
    situation.start();
    situation.awaitSync(STAGING, 1);
    awaitWithheld("has not applied generation 1 yet");

    applied("db", STAGING);
    awaitWithheld("is applied, and its health is not known yet");
    situation.awaitQuiet();
    assertThat(lines(situation.sync(STAGING))).containsExactly("db 1 one");
    health("db", STAGING, Health.HEALTHY);

    assertThat(lines(situation.awaitSync(STAGING, 2))).containsExactly("db 1 one", "web 1 one");
    assertThat(reason("web")).isEqualTo("first dispatch");
    await().untilAsserted(() -> assertThat(withheld("web")).isEmpty());
  }

  @Test
  void aCommitThatChangesBothIsSentInOrder() throws IOException {
    situation.start();
    deployed();

    situation.put("db", "two").put("web", "two").pushAndNotify();
    situation.awaitSync(STAGING, 3);
    awaitWithheld("has not applied generation 2 yet");
    // a newer commit, and a late result of the earlier generation
    situation.put("web", "three").pushAndNotify();
    health("db", STAGING, 1, Health.HEALTHY);
    situation.awaitQuiet();
    assertThat(lines(situation.sync(STAGING))).last().isEqualTo("db 2 two");

    healthy("db", STAGING);

    assertThat(lines(situation.awaitSync(STAGING, 4)))
        .containsExactly("db 1 one", "web 1 one", "db 2 two", "web 2 three");
    assertThat(reason("web")).isEqualTo("dependency db in staging");
  }

  @Test
  void aCommitThatDoesNotChangeTheDependencyIsSentAtOnce() throws IOException {
    situation.start();
    deployed();

    situation.put("web", "two").pushAndNotify();

    assertThat(lines(situation.awaitSync(STAGING, 3))).last().isEqualTo("web 2 two");
    assertThat(withheld("web")).isEmpty();
  }

  @Test
  void aParkedDependencyHoldsUntilItIsMended() throws IOException {
    situation.start();
    deployed();
    situation.put("db", "two").put("web", "two").pushAndNotify();
    situation.awaitSync(STAGING, 3);

    parked("db", STAGING);
    awaitWithheld("application db in cluster staging, which is Parked since ");
    assertThat(withheld("web").orElseThrow().waitsFor()).endsWith("(Forbidden)");
    assertThat(situation.results())
        .filteredOn(ResultEvent.Held.class::isInstance)
        .extracting(result -> ((ResultEvent.Held) result).withheld().waitsFor())
        .anyMatch(text -> text.contains("is Parked"));
    situation.put("db", "three").pushAndNotify();
    situation.awaitSync(STAGING, 4);
    unchanged("db", STAGING);
    health("db", STAGING, Health.HEALTHY);

    assertThat(lines(situation.awaitSync(STAGING, 5)))
        .endsWith("db 2 two", "db 3 three", "web 2 two");
  }

  @Test
  void aDispatcherThatRestartsReleasesByAResultOfTheMeantime() {
    Dispatcher first = situation.start();
    situation.awaitSync(STAGING, 1);
    awaitWithheld("has not applied generation 1 yet");
    situation.awaitQuiet();
    first.close();

    healthy("db", STAGING);
    situation.start();

    assertThat(lines(situation.awaitSync(STAGING, 2))).containsExactly("db 1 one", "web 1 one");
    situation.awaitQuiet();
    assertThat(situation.sync(STAGING)).hasSize(2);
  }

  @Test
  void aDependencyThatWasHealthyBeforeAnyoneDependedOnItCounts() throws IOException {
    situation.application("web", "staging");
    situation.start();
    situation.awaitSync(STAGING, 2);
    healthy("db", STAGING);
    situation.awaitQuiet();

    dependent("web", "staging", "{application: db}");
    situation.put("web", "two").pushAndNotify();

    assertThat(lines(situation.awaitSync(STAGING, 3))).last().isEqualTo("web 2 two");
  }

  @Test
  void resultsThatWereReadBeforeAnyoneDependedOnThemCount() throws IOException {
    situation.start();
    deployed(); // so the partition of results is read, which cache has in common with db
    String cache = inThePartitionOf("db");
    situation.put(cache, "one").application(cache, "staging");
    situation.pushAndNotify();
    situation.awaitSync(STAGING, 3);
    healthy(cache, STAGING);
    health("db", STAGING, Health.DEGRADED);
    awaitStanding("db", Phase.APPLIED);
    health("db", STAGING, Health.HEALTHY);
    awaitStanding("db", Phase.HEALTHY);

    dependent("web", "staging", "{application: db}, {application: %s}".formatted(cache));
    await()
        .untilAsserted(
            () ->
                assertThat(state("web").flatMap(ApplicationState::definition))
                    .hasValueSatisfying(
                        definition -> assertThat(definition.dependencies()).hasSize(2)));
    situation.put("web", "two").pushAndNotify();

    assertThat(lines(situation.awaitSync(STAGING, 4))).last().isEqualTo("web 2 two");
  }

  @Test
  void anotherClusterAndTheConditionAppliedAreAwaited() throws IOException {
    dependent("web", "production", "{application: db, cluster: staging, health: applied}");
    situation.start();
    situation.awaitSync(PRODUCTION, 1);
    awaitWithheld(PRODUCTION, "application db in cluster staging, which ");
    applied("db", PRODUCTION);
    situation.awaitQuiet();
    assertThat(lines(situation.sync(PRODUCTION))).containsExactly("db 1 one");

    applied("db", STAGING);

    assertThat(lines(situation.awaitSync(PRODUCTION, 2))).containsExactly("db 1 one", "web 1 one");
  }

  @Test
  void aDependencyOfAnotherRepositoryInAnotherPartitionIsAwaited(@TempDir Path other)
      throws IOException {
    Origin schema = originOfAnotherPartition(other);
    situation.document(
        "db",
        """
        apiVersion: sluice.dev/v1
        kind: Repository
        metadata: {name: schema}
        spec: {url: "%s"}
        ---
        apiVersion: sluice.dev/v1
        kind: Application
        metadata: {name: db}
        spec:
          source: {repository: schema, path: db}
          clusters: {names: [staging]}
          namespace: db
        """
            .formatted(schema.url()));
    schema.set(
        Situation.MAIN,
        schema.commit(
            Map.of(
                "db/config.yaml",
                Origin.Content.file(
                    """
                    apiVersion: v1
                    kind: ConfigMap
                    metadata: {name: db}
                    data: {value: one}
                    """))));
    situation.start();
    situation.awaitSync(STAGING, 1);
    awaitWithheld("has not applied generation 1 yet");
    situation.awaitQuiet();
    assertThat(lines(situation.sync(STAGING))).containsExactly("db 1 one");

    healthy("db", STAGING);

    assertThat(lines(situation.awaitSync(STAGING, 2))).containsExactly("db 1 one", "web 1 one");
    schema.close();
  }

  @Test
  void anOperatorReleasesWhatWaits() throws IOException {
    situation.start();
    situation.awaitSync(STAGING, 1);
    awaitWithheld("has not applied generation 1 yet");

    EventId release = situation.command("web", Set.of(), new Command.Release());

    SyncEvent sent = situation.awaitSync(STAGING, 2).getLast();
    assertThat(lines(List.of(sent))).containsExactly("web 1 one");
    assertThat(sent.provenance().causes()).contains(release);
    situation.awaitQuiet();
    assertThat(outcome(release).result()).isEqualTo(CommandEvent.Outcome.Result.SENT);
    // the next inputs wait again
    situation.put("web", "two").pushAndNotify();
    awaitWithheld("has not applied generation 1 yet");
    EventId sync = situation.command("web", Set.of(), new Command.Resync());
    situation.awaitQuiet();
    assertThat(outcome(sync).result()).isEqualTo(CommandEvent.Outcome.Result.HELD);
    assertThat(outcome(sync).message()).contains("waits for application db in cluster staging");
    assertThat(situation.sync(STAGING)).hasSize(2);
  }

  @Test
  void aReleaseOfWhatDoesNotWaitIsRefused() {
    situation.start();
    deployed();

    EventId release = situation.command("web", Set.of(), new Command.Release());

    situation.awaitQuiet();
    assertThat(situation.changes())
        .filteredOn(CommandEvent.Answered.class::isInstance)
        .extracting(event -> (CommandEvent.Answered) event)
        .filteredOn(answer -> answer.given().equals(release))
        .singleElement()
        .satisfies(
            answer -> {
              assertThat(answer.accepted()).isFalse();
              assertThat(answer.message())
                  .isEqualTo("nothing of web waits to be sent to [staging]");
            });
  }

  @Test
  void aSuspendedDependencyHolds() throws IOException {
    situation.start();
    deployed();
    situation.command("db", Set.of(STAGING), new Command.Suspend());
    situation.awaitQuiet();

    situation.put("web", "two").pushAndNotify();
    awaitWithheld("which is suspended by cat since ");
    situation.command("db", Set.of(STAGING), new Command.Resume());

    assertThat(lines(situation.awaitSync(STAGING, 3))).last().isEqualTo("web 2 two");
  }

  @Test
  void inputsThatAreTakenBackWaitNoLonger() throws IOException {
    situation.start();
    deployed();
    situation.put("db", "two").put("web", "two").pushAndNotify();
    situation.awaitSync(STAGING, 3);
    awaitWithheld("has not applied generation 2 yet");

    situation.put("web", "one").pushAndNotify();

    await().untilAsserted(() -> assertThat(withheld("web")).isEmpty());
    assertThat(situation.sync(STAGING)).hasSize(3);
  }

  private void deployed() {
    situation.awaitSync(STAGING, 1);
    healthy("db", STAGING);
    situation.awaitSync(STAGING, 2);
    situation.awaitQuiet();
  }

  private void dependent(String name, String clusters, String dependency) throws IOException {
    situation.document(
        name,
        """
        apiVersion: sluice.dev/v1
        kind: Application
        metadata: {name: %s}
        spec:
          source: {repository: shop, path: apps/%s}
          clusters: {names: [%s]}
          namespace: %s
          dependsOn: [%s]
        """
            .formatted(name, name, clusters, name, dependency));
  }

  /** Returns the name of an application whose results are in the same partition. */
  private String inThePartitionOf(String application) {
    int partitions;
    try (UngroupedConsumer consumer =
        new UngroupedConsumer(situation.connection.consumer("test"))) {
      partitions = TopicPartitions.of(consumer, situation.connection.topics().results()).size();
    }
    return IntStream.iterate(0, i -> i + 1)
        .mapToObj(i -> "cache-" + i)
        .filter(
            name -> resultPartition(name, partitions) == resultPartition(application, partitions))
        .findFirst()
        .orElseThrow();
  }

  private static int resultPartition(String application, int partitions) {
    return BuiltInPartitioner.partitionForKey(
        (STAGING + "/" + application).getBytes(UTF_8), partitions);
  }

  private void awaitStanding(String application, Phase phase) {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                assertThat(situation.state())
                    .filteredOn(DependencyState.class::isInstance)
                    .extracting(DependencyState.class::cast)
                    .filteredOn(state -> state.application().value().equals(application))
                    .last()
                    .extracting(state -> state.standing().phase())
                    .isEqualTo(phase));
  }

  private Origin originOfAnotherPartition(Path directory) throws IOException {
    for (int i = 0; ; i++) {
      Path place = directory.resolve("schema-" + i + ".git");
      if (Situation.partition(RepositoryId.fromUrl("file://" + place))
          != Situation.partition(situation.repository)) {
        return new Origin(place);
      }
    }
  }

  private void healthy(String application, ClusterName cluster) {
    applied(application, cluster);
    health(application, cluster, Health.HEALTHY);
  }

  private void applied(String application, ClusterName cluster) {
    Instant now = Instant.now();
    result(
        new ResultEvent.Applied(
            newest(application, cluster),
            List.of(),
            1,
            new ResultEvent.Timings(now, now, now, now),
            Optional.empty()));
  }

  private void unchanged(String application, ClusterName cluster) {
    result(new ResultEvent.Unchanged(newest(application, cluster), 1, Optional.empty()));
  }

  private void parked(String application, ClusterName cluster) {
    result(
        new ResultEvent.Parked(
            newest(application, cluster),
            new Failure(
                ApplyFailure.FORBIDDEN, "no permission", Failure.Stage.APPLY, Optional.empty()),
            "permissions"));
  }

  private void health(String application, ClusterName cluster, Health health) {
    result(
        ObservedEvent.OfHealth.of(
            newest(application, cluster),
            new ObservedHealth(health, 1, List.of(), Optional.empty(), Instant.now())));
  }

  private void health(String application, ClusterName cluster, long generation, Health health) {
    Subject subject =
        sent(application, cluster)
            .filter(target -> target.generation().value() == generation)
            .map(Subject::of)
            .findFirst()
            .orElseThrow();
    result(
        ObservedEvent.OfHealth.of(
            subject, new ObservedHealth(health, 1, List.of(), Optional.empty(), Instant.now())));
  }

  private Subject newest(String application, ClusterName cluster) {
    return Subject.of(sent(application, cluster).reduce((_, last) -> last).orElseThrow());
  }

  private Stream<SyncEvent> sent(String application, ClusterName cluster) {
    return situation.sync(cluster).stream()
        .filter(event -> event.application().value().equals(application));
  }

  private void result(ResultEvent event) {
    situation.send(
        EventCodec.encode(
            situation.connection.topics().results(),
            new Envelope<>(
                EventId.of("result", results.incrementAndGet()),
                "worker/test",
                Instant.now(),
                TraceParent.start(),
                event)));
  }

  private void awaitWithheld(String what) {
    awaitWithheld(STAGING, what);
  }

  private void awaitWithheld(ClusterName cluster, String what) {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                assertThat(withheld("web", cluster).map(Withheld::waitsFor))
                    .hasValueSatisfying(text -> assertThat(text).contains(what)));
  }

  private Optional<Withheld> withheld(String application) {
    return withheld(application, STAGING);
  }

  private Optional<Withheld> withheld(String application, ClusterName cluster) {
    return state(application).flatMap(state -> state.withheld(cluster));
  }

  private Optional<ApplicationState> state(String application) {
    return situation.state().stream()
        .filter(ApplicationState.class::isInstance)
        .map(ApplicationState.class::cast)
        .filter(state -> state.application().value().equals(application))
        .reduce((_, last) -> last);
  }

  private String reason(String application) {
    return situation.results().stream()
        .filter(ResultEvent.Dispatched.class::isInstance)
        .map(ResultEvent.Dispatched.class::cast)
        .filter(sent -> sent.subject().application().value().equals(application))
        .reduce((_, last) -> last)
        .orElseThrow()
        .reason();
  }

  private CommandEvent.Outcome outcome(EventId command) {
    return situation.changes().stream()
        .filter(CommandEvent.Outcome.class::isInstance)
        .map(CommandEvent.Outcome.class::cast)
        .filter(outcome -> outcome.given().equals(command))
        .reduce((_, last) -> last)
        .orElseThrow();
  }
}
