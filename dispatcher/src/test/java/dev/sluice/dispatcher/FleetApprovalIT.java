package dev.sluice.dispatcher;

import static dev.sluice.dispatcher.Situation.STAGING;
import static dev.sluice.dispatcher.Situation.lines;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.FleetApprovalEvent;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.failure.PartFailure;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.dispatcher.decide.DispatchListener;
import dev.sluice.platform.telemetry.Heartbeats.Finding;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A fleet revision that removes most applications waits until it is approved. */
class FleetApprovalIT {

  private static final Pattern COMMAND = Pattern.compile("sluice approve --fleet (\\w+) --reason");
  private static final String[] REMOVALS = {
    "b 2 removal", "c 2 removal", "d 2 removal", "e 2 removal"
  };

  private Situation situation;

  @BeforeEach
  void aFleet(@TempDir Path directory) throws IOException {
    situation = new Situation(directory);
    applications("a", "b", "c", "d", "e");
    situation.put("new", "one").push();
  }

  @AfterEach
  void close() {
    situation.close();
  }

  @Test
  void anApprovalTakesEffectWithoutARestart() throws IOException {
    Dispatcher dispatcher = situation.start();
    situation.awaitSync(STAGING, 5);
    applications("a", "new");
    String digest = awaitHeld(dispatcher);
    assertThat(lines(situation.awaitSync(STAGING, 6))).hasSize(6).endsWith("new 1 one");

    EventId wrong = situation.approve("0".repeat(64));
    FleetApprovalEvent.Answered refused = awaitAnswers(1).getFirst();
    assertThat(refused.given()).isEqualTo(wrong);
    assertThat(refused.accepted()).isFalse();
    assertThat(refused.message()).contains("another removal", "sluice approve --fleet " + digest);
    assertThat(situation.sync(STAGING)).hasSize(6);

    EventId right = situation.approve(digest);
    FleetApprovalEvent.Answered accepted = awaitAnswers(2).getLast();
    assertThat(accepted.given()).isEqualTo(right);
    assertThat(accepted.accepted()).isTrue();
    assertThat(accepted.message())
        .startsWith("4 applications are removed or deselected: b from [staging], c from");
    assertThat(accepted.taken()).hasSize(4);
    List<SyncEvent> removals = awaitRemovals(6);
    assertThat(removals)
        .allSatisfy(
            removal -> {
              assertThat(removal.provenance().actor()).contains("cat");
              assertThat(removal.provenance().causes()).hasSize(2).startsWith(right);
            });
    await().until(() -> findings(dispatcher).isEmpty());

    situation.approve(digest);
    assertThat(awaitAnswers(3).getLast().message())
        .isEqualTo("cat has approved this removal before");
    assertThat(dispatcher.isReady()).isTrue();
  }

  @Test
  void anApprovalIsAnsweredSoon() throws IOException {
    Dispatcher dispatcher = situation.start();
    situation.awaitSync(STAGING, 5);
    applications("a");
    String digest = awaitHeld(dispatcher);

    situation.approve(digest);

    await()
        .atMost(Duration.ofSeconds(5))
        .pollInterval(Duration.ofMillis(50))
        .until(() -> !situation.approvalAnswers().isEmpty());
  }

  @Test
  void anApprovalThatIsGivenWhileNoDispatcherRunsIsAnsweredByTheNext() throws IOException {
    String digest = holdAndStop();
    situation.approve("1".repeat(64));
    situation.approve(digest);

    Dispatcher next = situation.start();
    List<FleetApprovalEvent.Answered> answers = awaitAnswers(2);
    assertThat(answers)
        .extracting(FleetApprovalEvent.Answered::accepted)
        .containsExactly(false, true);
    awaitRemovals(5);
    assertThat(findings(next)).isEmpty();

    next.close();
    situation.start();
    situation.awaitQuiet();
    assertThat(situation.approvalAnswers()).hasSize(2);
    assertThat(situation.sync(STAGING)).hasSize(9);
  }

