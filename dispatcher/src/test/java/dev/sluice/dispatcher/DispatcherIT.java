package dev.sluice.dispatcher;

import static dev.sluice.dispatcher.Situation.MAIN;
import static dev.sluice.dispatcher.Situation.PRODUCTION;
import static dev.sluice.dispatcher.Situation.STAGING;
import static dev.sluice.dispatcher.Situation.lines;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.codec.Decoded;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.InputFile;
import dev.sluice.contract.event.StateRecord;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.decide.DispatchListener;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DispatcherIT {

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
  void aPushBecomesASelfContainedTarget() throws IOException {
    situation.application("web", "staging, production");
    situation.application("api", "staging");
    CommitId first = situation.put("web", "one").put("api", "one").push();
    var heard = new CopyOnWriteArrayList<DispatchListener.ChangeEvaluated>();
    situation.start(
        situation.config("mirrors"),
        new DispatchListener() {
          @Override
          public void evaluated(ChangeEvaluated change) {
            heard.add(change);
          }
        });
    assertThat(lines(situation.awaitSync(STAGING, 2)))
        .containsExactlyInAnyOrder("web 1 one", "api 1 one");
    assertThat(lines(situation.awaitSync(PRODUCTION, 1))).containsExactly("web 1 one");

    CommitId second = situation.put("web", "two").push();
    EventId cause = situation.deliver(Optional.of(second));

    List<SyncEvent> staging = situation.awaitSync(STAGING, 3);
    assertThat(lines(staging)).hasSize(3).endsWith("web 2 two");
    assertThat(lines(situation.awaitSync(PRODUCTION, 2))).containsExactly("web 1 one", "web 2 two");
    SyncEvent.Target target = (SyncEvent.Target) staging.getLast();
    assertThat(target.commit()).isEqualTo(second).isNotEqualTo(first);
    assertThat(target.spec().namespace()).isEqualTo("web");
    assertThat(target.inputDigest()).startsWith("v1:");
    assertThat(target.sources().getFirst().files())
        .extracting(InputFile::path)
        .containsExactly("apps/web/config.yaml");
    assertThat(target.provenance().causes()).containsExactly(cause);
    assertThat(target.provenance().actor()).contains("octocat");
    assertThat(target.provenance().batch()).isEqualTo(situation.repository + "@" + second);
    assertThat(target.provenance().batchSize()).isEqualTo(1);
    await().untilAsserted(() -> assertThat(heard).isNotEmpty());
    DispatchListener.ChangeEvaluated change = heard.getLast();
    assertThat(change.commit()).isEqualTo(second);
    assertThat(change.affected())
        .allSatisfy(one -> assertThat(one.reason()).isEqualTo("apps/web/config.yaml"))
        .hasSize(2);
    assertThat(change.unaffected()).isEqualTo(1);
  }

  @Test
  void comparesWithTheLastSentInputsAndNotWithTheParentCommit() throws IOException {
    situation.application("web", "staging");
    situation.put("web", "a").push();
    situation.start();
    situation.awaitSync(STAGING, 1);

    situation.put("web", "b").pushAndNotify();
    situation.awaitSync(STAGING, 2);
    situation.put("web", "a").pushAndNotify();
    situation.awaitSync(STAGING, 3);
    // changed and reverted before an evaluation: nothing differs from the last target
    situation.put("web", "c").push();
    CommitId back = situation.put("web", "a").pushAndNotify();
    situation.awaitQuiet();

    assertThat(lines(situation.sync(STAGING))).containsExactly("web 1 a", "web 2 b", "web 3 a");
    assertThat(headInState()).contains(back);
  }

  @Test
  void eventsAboutARepositoryItselfStopNothing() throws IOException {
    situation.application("web", "staging");
    situation.put("web", "one").push();
    situation.start();
    situation.awaitSync(STAGING, 1);

    situation.deliver(
        origin ->
            new ChangeEvent.RepositoryMoved(
                situation.repository, new RepositoryId("localhost/moved/away"), origin));
    situation.deliver(
        origin ->
            new ChangeEvent.DefaultBranchChanged(
                situation.repository, Optional.of(MAIN), GitRef.branch("trunk"), origin));
    situation.put("web", "two").pushAndNotify();
    situation.awaitQuiet();

    assertThat(lines(situation.sync(STAGING))).containsExactly("web 1 one", "web 2 two");
    assertThat(situation.deadLetters()).isEmpty();
  }

  @Test
  void duplicateAndReversedDeliveriesAreHarmless() throws IOException {
    situation.application("web", "staging");
    CommitId one = situation.put("web", "one").push();
    situation.start();
    situation.awaitSync(STAGING, 1);
    CommitId two = situation.put("web", "two").push();
    CommitId three = situation.put("web", "three").push();

    for (CommitId delivered : List.of(three, two, three, one, two)) {
      situation.deliver(Optional.of(delivered));
    }
    situation.awaitQuiet();

    assertThat(lines(situation.sync(STAGING))).containsExactly("web 1 one", "web 2 three");
  }

  @Test
  void eventsOfUnfollowedRefsAreFinished() throws IOException {
    situation.application("web", "staging");
    situation.put("web", "one").push();
    situation.start();
    situation.awaitSync(STAGING, 1);

    situation.file("README.md", "hello").pushAndNotify();
    situation.awaitQuiet();

    assertThat(situation.sync(STAGING)).hasSize(1);
  }

  @Test
  void aCommitThatTheForgeShowsLateIsRecordedAndAskedForAgain() throws IOException {
    situation.application("web", "staging");
    situation.put("web", "one").push();
    situation.start();
    situation.awaitSync(STAGING, 1);

    CommitId late = situation.put("web", "late").commit();
    EventId cause = situation.deliver(Optional.of(late));
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(
            () ->
                assertThat(pending())
                    .hasValueSatisfying(
                        pending -> {
                          assertThat(pending.expected()).contains(late);
                          assertThat(pending.causes()).containsExactly(cause);
                        }));
    situation.origin.set(MAIN, late);

    List<SyncEvent> sync = situation.awaitSync(STAGING, 2);
    assertThat(lines(sync)).containsExactly("web 1 one", "web 2 late");
    assertThat(sync.getLast().provenance().causes()).containsExactly(cause);
    await().untilAsserted(() -> assertThat(pending()).isEmpty());
  }

  @Test
  void aRestartResumesPendingWork() throws IOException {
    situation.application("web", "staging");
    situation.put("web", "one").push();
    Dispatcher first = situation.start();
    situation.awaitSync(STAGING, 1);
    CommitId late = situation.put("web", "late").commit();
    EventId delivered = situation.deliver(Optional.of(late));
    await().atMost(Duration.ofSeconds(10)).until(() -> pending().isPresent());
    first.close();

    situation.origin.set(MAIN, late);
    situation.start();

    assertThat(lines(situation.awaitSync(STAGING, 2))).containsExactly("web 1 one", "web 2 late");
    assertThat(traceId(situation.connection.topics().sync(STAGING), "sync/staging/web/2"))
        .as("the trace of the push")
        .isEqualTo(traceId(situation.connection.topics().changes(), delivered.value()));
  }

  private String traceId(String topic, String eventId) {
    return situation.records(topic).stream()
        .map(EventCodec::decode)
        .filter(Decoded.Known.class::isInstance)
        .map(decoded -> ((Decoded.Known) decoded).envelope())
        .filter(envelope -> envelope.id().value().equals(eventId))
        .map(envelope -> envelope.trace().traceId())
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aStopAtAnyMomentSendsEveryTargetOnce() throws IOException {
    situation.application("web", "staging");
    situation.application("api", "staging");
    situation.put("web", "v0").put("api", "one").push();
    for (int i = 1; i <= 4; i++) {
      Dispatcher dispatcher = situation.start();
      situation.put("web", "v" + i).pushAndNotify();
      dispatcher.close();
    }

    situation.start();
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> assertThat(lines(situation.sync(STAGING))).anyMatch(l -> l.endsWith("v4")));
    situation.awaitQuiet();

    List<SyncEvent> web =
        situation.sync(STAGING).stream()
            .filter(event -> event.application().value().equals("web"))
            .toList();
    assertThat(web.stream().map(event -> event.generation().value()).toList())
        .isEqualTo(LongStream.rangeClosed(1, web.size()).boxed().toList());
    assertThat(web.stream().map(event -> ((SyncEvent.Target) event).inputDigest()))
        .doesNotHaveDuplicates();
    assertThat(lines(web).getLast()).endsWith("v4");
    assertThat(lines(situation.sync(STAGING))).containsOnlyOnce("api 1 one");
  }

  @Test
  void anotherInstanceTakesOverAndGenerationsOnlyRise() throws IOException {
    situation.application("web", "staging");
    situation.put("web", "v0").push();
    Dispatcher first = situation.start();
    situation.awaitSync(STAGING, 1);
    for (int i = 1; i <= 30; i++) {
      situation.put("web", "v" + i).pushAndNotify();
      if (i == 10) {
        situation.start(situation.config("mirrors-two"), DispatchListener.NONE);
      }
      if (i == 20) {
        first.close();
      }
    }
    situation.awaitQuiet();

    List<SyncEvent> sync = situation.sync(STAGING);
    assertThat(sync.stream().map(event -> event.generation().value()).toList())
        .isEqualTo(LongStream.rangeClosed(1, sync.size()).boxed().toList());
    assertThat(lines(sync).getLast()).endsWith(" v30");
  }

  @Test
  void aLargeFanOutIsSplitIntoTransactions() throws IOException {
    StringBuilder documents = new StringBuilder();
    for (int i = 0; i < 300; i++) {
      documents.append(
          """
          ---
          apiVersion: sluice.dev/v1
          kind: Application
          metadata: {name: app-%d}
          spec:
            source: {repository: shop, path: apps/app-%d}
            clusters: {names: [staging]}
            namespace: shop
          """
              .formatted(i, i));
      situation.put("app-" + i, "one");
    }
    situation.document("apps", documents.toString());
    situation.push();
    situation.start();
    assertThat(situation.awaitSync(STAGING, 300)).hasSize(300);

    for (int i = 0; i < 300; i++) {
      situation.put("app-" + i, "two");
    }
    CommitId commit = situation.pushAndNotify();
    situation.awaitQuiet();

    List<SyncEvent> sync = situation.awaitSync(STAGING, 600);
    assertThat(lines(sync).subList(300, 600)).allMatch(line -> line.endsWith(" 2 two"));
    assertThat(sync.subList(300, 600)).allMatch(event -> event.provenance().batchSize() == 300);
    assertThat(headInState()).contains(commit);
  }

  @Test
  void aBadSourceOpensADeadLetterThatClosesWhenItIsFixed() throws IOException {
    situation.application("web", "staging");
    situation.application("api", "staging");
    situation.put("web", "one").put("api", "one").push();
    situation.start();
    situation.awaitSync(STAGING, 2);

    situation
        .file("apps/web/kustomization.yaml", "resources: [missing.yaml]\n")
        .put("api", "two")
        .pushAndNotify();
    assertThat(lines(situation.awaitSync(STAGING, 3))).endsWith("api 2 two");
    situation.awaitQuiet();
    assertThat(situation.deadLetters())
        .singleElement()
        .isInstanceOfSatisfying(
            DeadLetterEvent.Opened.class,
            opened -> {
              assertThat(opened.key()).isEqualTo("staging/web");
              assertThat(opened.entry()).isEqualTo(new DeadLetterId("staging/web/source"));
              assertThat(opened.failure().message()).contains("missing.yaml");
              assertThat(opened.subject().orElseThrow().generation().value()).isEqualTo(1);
            });

    situation.delete("apps/web/kustomization.yaml").put("web", "three").pushAndNotify();
    assertThat(lines(situation.awaitSync(STAGING, 4))).endsWith("web 2 three");
    assertThat(situation.deadLetters().getLast())
        .isEqualTo(
            new DeadLetterEvent.Closed(
                new DeadLetterId("staging/web/source"),
                "staging/web",
                DeadLetterEvent.Closed.Reason.SUCCEEDED,
                2));
  }

  @Test
  void aDeletedBranchRemovesNothing() throws IOException {
    situation.application("web", "staging");
    situation.put("web", "one").push();
    situation.start();
    situation.awaitSync(STAGING, 1);

    situation.origin.delete(MAIN);
    situation.deliver(Optional.empty());
    situation.awaitQuiet();
    assertThat(situation.sync(STAGING)).hasSize(1);
    assertThat(situation.deadLetters())
        .singleElement()
        .isInstanceOfSatisfying(
            DeadLetterEvent.Opened.class,
            opened -> assertThat(opened.failure().code()).isEqualTo(SourceFailure.REF_GONE));

    situation.pushAndNotify();
    situation.awaitQuiet();
    assertThat(situation.sync(STAGING)).hasSize(1);
    assertThat(situation.deadLetters().getLast()).isInstanceOf(DeadLetterEvent.Closed.class);
  }

  @Test
  void theFleetsChangesReachTheClusters() throws IOException {
    situation.application("web", "staging, production");
    situation.put("web", "one").push();
    situation.start();
    situation.awaitSync(PRODUCTION, 1);

    situation.application("web", "staging");
    assertThat(lines(situation.awaitSync(PRODUCTION, 2)))
        .containsExactly("web 1 one", "web 2 removal");

    situation.removeDocument("web");
    assertThat(lines(situation.awaitSync(STAGING, 2)))
        .containsExactly("web 1 one", "web 2 removal");

    situation.application("web", "staging, production");
    assertThat(lines(situation.awaitSync(PRODUCTION, 3))).endsWith("web 3 one");
    assertThat(lines(situation.awaitSync(STAGING, 3))).endsWith("web 3 one");
  }

  @Test
  void aDamagedRecordBecomesADeadLetterAndAnUnknownTypeStopsThePartition() throws Exception {
    situation.application("web", "staging");
    situation.put("web", "one").push();
    Dispatcher dispatcher = situation.start();
    situation.awaitSync(STAGING, 1);

    var damaged =
        new ProducerRecord<>(
            situation.connection.topics().changes(), situation.repository.value(), new byte[] {1});
    damaged.headers().add("ce_type", "dev.sluice.ref-changed.v1".getBytes(UTF_8));
    situation.send(damaged);
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(situation.deadLetters()).hasSize(1));
    assertThat(situation.deadLetters().getFirst())
        .isInstanceOfSatisfying(
            DeadLetterEvent.Opened.class,
            opened -> assertThat(opened.original().value().orElseThrow()).containsExactly(1));
    assertThat(get(dispatcher, "/readyz")).isEqualTo(200);

    var unknown =
        new ProducerRecord<>(
            situation.connection.topics().changes(), situation.repository.value(), new byte[] {1});
    unknown.headers().add("ce_type", "dev.sluice.from-the-future.v1".getBytes(UTF_8));
    situation.send(unknown);
    await().atMost(Duration.ofSeconds(10)).until(() -> get(dispatcher, "/readyz") == 503);
    assertThat(get(dispatcher, "/livez")).isEqualTo(200);
    situation.put("web", "two").pushAndNotify();
    assertThat(situation.sync(STAGING)).hasSize(1);
  }

  private Optional<CommitId> headInState() {
    return ref().head();
  }

  private Optional<StateRecord.Pending> pending() {
    return ref().pending();
  }

  private StateRecord.RefState ref() {
    return situation.state().stream()
        .filter(StateRecord.RefState.class::isInstance)
        .map(StateRecord.RefState.class::cast)
        .reduce((_, last) -> last)
        .orElseThrow();
  }

  private static int get(Dispatcher dispatcher, String path) {
    try (HttpClient client = HttpClient.newHttpClient()) {
      URI uri = URI.create("http://localhost:" + dispatcher.healthPort().orElseThrow() + path);
      return client
          .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
          .statusCode();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
