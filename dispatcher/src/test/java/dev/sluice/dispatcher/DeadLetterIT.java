package dev.sluice.dispatcher;

import static dev.sluice.dispatcher.Situation.STAGING;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.contract.codec.Decoded;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.Command;
import dev.sluice.contract.event.CommandEvent;
import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.Origin;
import dev.sluice.contract.event.OriginalRecord;
import dev.sluice.contract.event.OriginalRecord.RecordHeader;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.dispatcher.decide.DispatchListener;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Content and trace of the dispatcher's dead letters. */
class DeadLetterIT {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir private Path directory;
  private Situation situation;

  @BeforeEach
  void open() throws IOException {
    situation = new Situation(directory);
    situation.application("web", "staging");
    situation.put("web", "one").push();
  }

  @AfterEach
  void close() {
    situation.close();
  }

  @Test
  void theDeadLetterOfARefusedSourceHasTheTraceAndRecordOfThePush() throws IOException {
    situation.start(situation.onePartition(Situation.TIMING), DispatchListener.NONE);
    situation.awaitSync(STAGING, 1);

    situation.file("apps/web/kustomization.yaml", "resources: [missing.yaml]\n").pushAndNotify();

    ConsumerRecord<String, byte[]> letter = awaitLetters(1).getFirst();
    ConsumerRecord<String, byte[]> push =
        situation.records(situation.connection.topics().changes()).getLast();
    assertThat(header(push, "ce_type")).isEqualTo("dev.sluice.ref-changed.v1");
    assertThat(traceId(letter)).isEqualTo(traceId(push));
    assertThat(header(letter, "__dlq.errors.topic")).isEqualTo(push.topic());
    assertThat(header(letter, "__dlq.errors.partition")).isEqualTo("" + push.partition());
    assertThat(header(letter, "__dlq.errors.offset")).isEqualTo("" + push.offset());
    assertThat(header(letter, "__dlq.errors.group")).isEqualTo("dispatcher/home-0");
    assertThat(header(letter, "sluice_application")).isEqualTo("web");
    assertThat(header(letter, "sluice_cluster")).isEqualTo("staging");
    assertThat(header(letter, "sluice_stage")).isEqualTo("SOURCE");
    assertThat(header(letter, "sluice_attempts")).isEqualTo("1");
    assertThat(header(letter, "sluice_first_at")).isEqualTo(header(letter, "ce_time"));

    situation.delete("apps/web/kustomization.yaml").pushAndNotify();

    ConsumerRecord<String, byte[]> closed = awaitLetters(2).getLast();
    assertThat(header(closed, "sluice_entry")).isEqualTo("staging/web/source");
    assertThat(header(closed, "sluice_reason")).isEqualTo("SUCCEEDED");
    assertThat(traceId(closed))
        .isEqualTo(traceId(situation.records(situation.connection.topics().changes()).getLast()))
        .isNotEqualTo(traceId(letter));
  }

  @Test
  void aDeadLetterKeepsALargePoisonRecordUnchanged() throws IOException {
    situation.start(situation.onePartition(Situation.TIMING), DispatchListener.NONE);
    situation.awaitSync(STAGING, 1);
    TraceParent trace = TraceParent.start();

    ProducerRecord<String, byte[]> small = poison(new byte[] {1, 2});
    small.headers().add("traceparent", trace.value().getBytes(UTF_8));
    situation.send(small);
    // encoded as Base64 this would exceed the record size
    situation.send(poison(new byte[13 * 1024 * 1024]));

    List<ConsumerRecord<String, byte[]>> letters = awaitLetters(2);
    DeadLetterEvent.Opened opened = opened(letters.getFirst());
    OriginalRecord original = opened.original();
    assertThat(original.value().orElseThrow()).containsExactly(1, 2);
    assertThat(original.key()).contains(situation.repository.value());
    assertThat(original.headers().orElseThrow())
        .extracting(RecordHeader::name)
        .containsExactly("ce_type", "traceparent");
    assertThat(original.timestamp()).isPresent();
    assertThat(opened.failure().stage()).isEqualTo(Failure.Stage.DECODE);
    assertThat(traceId(letters.getFirst())).isEqualTo(trace.value().substring(3, 35));
    ConsumerRecord<String, byte[]> there =
        situation.records(original.topic()).stream()
            .filter(record -> record.offset() == original.offset())
            .findFirst()
            .orElseThrow();
    assertThat(there.value()).containsExactly(1, 2);
    assertThat(header(letters.getFirst(), "sluice_entry")).isEqualTo(original.position());
    OriginalRecord large = opened(letters.getLast()).original();
    assertThat(large.value()).isEmpty();
    assertThat(large.offset()).isGreaterThan(original.offset());

    situation.put("web", "two").pushAndNotify();
    assertThat(Situation.lines(situation.awaitSync(STAGING, 2))).endsWith("web 2 two");
  }

