package dev.sluice.dispatcher;

import static dev.sluice.dispatcher.Situation.STAGING;
import static dev.sluice.dispatcher.Situation.TIMING;
import static dev.sluice.dispatcher.Situation.lines;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.Command;
import dev.sluice.contract.event.CommandEvent;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.json.Json;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.decide.DispatchListener;
import dev.sluice.inputs.git.Origin;
import dev.sluice.platform.kafka.KafkaFixture;
import dev.sluice.platform.process.FaultyClock;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.acl.AclOperation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Faults in the dispatcher's loops: each affects only its own record or ref, changes of other
 * repositories are still evaluated, and readiness names the stopped loop.
 */
class LoopFaultIT {

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @TempDir private Path directory;
  private Situation situation;
  private Origin other;
  private Optional<CommitId> otherHead = Optional.empty();

  @BeforeEach
  void open() throws IOException {
    situation = new Situation(directory);
    situation.application("web", "staging");
    situation.put("web", "one").push();
    other = new Origin(directory.resolve("tools.git"));
    situation.document(
        "tools",
        """
        apiVersion: sluice.dev/v1
        kind: Repository
        metadata: {name: tools}
        spec: {url: "%s"}
        ---
        apiVersion: sluice.dev/v1
        kind: Application
        metadata: {name: tool}
        spec:
          source: {repository: tools, path: tool}
          clusters: {names: [staging]}
          namespace: tool
        """
            .formatted(other.url()));
    pushOther("one");
  }

