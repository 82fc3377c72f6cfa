package dev.sluice.worker.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.DeadLetterEvent;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.OriginalRecord;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OpenDeadLettersIT {

  private static final ClusterName CLUSTER = new ClusterName("test");
  private static final ApplicationName WEB = new ApplicationName("web");
  private static final Subject SUBJECT =
      new Subject(CLUSTER, WEB, Generation.FIRST, Optional.empty(), new EventId("sync/test/web/1"));
  private static final Failure FAILURE =
      new Failure(ApplyFailure.INVALID, "spec.replicas", Failure.Stage.APPLY, Optional.empty());
  private static final DeadLetterEvent OPENED =
      new DeadLetterEvent.Opened(
          DeadLetterId.of(SUBJECT),
          "test/web",
          Optional.of(SUBJECT),
          FAILURE,
          1,
          OriginalRecord.at("sluice.sync.test", 0, 0),
          Optional.empty());
  private static final DeadLetterEvent CLOSED =
      new DeadLetterEvent.Closed(
          DeadLetterId.of(SUBJECT),
          "test/web",
          DeadLetterEvent.Closed.Reason.SUCCEEDED,
          Optional.of(Generation.FIRST));
  private static final DeadLetterEvent RETRIED =
      new DeadLetterEvent.Retried(DeadLetterId.of(SUBJECT), "test/web", 2, FAILURE);

  private final KafkaConnection kafka = KafkaFixture.provisioned(1);

  @Test
  void findsWhatIsOpenAlsoIfItWasRetriedAfterItWasClosed() throws Exception {
    try (Reporter reporter = Reporter.open(kafka, CLUSTER, _ -> {}, _ -> {}, Clock.systemUTC())) {
      send(reporter, OPENED);
      assertThat(open()).containsExactly(WEB);

      send(reporter, CLOSED);
      assertThat(open()).isEmpty();
      assertThat(read().closed()).containsExactly(DeadLetterId.of(SUBJECT));

      send(reporter, RETRIED);
      assertThat(open()).containsExactly(WEB);
      assertThat(read().closed()).isEmpty();

      send(reporter, CLOSED);
      assertThat(open()).isEmpty();
    }
  }

  private static void send(Reporter reporter, DeadLetterEvent event) throws Exception {
    reporter.send(event, TraceParent.start()).await();
  }

  private Set<ApplicationName> open() {
    return read().open().keySet();
  }

  private OpenDeadLetters.Found read() {
    return OpenDeadLetters.read(kafka, CLUSTER, Instant.EPOCH);
  }
}
