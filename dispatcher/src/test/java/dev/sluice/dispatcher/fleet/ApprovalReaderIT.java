package dev.sluice.dispatcher.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.codec.EventCodec;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.FleetApprovalEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import dev.sluice.platform.process.MovedClock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Commits of the position of the approvals' reader, which are deleted between the steps. */
class ApprovalReaderIT {

  private final KafkaConnection connection = KafkaFixture.provisioned(1);
  private final String group = connection.topics().prefix() + "-dispatcher-approvals";
  private final TopicPartition partition = new TopicPartition(connection.topics().changes(), 0);
  private final MovedClock clock = new MovedClock();
  private Admin admin;
  private ApprovalReader reader;

  @BeforeEach
  void open() {
    admin = Admin.create(connection.admin());
    reader = ApprovalReader.open(connection, clock);
  }

  @AfterEach
  void close() {
    reader.close();
    admin.close();
  }

  @Test
  void aPositionThatHasNotMovedIsCommittedOnceAnHour() throws Exception {
    assertThat(committed()).as("the first one").hasValue(0);

    clock.move(Duration.ofMinutes(59));
    assertThat(committed()).isEmpty();

    clock.move(Duration.ofMinutes(2));
    assertThat(committed()).hasValue(0);
  }

  @Test
  void aPositionThatHasMovedIsCommittedOnceAMinute() throws Exception {
    assertThat(committed()).hasValue(0);

    answered(1);
    clock.move(Duration.ofSeconds(59));
    assertThat(committed()).isEmpty();

    clock.move(Duration.ofSeconds(2));
    assertThat(committed()).hasValue(1);
  }

  /** Reads and commits; returns the position if it was committed now. */
  private OptionalLong committed() throws Exception {
    reader.read();
    reader.commit(Optional.empty());
    var offset =
        admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().get(partition);
    if (offset == null) {
      return OptionalLong.empty();
    }
    admin.deleteConsumerGroupOffsets(group, Set.of(partition)).all().get();
    return OptionalLong.of(offset.offset());
  }

  private void answered(int number) throws Exception {
    try (KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(connection.producer("test"))) {
      producer
          .send(
              EventCodec.encode(
                  partition.topic(),
                  new Envelope<>(
                      EventId.of("answer", number),
                      "test",
                      clock.instant(),
                      TraceParent.start(),
                      new FleetApprovalEvent.Answered(
                          EventId.of("command", number),
                          "0".repeat(64),
                          "jo",
                          "moved",
                          false,
                          "no removal waits",
                          Optional.empty(),
                          Map.of()))))
          .get();
    }
  }
}