  @Test
  void anEventThatAlwaysEndsItsPartitionLoopBecomesADeadLetter() throws IOException {
    situation.start(
        situation.onePartition(Situation.TIMING),
        new DispatchListener() {
          @Override
          public void seen(ChangeSeen change) {
            if (change.actor().equals(Optional.of("poison"))) {
              throw new AssertionError("a listener");
            }
          }
        });
    situation.awaitSync(STAGING, 1);

    situation.deliver(
        origin ->
            new ChangeEvent.RefChanged(
                situation.repository,
                Situation.MAIN,
                Optional.empty(),
                Optional.empty(),
                new Origin.Webhook("hub", "poison", Optional.of("poison"), Instant.now())));
    situation.put("web", "two").pushAndNotify();

    assertThat(Situation.lines(situation.awaitSync(STAGING, 2))).endsWith("web 2 two");
    DeadLetterEvent.Opened opened = opened(awaitLetters(1).getFirst());
    assertThat(opened.failure().message()).contains("cannot be handled", "a listener");
    assertThat(opened.original().value()).isPresent();
  }

  @Test
  void aRecordWithoutValueIsADeadLetter() throws IOException {
    situation.start(situation.onePartition(Situation.TIMING), DispatchListener.NONE);
    situation.awaitSync(STAGING, 1);

    situation.send(poison("null".getBytes(UTF_8)));
    situation.put("web", "two").pushAndNotify();

    assertThat(Situation.lines(situation.awaitSync(STAGING, 2))).endsWith("web 2 two");
    assertThat(opened(awaitLetters(1).getFirst()).failure().code()).isEqualTo(ApplyFailure.DAMAGED);
  }

  @Test
  void aPoisonStateRecordBlocksItsApplicationUntilItIsReplaced() throws IOException {
    situation.application("api", "staging");
    situation.put("api", "one").push();
    Dispatcher first =
        situation.start(situation.onePartition(Situation.TIMING), DispatchListener.NONE);
    situation.awaitSync(STAGING, 2);
    first.close();
    ConsumerRecord<String, byte[]> good =
        situation.records(situation.connection.topics().state()).stream()
            .filter(record -> record.key().equals("application/web"))
            .reduce((_, last) -> last)
            .orElseThrow();
    situation.send(
        new ProducerRecord<>(
            good.topic(), good.partition(), null, good.key(), new byte[] {7}, good.headers()));

    Dispatcher second =
        situation.start(situation.onePartition(Situation.TIMING), DispatchListener.NONE);
    DeadLetterEvent.Opened opened = opened(awaitLetters(1).getFirst());
    assertThat(opened.failure().message())
        .contains("about application/web, cannot be read", "write over it with a good record");
    situation.put("web", "two").put("api", "two").pushAndNotify();
    assertThat(Situation.lines(situation.awaitSync(STAGING, 3))).endsWith("api 2 two");
    EventId resync = situation.command("web", Set.of(), new Command.Resync());
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                situation.changes().stream()
                    .anyMatch(
                        event ->
                            event instanceof CommandEvent.Answered answered
                                && answered.given().equals(resync)
                                && !answered.accepted()
                                && answered.message().contains("until the record is repaired")));
    situation.awaitQuiet();
    assertThat(situation.sync(STAGING)).hasSize(3);
    second.close();
    assertThat(opened.original().topic()).isEqualTo(good.topic());
    assertThat(opened.original().value().orElseThrow()).containsExactly(7);
    assertThat(opened.original().key()).contains("application/web");

