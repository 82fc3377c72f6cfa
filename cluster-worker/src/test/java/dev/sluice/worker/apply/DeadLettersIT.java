package dev.sluice.worker.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.DeadLetterEvent.Closed.Reason;
import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.platform.kafka.KafkaConnection;
import dev.sluice.platform.kafka.KafkaFixture;
import dev.sluice.worker.lane.Effect;
import dev.sluice.worker.lane.Wake;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.ledger.LedgerReading;
import dev.sluice.worker.ledger.Ledgers;
import dev.sluice.worker.ledger.StoredLedger;
import dev.sluice.worker.report.OpenDeadLetters;
import dev.sluice.worker.report.Reporter;
import dev.sluice.worker.sync.LogEntry;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class DeadLettersIT {

  private static final ClusterName CLUSTER = new ClusterName("test");
  private static final ApplicationName WEB = new ApplicationName("web");
  private static final Failure FAILURE =
      new Failure(
          ApplyFailure.LEDGER_UNREADABLE, "not JSON", Failure.Stage.APPLY, Optional.empty());
  private static final LogEntry ENTRY =
      new LogEntry(
          new Subject(CLUSTER, WEB, Generation.FIRST, Optional.empty(), EventId.of("target")),
          false,
          "v1:web",
          Policy.DEFAULT,
          new LogEntry.Batch("batch", 1),
          TraceParent.start(),
          0,
          0,
          Instant.EPOCH,
          Instant.EPOCH);
  private static final Ledger.OpenEntry OPEN =
      new Ledger.OpenEntry(DeadLetterId.of(ENTRY.subject()), Generation.FIRST);

  private final KafkaConnection kafka = KafkaFixture.provisioned(1);
  private final Set<DeadLetterId> closed = ConcurrentHashMap.newKeySet();

  @Test
  void anEntryThatIsRetriedAfterItWasClosedIsClosedByTheNextSuccess() throws Exception {
    CachedLedger ledger = CachedLedger.unread(WEB, new UnreadableLedgers(), Optional.empty());
    try (Reporter reporter = Reporter.open(kafka, CLUSTER, _ -> {}, _ -> {}, Clock.systemUTC())) {
      DeadLetters letters = new DeadLetters(reporter, "sluice.sync.test", closed);
      letters.open(ledger, parked(1));
      // the ledger cannot be written afterwards, and so still names the entry
      letters.close(OPEN, ENTRY, Reason.SUCCEEDED);
      letters.open(ledger, parked(2));
      assertThat(open()).containsExactly(WEB);

      letters.close(OPEN, ENTRY, Reason.SUCCEEDED);

      assertThat(open()).isEmpty();
    }
  }

  private Set<ApplicationName> open() {
    return OpenDeadLetters.read(kafka, CLUSTER, Instant.EPOCH).open().keySet();
  }

  private static Effect.Parked parked(int attempts) {
    return new Effect.Parked(ENTRY, attempts, Instant.EPOCH, FAILURE, new Wake.NewInput());
  }

  private static final class UnreadableLedgers implements Ledgers {

    @Override
    public LedgerReading read(ApplicationName application) {
      return new LedgerReading.Unreadable(application, FAILURE);
    }

    @Override
    public StoredLedger write(StoredLedger read, Ledger next) {
      throw new IllegalStateException("a ledger that cannot be read is not written");
    }
  }
}
