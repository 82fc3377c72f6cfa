package dev.sluice.dispatcher;

import static dev.sluice.dispatcher.Situation.MAIN;
import static dev.sluice.dispatcher.Situation.STAGING;
import static dev.sluice.dispatcher.Situation.TIMING;
import static dev.sluice.dispatcher.Situation.lines;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.StateRecord;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.decide.DispatchListener;
import dev.sluice.dispatcher.partition.RetryTiming;
import dev.sluice.inputs.git.Origin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Faults around a partition: silent or unavailable forges, fences, sizes. */
class DispatcherFaultIT {

  private Situation situation;

  @BeforeEach
  void set(@TempDir Path directory) throws IOException {
    situation = new Situation(directory);
  }

  @AfterEach
  void close() {
    situation.close();
  }

  @Test
  void aPollFindsAnUnreportedPushAndAForcePushBack() throws IOException {
    situation.application("web", "staging");
    CommitId first = situation.put("web", "one").push();
    RetryTiming polling =
        new RetryTiming(TIMING.patience(), TIMING.grace(), Duration.ofMillis(300));
    situation.start(situation.onePartition(polling), DispatchListener.NONE);
    situation.awaitSync(STAGING, 1);

    situation.put("web", "two").push();
    SyncEvent found = situation.awaitSync(STAGING, 2).getLast();
    assertThat(found.provenance().causes())
        .isNotEmpty()
        .allSatisfy(cause -> assertThat(cause.value()).startsWith("sweep/"));
    assertThat(found.provenance().actor()).isEmpty();

    situation.origin.set(MAIN, first);
    List<SyncEvent> sync = situation.awaitSync(STAGING, 3);
    assertThat(lines(sync)).containsExactly("web 1 one", "web 2 two", "web 3 one");
    assertThat(((SyncEvent.Target) sync.getLast()).commit()).isEqualTo(first);
  }

  @Test
  void anUnavailableRepositoryBlocksNoOtherAndRecovers() throws IOException {
    try (Origin other = new Origin(situation.directory.resolve("tools.git"))) {
      RepositoryId tools = RepositoryId.fromUrl(other.url());
      situation.document("tools", toolsDocuments(other));
      situation.application("web", "staging");
      situation.put("web", "one").push();
      other.set(MAIN, commitTool(other, "one"));
      situation.start(situation.onePartition(TIMING), DispatchListener.NONE);
      situation.awaitSync(STAGING, 2);

      CommitId late = situation.put("web", "two").push();
      Path place = situation.directory.resolve("shop.git");
      Path away = situation.directory.resolve("away.git");
      Files.move(place, away);
      EventId first = situation.deliver(Optional.of(late));
      await()
          .atMost(Duration.ofSeconds(10))
          .untilAsserted(() -> assertThat(pendingCauses()).containsExactly(first));

      CommitId tool = commitTool(other, "two");
      other.set(MAIN, tool);
      situation.deliver(tools, Optional.of(tool));
      assertThat(lines(situation.awaitSync(STAGING, 3))).hasSize(3).endsWith("tool 2 two");
      assertThat(pendingCauses()).containsExactly(first);

      Files.move(away, place);
      EventId second = situation.deliver(Optional.of(late));
      List<SyncEvent> sync = situation.awaitSync(STAGING, 4);
      assertThat(lines(sync)).hasSize(4).endsWith("web 2 two");
      assertThat(sync.getLast().provenance().causes()).containsExactly(first, second);
      situation.awaitQuiet();
    }
  }