    situation.send(
        new ProducerRecord<>(
            good.topic(), good.partition(), null, good.key(), good.value(), good.headers()));
    situation.start(situation.onePartition(Situation.TIMING), DispatchListener.NONE);
    var unused = situation.command("web", Set.of(), new Command.Reevaluate());
    assertThat(Situation.lines(situation.awaitSync(STAGING, 4))).endsWith("web 2 two");
  }

  @Test
  void aPoisonStateRecordOfARefTriggersItsEvaluation() throws IOException {
    Dispatcher first =
        situation.start(situation.onePartition(Situation.TIMING), DispatchListener.NONE);
    situation.awaitSync(STAGING, 1);
    first.close();
    ConsumerRecord<String, byte[]> good =
        situation.records(situation.connection.topics().state()).stream()
            .filter(record -> record.key().startsWith("ref/"))
            .reduce((_, last) -> last)
            .orElseThrow();
    situation.send(
        new ProducerRecord<>(
            good.topic(), good.partition(), null, good.key(), null, good.headers()));
    situation.put("web", "two").push();

    situation.start(situation.onePartition(Situation.TIMING), DispatchListener.NONE);

    assertThat(Situation.lines(situation.awaitSync(STAGING, 2))).endsWith("web 2 two");
  }

  @Test
  void aPoisonRecordOfAWorkersReportIsOneDeadLetter() throws IOException {
    Dispatcher first =
        situation.start(situation.onePartition(Situation.TIMING), DispatchListener.NONE);
    situation.awaitSync(STAGING, 1);
    String results = situation.connection.topics().results();
    String deadLetters = situation.connection.topics().deadLetters();
    situation.send(poison(results, new byte[] {1}));
    situation.send(poison(deadLetters, new byte[] {2}));

    // the unreadable one is among them
    List<DeadLetterEvent.Opened> letters = opened(awaitLetters(3));
    assertThat(letters)
        .extracting(letter -> letter.original().topic())
        .containsExactlyInAnyOrder(results, deadLetters);
    assertThat(letters)
        .allSatisfy(
            letter -> {
              OriginalRecord original = letter.original();
              assertThat(letter.entry()).isEqualTo(DeadLetterId.of(original));
              assertThat(original.value().orElseThrow())
                  .containsExactly(original.topic().equals(results) ? 1 : 2);
              assertThat(letter.failure().code()).isEqualTo(ApplyFailure.DAMAGED);
            });

    first.close();
    situation.start(situation.onePartition(Situation.TIMING), DispatchListener.NONE);
    situation.send(poison(results, new byte[] {1}));
    assertThat(opened(awaitLetters(4)))
        .as("the next, and none of the first ones again")
        .hasSize(3)
        .extracting(DeadLetterEvent.Opened::entry)
        .doesNotHaveDuplicates();
  }

  private ProducerRecord<String, byte[]> poison(byte[] value) {
    return poison(situation.connection.topics().changes(), value);
  }

  private ProducerRecord<String, byte[]> poison(String topic, byte[] value) {
    ProducerRecord<String, byte[]> record =
        new ProducerRecord<>(topic, situation.repository.value(), value);
    record.headers().add("ce_type", "dev.sluice.ref-changed.v1".getBytes(UTF_8));
    return record;
  }

  private List<ConsumerRecord<String, byte[]>> awaitLetters(int atLeast) {
    return await()
        .atMost(PATIENCE)
        .until(
            () -> situation.records(situation.connection.topics().deadLetters()),
            records -> records.size() >= atLeast);
  }

  private static List<DeadLetterEvent.Opened> opened(List<ConsumerRecord<String, byte[]>> records) {
    return records.stream()
        .filter(record -> EventCodec.decode(record) instanceof Decoded.Known)
        .map(DeadLetterIT::opened)
        .toList();
  }

  private static DeadLetterEvent.Opened opened(ConsumerRecord<String, byte[]> record) {
    return (DeadLetterEvent.Opened) ((Decoded.Known) EventCodec.decode(record)).envelope().event();
  }

  private static String traceId(ConsumerRecord<String, byte[]> record) {
    return header(record, "traceparent").substring(3, 35);
  }

  private static String header(ConsumerRecord<String, byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), UTF_8);
  }
}