  @Test
  void aTransactionThatAKilledDispatcherLeftOpenIsRepeatedAsAWhole() throws IOException {
    String digest = holdAndStop();
    EventId given = situation.approve(digest);
    KafkaProducer<String, byte[]> killed =
        new KafkaProducer<>(situation.connection.transactionalProducer("fleet-intake"));
    killed.initTransactions();
    killed.beginTransaction();
    send(
        killed,
        new ChangeEvent.DefinitionRemoved(situation.repository, name("b"), "r", Optional.empty()));
    send(killed, answer(given, digest));
    killed.flush();

    situation.start();

    assertThat(awaitAnswers(1))
        .singleElement()
        .satisfies(answer -> assertThat(answer.taken()).hasSize(4));
    awaitRemovals(5);
    situation.awaitQuiet();
    assertThat(situation.approvalAnswers()).hasSize(1);
    assertThat(
            situation.changes().stream()
                .filter(ChangeEvent.DefinitionRemoved.class::isInstance)
                .toList())
        .hasSize(4);
    killed.close(Duration.ZERO);
  }

  @Test
  void whatAKilledDispatcherCommittedBehindAnOpenTransactionIsNotRepeated() throws Exception {
    String digest = holdAndStop();
    EventId given = situation.approve(digest);
    KafkaProducer<String, byte[]> open =
        new KafkaProducer<>(situation.connection.transactionalProducer("another-partition"));
    open.initTransactions();
    open.beginTransaction();
    send(open, answer(EventId.of("command", "unrelated"), digest));
    send(
        open,
        new ChangeEvent.DefinitionRemoved(situation.repository, name("f"), "r", Optional.empty()));
    open.flush();
    KafkaProducer<String, byte[]> killed =
        new KafkaProducer<>(situation.connection.transactionalProducer("fleet-intake"));
    killed.initTransactions();
    killed.beginTransaction();
    for (String name : List.of("b", "c", "d", "e")) {
      send(
          killed,
          new ChangeEvent.DefinitionRemoved(
              situation.repository, name(name), "r", Optional.empty()));
    }
    send(killed, answer(given, digest));
    killed.commitTransaction();
    killed.close(Duration.ZERO);

    Dispatcher next = situation.start();
    open.abortTransaction();
    open.close(Duration.ZERO);

    awaitRemovals(5);
    EventId unknown = situation.approve("4".repeat(64));
    assertThat(awaitAnswers(2))
        .extracting(FleetApprovalEvent.Answered::given)
        .containsExactly(given, unknown);
    assertThat(findings(next)).isEmpty();
  }

  private static FleetApprovalEvent.Answered answer(EventId given, String digest) {
    return new FleetApprovalEvent.Answered(
        given, digest, "cat", "a reason", true, "", Optional.of("r"), Map.of());
  }

  @Test
  void onlyTheLeaderOfTwoDispatchersAnswersAndOnce() throws IOException {
    Dispatcher first = situation.start();
    Dispatcher second = situation.start(situation.config("mirrors-2"), DispatchListener.NONE);
    situation.awaitSync(STAGING, 5);
    applications("a");
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> findings(first).size() + findings(second).size() == 1);
    Dispatcher leader = findings(first).isEmpty() ? second : first;
    Dispatcher other = leader == first ? second : first;

    situation.approve(digest(findings(leader).getFirst()));
    assertThat(awaitAnswers(1).getFirst().accepted()).isTrue();
    awaitRemovals(5);
    await().until(() -> findings(leader).isEmpty());

