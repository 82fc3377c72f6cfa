package dev.sluice.worker.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Provenance;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.platform.process.LargePayloads;
import dev.sluice.worker.sync.LogEntry;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The payload of a record until its attempt. */
final class KeptPayloadTest {

  private static final ClusterName CLUSTER = new ClusterName("test");
  private static final ApplicationName WEB = new ApplicationName("web");
  private static final SyncEvent REMOVAL =
      new SyncEvent.Removal(
          WEB,
          CLUSTER,
          new Generation(1),
          false,
          new Provenance(List.of(), Optional.empty(), Instant.EPOCH, Instant.EPOCH, "b", 1));

  private final Semaphore permits = new Semaphore(1);
  private final KeptPayload kept = new KeptPayload(permits);

  @ParameterizedTest
  @ValueSource(ints = {1, LargePayloads.SMALL, LargePayloads.SMALL + 1})
  void aRecordIsNewOnceHoweverLargeItIs(int bytes) {
    kept.replace(entry(bytes), Optional.of(REMOVAL));

    Received first = kept.take();
    assertThat(first.isNew()).isTrue();
    assertThat(first.payload().isPresent()).isEqualTo(bytes <= LargePayloads.SMALL);
    assertThat(kept.take()).isEqualTo(Received.AGAIN);
    assertThat(permits.availablePermits()).isEqualTo(1);
  }

  @Test
  void aRecordIsNewAlsoIfTooManyAreKept() {
    permits.acquireUninterruptibly();
    kept.replace(entry(1), Optional.of(REMOVAL));

    assertThat(kept.take()).isEqualTo(new Received(true, Optional.empty()));
  }

  @Test
  void aRecordThatIsReadAgainIsNotNew() {
    kept.replace(entry(1), Optional.empty());

    assertThat(kept.take()).isEqualTo(Received.AGAIN);
  }

  private static LogEntry entry(int bytes) {
    return new LogEntry(
        new Subject(
            CLUSTER, WEB, new Generation(1), Optional.empty(), EventId.of("sync", CLUSTER, WEB, 1)),
        true,
        "v1:web1",
        Policy.DEFAULT,
        new LogEntry.Batch("b", 1),
        TraceParent.start(),
        1,
        bytes,
        Instant.EPOCH,
        Instant.EPOCH);
  }
}