  @Test
  void aFencedPartitionContinuesFromTheCommittedOffset() throws IOException {
    situation.application("web", "staging");
    situation.put("web", "v0").push();
    Dispatcher dispatcher = situation.start(situation.onePartition(TIMING), DispatchListener.NONE);
    situation.awaitSync(STAGING, 1);

    for (int i = 1; i <= 2; i++) {
      try (KafkaProducer<String, byte[]> usurper = situation.fence()) {
        usurper.beginTransaction();
        var unused =
            usurper.send(
                new ProducerRecord<>(
                    situation.connection.topics().sync(STAGING), "web", new byte[] {1}));
        usurper.flush();
        situation.put("web", "v" + i).pushAndNotify();
        situation.awaitSync(STAGING, i + 1);
        // the partition was reopened, which aborted the open transaction
        assertThatThrownBy(usurper::commitTransaction).isInstanceOf(KafkaException.class);
      }
    }

    situation.awaitQuiet();
    assertThat(lines(situation.sync(STAGING))).containsExactly("web 1 v0", "web 2 v1", "web 3 v2");
    await().atMost(Duration.ofSeconds(10)).until(dispatcher::isReady);
  }

  static Stream<Named<String>> tooLargeTexts() {
    byte[] random = new byte[18_000_000];
    new Random(1).nextBytes(random);
    return Stream.of(
        Named.of("large before it is compressed", "\"".repeat(25_200_000)),
        Named.of("hardly compressible", Base64.getEncoder().encodeToString(random)));
  }

  @ParameterizedTest
  @MethodSource("tooLargeTexts")
  void aTooLargeTargetBecomesADeadLetterThatClosesWhenItFits(String tooLargeText)
      throws IOException {
    situation.application("web", "staging");
    situation.application("api", "staging");
    situation.put("web", "one").put("api", "one").push();
    var heard = new CopyOnWriteArrayList<DispatchListener.ChangeEvaluated>();
    situation.start(
        situation.onePartition(TIMING),
        new DispatchListener() {
          @Override
          public void evaluated(ChangeEvaluated change) {
            heard.add(change);
          }
        });
    situation.awaitSync(STAGING, 2);

    // as JSON each of these is two bytes: about 5 KiB below the limit
    situation.file("apps/web/large.yaml", "#" + "\"".repeat(25_163_000) + "\n").pushAndNotify();
    assertThat(situation.awaitSync(STAGING, 3)).hasSize(3);

    situation.file("apps/web/large.yaml", "#" + tooLargeText + "\n");
    CommitId tooLarge = situation.put("api", "two").pushAndNotify();
    assertThat(lines(situation.awaitSync(STAGING, 4)).getLast()).isEqualTo("api 2 two");
    situation.awaitQuiet();
    assertThat(situation.deadLetters())
        .singleElement()
        .isInstanceOfSatisfying(
            DeadLetterEvent.Opened.class,
            opened -> {
              assertThat(opened.entry()).isEqualTo(new DeadLetterId("staging/web/source"));
              assertThat(opened.failure().code()).isEqualTo(SourceFailure.TARGET_TOO_LARGE);
            });
    await().untilAsserted(() -> assertThat(heard.getLast().commit()).isEqualTo(tooLarge));
    assertThat(heard.getLast().refused())
        .singleElement()
        .satisfies(
            refused -> assertThat(refused.application()).isEqualTo(new ApplicationName("web")));

    situation.delete("apps/web/large.yaml").put("web", "three").pushAndNotify();
    assertThat(lines(situation.awaitSync(STAGING, 5)).getLast()).isEqualTo("web 3 three");
    assertThat(situation.deadLetters().getLast()).isInstanceOf(DeadLetterEvent.Closed.class);
  }

  private List<EventId> pendingCauses() {
    List<EventId> causes = new ArrayList<>();
    situation.state().stream()
        .filter(StateRecord.RefState.class::isInstance)
        .map(StateRecord.RefState.class::cast)
        .filter(ref -> ref.repository().equals(situation.repository))
        .reduce((_, last) -> last)
        .flatMap(StateRecord.RefState::pending)
        .ifPresent(pending -> causes.addAll(pending.causes()));
    return causes;
  }

  private static String toolsDocuments(Origin other) {
    return """
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
        .formatted(other.url());
  }

  private static CommitId commitTool(Origin other, String value) throws IOException {
    String text =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: tool}\ndata: {value: %s}\n"
            .formatted(value);
    return other.commit(Map.of("tool/config.yaml", Origin.Content.file(text)));
  }
}
