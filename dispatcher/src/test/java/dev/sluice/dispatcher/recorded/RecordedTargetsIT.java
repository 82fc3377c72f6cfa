package dev.sluice.dispatcher.recorded;

import static dev.sluice.dispatcher.archive.SampleTarget.EAST;
import static dev.sluice.dispatcher.archive.SampleTarget.WEB;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.dispatcher.archive.ArchiveConfig;
import dev.sluice.dispatcher.archive.SampleTarget;
import dev.sluice.dispatcher.archive.TargetArchive;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import dev.sluice.platform.kafka.Replication;
import dev.sluice.platform.kafka.TopicProvisioner;
import dev.sluice.platform.process.LargePayloads;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Search for recorded targets in the topic and in the archive. */
class RecordedTargetsIT {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  private KafkaConnection connection;
  private TargetArchive archive;
  private RecordedTargets recorded;

  @BeforeEach
  void open(@TempDir Path directory) {
    connection = KafkaFixture.provisioned(1);
    try (Admin admin = Admin.create(connection.admin())) {
      new TopicProvisioner(admin, connection.topics(), Replication.AUTOMATIC).provision(EAST);
    }
    archive =
        ArchiveConfig.in(directory.resolve("archive")).open(connection.topics(), Clock.systemUTC());
    recorded = new RecordedTargets(connection, Optional.of(archive), LargePayloads.of(1));
  }

  @AfterEach
  void close() {
    recorded.close();
    archive.close();
  }

  @Test
  void aGenerationIsFoundAlsoIfItsTimeIsUnknownOrWrong() throws Exception {
    SyncEvent.Target first = SampleTarget.of(EAST, 1, "one");
    send("web", first);
    send("web", SampleTarget.of(EAST, 2, "two"));

    Instant now = Instant.now();
    assertThat(read(1, Optional.of(now), Optional.empty())).isEqualTo(found(first));
    assertThat(read(1, Optional.empty(), Optional.empty())).isEqualTo(found(first));
    assertThat(read(1, Optional.of(now.plus(Duration.ofDays(1))), Optional.empty()))
        .as("the whole topic is searched in the end")
        .isEqualTo(found(first));
  }

  @Test
  void aRecordAboutAnotherClusterOrApplicationIsNotFound() throws Exception {
    send("web", SampleTarget.of(new ClusterName("west"), 1, "one"));
    send("shop", SampleTarget.of(EAST, 1, "one"));

    assertThat(read(1, Optional.empty(), Optional.empty()))
        .startsWith("missing: generation 1 of web in east is no longer in ");
  }

  @Test
  void aTargetWithTheSameInputsWillDo() throws Exception {
    SyncEvent.Target second = SampleTarget.of(EAST, 2, "two");
    send("web", SampleTarget.of(EAST, 1, "one"));
    send("web", second);

    String digest = second.inputDigest();
    assertThat(read(7, Optional.empty(), Optional.of(digest))).isEqualTo(found(second));
    assertThat(read(7, Optional.empty(), Optional.of("v1:other"))).startsWith("missing: ");
  }

  @Test
  void anArchivedTargetWithOtherInputsIsMissing() {
    SyncEvent.Target archived = SampleTarget.of(EAST, 1, "one");
    archive.write(archived);

    assertThat(read(1, Optional.empty(), Optional.empty())).isEqualTo(found(archived));
    assertThat(read(1, Optional.empty(), Optional.of(archived.inputDigest())))
        .isEqualTo(found(archived));
    assertThat(read(1, Optional.empty(), Optional.of("v1:other")))
        .startsWith("missing: ")
        .contains(archive.toString());
  }

  @Test
  void aTopicThatIsNotThereIsUnreadable() {
    WantedTarget wanted =
        new WantedTarget(
            new ClusterName("nowhere"), WEB, Generation.FIRST, Optional.empty(), Optional.empty());

    assertThat(recorded.read(wanted, Duration.ofSeconds(1)).join())
        .isInstanceOf(RecordedAnswer.Unreadable.class);
  }

  private String read(long generation, Optional<Instant> sentAt, Optional<String> inputDigest) {
    WantedTarget wanted =
        new WantedTarget(EAST, WEB, new Generation(generation), sentAt, inputDigest);
    return switch (recorded.read(wanted, LIMIT).join()) {
      case RecordedAnswer.Found(SyncEvent.Target target, _) -> found(target);
      case RecordedAnswer.Missing(String reason) -> "missing: " + reason;
      case RecordedAnswer.Unreadable(String reason) -> "unreadable: " + reason;
    };
  }

  private static String found(SyncEvent.Target target) {
    return "found: " + new String(EventCodec.value(target), UTF_8);
  }

  private void send(String key, SyncEvent.Target target) throws Exception {
    var record =
        EventCodec.encode(
            connection.topics().sync(EAST),
            new Envelope<>(target.id(), "test", Instant.now(), TraceParent.start(), target));
    try (var producer = new KafkaProducer<String, byte[]>(connection.producer("test"))) {
      producer
          .send(new ProducerRecord<>(record.topic(), null, key, record.value(), record.headers()))
          .get();
    }
  }
}