    leader.close();
    EventId unknown = situation.approve("2".repeat(64));
    assertThat(awaitAnswers(2))
        .extracting(FleetApprovalEvent.Answered::given)
        .hasSize(2)
        .endsWith(unknown);
    situation.awaitQuiet();
    assertThat(findings(other)).isEmpty();
    assertThat(situation.sync(STAGING)).hasSize(9);
  }

  @Test
  void aUsedUpApprovalDoesNotApproveTheSameRevisionAgain() throws Exception {
    Dispatcher dispatcher = situation.start();
    situation.awaitSync(STAGING, 5);
    applications("a");
    String digest = awaitHeld(dispatcher);
    EventId first = situation.approve(digest);
    awaitRemovals(5);
    applications("a", "b", "c", "d", "e");
    situation.awaitSync(STAGING, 13);
    dispatcher.close();

    // as after a long standstill, when Kafka has forgotten how far the approvals were read
    forgetPositions();
    applications("a");
    Dispatcher next = situation.start();
    assertThat(awaitHeld(next)).isEqualTo(digest);
    situation.approve(first, digest);
    EventId unknown = situation.approve("3".repeat(64));
    assertThat(awaitAnswers(2))
        .extracting(FleetApprovalEvent.Answered::given)
        .containsExactly(first, unknown);
    assertThat(situation.sync(STAGING)).hasSize(13);

    situation.approve(digest);
    assertThat(awaitAnswers(3).getLast().accepted()).isTrue();
    assertThat(situation.awaitSync(STAGING, 17)).hasSize(17);
  }

  @Test
  void anApprovalHoldsForWhatLeavesLaterAlsoAfterARestart() throws IOException {
    Dispatcher dispatcher = situation.start();
    situation.awaitSync(STAGING, 5);
    // the others' files are at places where nothing is, so that their successors cannot be sent yet
    situation.document(
        "apps",
        document("a", "a")
            + document("c-2", "c/next")
            + document("d-2", "d/next")
            + document("e-2", "e/next"));
    String digest = awaitHeld(dispatcher);
    situation.approve(digest);
    assertThat(awaitAnswers(1).getFirst().message()).contains("3 of them wait");
    assertThat(lines(situation.awaitSync(STAGING, 6))).endsWith("b 2 removal");
    await().until(() -> findings(dispatcher).isEmpty());
    dispatcher.close();

    Dispatcher next = situation.start();
    for (String name : List.of("c", "d", "e")) {
      situation.put(name + "/next", "one");
    }
    situation.pushAndNotify();

    List<String> lines =
        await()
            .atMost(Duration.ofSeconds(60))
            .until(
                () -> lines(situation.sync(STAGING)),
                sync -> sync.containsAll(List.of("c 3 removal", "d 3 removal", "e 3 removal")));
    assertThat(lines).doesNotHaveDuplicates();
    assertThat(findings(next)).isEmpty();
    assertThat(situation.approvalAnswers()).hasSize(1);
  }

  /** Returns the digest of a removal that waits when no dispatcher runs any longer. */
  private String holdAndStop() throws IOException {
    Dispatcher dispatcher = situation.start();
    situation.awaitSync(STAGING, 5);
    applications("a");
    String digest = awaitHeld(dispatcher);
    dispatcher.close();
    return digest;
  }

  private void forgetPositions() throws Exception {
    try (Admin admin = Admin.create(situation.connection.admin())) {
      String group = situation.connection.topics().prefix() + "-dispatcher-approvals";
      Set<TopicPartition> read =
          admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().keySet();
      assertThat(read).hasSize(1);
      admin.deleteConsumerGroupOffsets(group, read).all().get();
    }
  }

  private void send(KafkaProducer<String, byte[]> producer, ChangeEvent event) {
    var unused =
        producer.send(
            EventCodec.encode(
                situation.connection.topics().changes(),
                new Envelope<>(
                    EventId.of("killed", event.key()),
                    "dispatcher/fleet",
                    Instant.now(),
                    TraceParent.start(),
                    event)));
  }

  private String awaitHeld(Dispatcher dispatcher) {
    return digest(
        await()
            .atMost(Duration.ofSeconds(30))
            .until(() -> findings(dispatcher), found -> !found.isEmpty())
            .getFirst());
  }

  private static List<Finding> findings(Dispatcher dispatcher) {
    return dispatcher.fleetFindings();
  }

  private static String digest(Finding finding) {
    assertThat(finding.code()).isEqualTo(PartFailure.FLEET_REMOVAL_HELD);
    Matcher command = COMMAND.matcher(finding.message());
    assertThat(command.find()).as(finding.message()).isTrue();
    return command.group(1);
  }

  private List<FleetApprovalEvent.Answered> awaitAnswers(int atLeast) {
    return await()
        .atMost(Duration.ofSeconds(30))
        .until(situation::approvalAnswers, answers -> answers.size() >= atLeast);
  }

  /** Waits for the removal of all applications but one. */
  private List<SyncEvent> awaitRemovals(int after) {
    List<SyncEvent> sync = situation.awaitSync(STAGING, after + 4);
    List<SyncEvent> removals = sync.subList(after, after + 4);
    assertThat(lines(removals)).containsExactlyInAnyOrder(REMOVALS);
    return removals;
  }

  private static ApplicationName name(String name) {
    return new ApplicationName(name);
  }

  /** Writes all applications in one file, so that there is no revision in between. */
  private void applications(String... names) throws IOException {
    StringBuilder documents = new StringBuilder();
    for (String name : names) {
      documents.append(document(name, name));
      situation.put(name, "one");
    }
    situation.document("apps", documents.toString());
  }

  private static String document(String name, String path) {
    return """
    ---
    apiVersion: sluice.dev/v1
    kind: Application
    metadata: {name: %s}
    spec:
      source: {repository: shop, path: apps/%s}
      clusters: {names: [staging]}
      namespace: shop
    """
        .formatted(name, path);
  }
}