  @AfterEach
  void close() {
    situation.close();
    other.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"exception", "error", "stack overflow"})
  void aRecordWhoseHandlingFailsBecomesADeadLetter(String fault) throws IOException {
    AtomicInteger faults = new AtomicInteger();
    Dispatcher dispatcher =
        situation.start(
            situation.onePartition(TIMING),
            new DispatchListener() {
              @Override
              public void seen(ChangeSeen change) {
                if (change.actor().equals(Optional.of("poison"))) {
                  faults.incrementAndGet();
                  fail(fault);
                }
              }
            });
    situation.awaitSync(STAGING, 2);

    EventId poison = deliverAs("poison");
    situation.put("web", "two").pushAndNotify();
    deliverOther(pushOther("two"));

    assertThat(lines(situation.awaitSync(STAGING, 4))).contains("web 2 two", "tool 2 two");
    DeadLetterEvent.Opened opened = awaitOpened(1).getFirst();
    assertThat(opened.failure().message()).contains("cannot be handled").contains("a test's fault");
    assertThat(opened.original().headers().orElseThrow())
        .anyMatch(
            header ->
                header.name().equals("ce_id")
                    && new String(header.value().orElseThrow(), UTF_8).equals(poison.value()));
    assertThat(faults).hasValue(2);
    await().atMost(PATIENCE).until(dispatcher::isReady);
  }

  @ParameterizedTest
  @CsvSource({
    "FleetIntake, fleet-intake, exception",
    "FleetIntake, fleet-intake, error",
    "ChangesConsumer, changes, exception",
    "ChangesConsumer, changes, error"
  })
  void isUnreadyWhileALoopFails(String type, String loop, String fault) throws IOException {
    FaultyClock clock = new FaultyClock(type);
    Dispatcher dispatcher =
        situation.start(situation.onePartition(TIMING), clock, DispatchListener.NONE);
    situation.awaitSync(STAGING, 2);

    clock.fail(fault);
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(dispatcher.unreadyReasons())
                    .anyMatch(
                        reason ->
                            reason.startsWith(loop + " has been failing")
                                && reason.contains("a test's fault")));
    situation.application("api", "staging");
    situation.put("api", "one").pushAndNotify();
    clock.recover();

    assertThat(lines(situation.awaitSync(STAGING, 3))).endsWith("api 1 one");
    await().atMost(PATIENCE).until(dispatcher::isReady);
  }

  @Test
  void aRefWhoseHandlingFailsIsPaused() throws IOException {
    situation.start(
        situation.onePartition(TIMING),
        new DispatchListener() {
          @Override
          public void retrying(RepositoryId repository, GitRef ref) {
            throw new IllegalStateException("a test's fault");
          }
        });
    situation.awaitSync(STAGING, 2);

    // Git does not show this one, so the evaluation is retried, and that fails
    situation.deliver(Optional.of(new CommitId("0123456789012345678901234567890123456789")));
    for (int i = 2; i <= 5; i++) {
      deliverOther(pushOther("v" + i));
      assertThat(lines(situation.awaitSync(STAGING, i + 1))).endsWith("tool " + i + " v" + i);
    }
  }

  @Test
  void anEventOfAnUnknownTypeStopsItsPartitionAndReadinessFails() throws Exception {
    Dispatcher dispatcher = situation.start(situation.onePartition(TIMING), DispatchListener.NONE);
    situation.awaitSync(STAGING, 2);

    ProducerRecord<String, byte[]> unknown =
        new ProducerRecord<>(
            situation.connection.topics().changes(), situation.repository.value(), new byte[] {1});
    unknown.headers().add("ce_type", "dev.sluice.invented.v9".getBytes(UTF_8));
    situation.send(unknown);

    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(dispatcher.unreadyReasons())
                    .anyMatch(reason -> reason.contains("dev.sluice.invented.v9")));
    var readyz =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(
                        URI.create(
                            "http://127.0.0.1:%d/readyz"
                                .formatted(dispatcher.healthPort().orElseThrow())))
                    .build(),
                BodyHandlers.ofString());
    assertThat(readyz.statusCode()).isEqualTo(503);
    assertThat(readyz.body()).contains("dev.sluice.invented.v9", "start a newer one");
  }

  @Test
  void anEventOnTheWrongPartitionBecomesADeadLetter() throws IOException {
    situation.start();
    situation.awaitSync(STAGING, 2);
    SyncEvent.Target web = target("web");

    for (int partition = 0; partition < 2; partition++) {
      situation.send(
          EventCodec.encode(
              situation.connection.topics().changes(),
              partition,
              envelope(
                  EventId.of("misplaced", partition),
                  new CommandEvent.Given(
                      situation.repository,
                      web.application(),
                      Set.of(),
                      new Command.Suspend(),
                      "cat",
                      "a reason"))));
    }

    DeadLetterEvent.Opened opened = awaitOpened(1).getFirst();
    assertThat(opened.failure().message()).contains("belong on partition");
    deliverOther(pushOther("two"));
    assertThat(lines(situation.awaitSync(STAGING, 3))).endsWith("tool 2 two");
    situation.awaitQuiet();
    assertThat(
            situation.changes().stream().filter(CommandEvent.Answered.class::isInstance).toList())
        .hasSize(1);
  }

  @Test
  void anAbsurdGenerationReportedByAWorkerStopsNothing() throws Exception {
    Dispatcher dispatcher = situation.start(situation.onePartition(TIMING), DispatchListener.NONE);
    situation.awaitSync(STAGING, 2);

    for (long ledger : List.of(-1L, 0L, Long.MAX_VALUE, Long.MAX_VALUE - 1)) {
      fenced(target("web"), ledger);
    }
    fenced(target("tool"), 7);

    assertThat(lines(situation.awaitSync(STAGING, 3))).endsWith("tool 8 one");
    situation.put("web", "two").pushAndNotify();
    assertThat(lines(situation.awaitSync(STAGING, 4))).endsWith("web 2 two");
    assertThat(awaitOpened(4))
        .allSatisfy(opened -> assertThat(opened.failure().code()).isEqualTo(ApplyFailure.DAMAGED));
    await().atMost(PATIENCE).until(dispatcher::isReady);
  }

  @Test
  void aRecordThatLeadsToATooLargeRecordBecomesADeadLetter() throws IOException {
    situation.start(situation.onePartition(TIMING), DispatchListener.NONE);
    situation.awaitSync(STAGING, 2);

    situation.send(
        EventCodec.encode(
            situation.connection.topics().changes(),
            envelope(
                EventId.of("long"),
                new CommandEvent.Given(
                    situation.repository,
                    new ApplicationName("web"),
                    Set.of(),
                    new Command.Suspend(),
                    "cat",
                    "x".repeat(16_740_000)))));

    assertThat(awaitOpened(1).getFirst().failure().message()).contains("which no record of Kafka");
    deliverOther(pushOther("two"));
    assertThat(lines(situation.awaitSync(STAGING, 3))).endsWith("tool 2 two");
  }

  @ParameterizedTest
  @ValueSource(strings = {"restore", "rebuild"})
  void aCommandWhoseLaterDecisionFailsBecomesADeadLetter(String command) throws IOException {
    Dispatcher dispatcher = situation.start(situation.onePartition(TIMING), DispatchListener.NONE);
    situation.awaitSync(STAGING, 2);

    // its answer repeats the reason, and does not fit into a record
    situation.send(
        EventCodec.encode(
            situation.connection.topics().changes(),
            envelope(
                EventId.of("long"),
                new CommandEvent.Given(
                    situation.repository,
                    new ApplicationName("web"),
                    Set.of(),
                    command.equals("restore")
                        ? new Command.Restore(situation.push())
                        : new Command.Rebuild(),
                    "cat",
                    "x".repeat(16_740_000)))));

    assertThat(awaitOpened(1).getFirst().failure().message()).contains("which no record of Kafka");
    deliverOther(pushOther("two"));
    assertThat(lines(situation.awaitSync(STAGING, 3))).endsWith("tool 2 two");
    await().atMost(PATIENCE).until(dispatcher::isReady);
  }

  @Test
  void aFleetDocumentThatIsNestedTooDeeplyBlocksNoOther() throws IOException {
    Dispatcher dispatcher = situation.start(situation.onePartition(TIMING), DispatchListener.NONE);
    situation.awaitSync(STAGING, 2);

    situation.document("deep", "[".repeat(100_000));
    situation.document("deep-map", "a: {".repeat(20_000));
    situation.application("api", "staging");
    situation.put("api", "one").pushAndNotify();

    assertThat(lines(situation.awaitSync(STAGING, 3))).endsWith("api 1 one");
    assertThat(dispatcher.unreadyReasons()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"changes", "state", "results"})
  void aRevokedAuthorizationMakesItUnreadyUntilItIsGrantedAgain(String name) throws Exception {
    Dispatcher dispatcher = situation.start(situation.onePartition(TIMING), DispatchListener.NONE);
    situation.awaitSync(STAGING, 2);
    String topic = situation.connection.topics().prefix() + "." + name;

    KafkaFixture.deny(topic, AclOperation.READ);
    if (name.equals("state")) {
      situation.fence().close(); // so that the partition has to replay its state
      situation.put("web", "two").pushAndNotify();
    }
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(dispatcher.unreadyReasons())
                    .anyMatch(
                        reason -> reason.contains("refuses access") && reason.contains(topic)));

    KafkaFixture.allow(topic);
    situation.put("web", "three").pushAndNotify();
    await()
        .atMost(PATIENCE)
        .until(
            () -> lines(situation.sync(STAGING)).stream().anyMatch(line -> line.endsWith("three")));
    await().atMost(PATIENCE).until(dispatcher::isReady);
  }

  @Test
  void deletedTopicsAreRecreatedAndReadFromTheBeginning() throws Exception {
    Dispatcher dispatcher = situation.start(situation.onePartition(TIMING), DispatchListener.NONE);
    situation.awaitSync(STAGING, 2);
    for (int i = 2; i <= 4; i++) {
      situation.put("web", "v" + i).pushAndNotify();
      situation.awaitSync(STAGING, i + 1);
    }
    situation.awaitQuiet();

    try (Admin admin = Admin.create(situation.connection.admin())) {
      admin
          .deleteTopics(
              List.of(
                  situation.connection.topics().changes(), situation.connection.topics().state()))
          .all()
          .get();
    }

    // its generations are lost, as after a loss of Kafka
    await()
        .atMost(PATIENCE)
        .until(
            () -> lines(situation.sync(STAGING)),
            sent -> sent.subList(5, sent.size()).containsAll(List.of("web 1 v4", "tool 1 one")));
    situation.put("web", "v5").pushAndNotify();
    await().atMost(PATIENCE).until(() -> lines(situation.sync(STAGING)).contains("web 2 v5"));
    await().atMost(PATIENCE).until(dispatcher::isReady);
  }

  @Test
  void theDeletedTopicOfAClusterIsRecreated() throws Exception {
    situation.application("other", "production");
    situation.put("other", "one").push();
    Dispatcher dispatcher = situation.start(situation.onePartition(TIMING), DispatchListener.NONE);
    situation.awaitSync(STAGING, 2);

    try (Admin admin = Admin.create(situation.connection.admin())) {
      admin.deleteTopics(List.of(situation.connection.topics().sync(STAGING))).all().get();
    }
    situation.put("other", "two").put("web", "two").pushAndNotify();

    await()
        .atMost(PATIENCE.multipliedBy(2))
        .ignoreExceptions()
        .until(() -> lines(situation.sync(STAGING)).contains("web 2 two"));
    assertThat(lines(situation.awaitSync(Situation.PRODUCTION, 2))).endsWith("other 2 two");
    await().atMost(PATIENCE).until(dispatcher::isReady);
  }

  private static void fail(String fault) {
    switch (fault) {
      case "error" -> throw new AssertionError("a test's fault");
      case "stack overflow" -> throw new StackOverflowError("a test's fault");
      default -> throw new IllegalStateException("a test's fault");
    }
  }

  private EventId deliverAs(String actor) {
    EventId id = EventId.of("webhook", "hub", actor);
    situation.send(
        EventCodec.encode(
            situation.connection.topics().changes(),
            envelope(
                id,
                new ChangeEvent.RefChanged(
                    situation.repository,
                    Situation.MAIN,
                    Optional.empty(),
                    Optional.empty(),
                    new dev.sluice.contract.event.Origin.Webhook(
                        "hub", actor, Optional.of(actor), Instant.now())))));
    return id;
  }

  private CommitId pushOther(String value) throws IOException {
    String text =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: tool}\ndata: {value: %s}\n"
            .formatted(value);
    CommitId commit =
        other.commit(
            Map.of("tool/config.yaml", Origin.Content.file(text)),
            otherHead.stream().toArray(CommitId[]::new));
    otherHead = Optional.of(commit);
    other.set(Situation.MAIN, commit);
    return commit;
  }

  private void deliverOther(CommitId commit) {
    var unused = situation.deliver(RepositoryId.fromUrl(other.url()), Optional.of(commit));
  }

  private SyncEvent.Target target(String application) {
    return situation.sync(STAGING).stream()
        .filter(event -> event.application().value().equals(application))
        .map(SyncEvent.Target.class::cast)
        .findFirst()
        .orElseThrow();
  }

  /** Reports a ledger's generation, which may be none that an event can have. */
  private void fenced(SyncEvent.Target target, long ledger) throws Exception {
    Subject of = Subject.of(target);
    ProducerRecord<String, byte[]> valid =
        EventCodec.encode(
            situation.connection.topics().results(),
            envelope(
                EventId.of("fenced", target.application(), ledger),
                new ResultEvent.Fenced(
                    new Subject(
                        STAGING, of.application(), Generation.FIRST, of.commit(), of.target()),
                    Generation.FIRST)));
    ObjectNode json = (ObjectNode) Json.mapper().readTree(valid.value());
    json.put("ledgerGeneration", ledger);
    try (KafkaProducer<String, byte[]> worker =
        new KafkaProducer<>(situation.connection.producer("test-worker"))) {
      worker
          .send(
              new ProducerRecord<>(
                  valid.topic(),
                  null,
                  valid.key(),
                  Json.mapper().writeValueAsBytes(json),
                  valid.headers()))
          .get();
    }
  }

  private static <E extends dev.sluice.contract.event.Event> Envelope<E> envelope(
      EventId id, E event) {
    return new Envelope<>(id, "test", Instant.now(), TraceParent.start(), event);
  }

  private List<DeadLetterEvent.Opened> awaitOpened(int atLeast) {
    return await()
        .atMost(PATIENCE)
        .until(
            () ->
                situation.deadLetters().stream()
                    .filter(DeadLetterEvent.Opened.class::isInstance)
                    .map(DeadLetterEvent.Opened.class::cast)
                    .toList(),
            letters -> letters.size() >= atLeast);
  }
}
