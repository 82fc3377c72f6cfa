package dev.sluice.worker.sync;

import dev.sluice.contract.codec.Envelope;
import dev.sluice.contract.event.Provenance;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.Generation;
import java.time.Instant;

/**
 * A record of the sync topic without its payload, which is read again by offset when needed.
 *
 * @param policy of the target; the default for a removal
 * @param batch see {@link dev.sluice.contract.event.Provenance}
 * @param bytes size of the record's value
 * @param writtenAt when the record was written, by the dispatcher's clock
 * @param receivedAt when this worker read the record
 */
public record LogEntry(
    Subject subject,
    boolean removal,
    String inputDigest,
    Policy policy,
    Batch batch,
    TraceParent trace,
    long offset,
    long bytes,
    Instant writtenAt,
    Instant receivedAt)
    implements LogRecord {

  /** The decision that a record belongs to, and its number of records for this cluster. */
  public record Batch(String name, int size) {

    static Batch of(Provenance provenance) {
      return new Batch(provenance.batch(), provenance.batchSize());
    }
  }

  static LogEntry of(Envelope<SyncEvent> envelope, long offset, long bytes, Instant receivedAt) {
    SyncEvent event = envelope.event();
    return new LogEntry(
        Subject.of(event),
        event instanceof SyncEvent.Removal,
        switch (event) {
          case SyncEvent.Target target -> target.inputDigest();
          case SyncEvent.Removal _ -> "";
        },
        policy(event),
        Batch.of(event.provenance()),
        envelope.trace(),
        offset,
        bytes,
        envelope.time(),
        receivedAt);
  }

  /** Returns the policy; most entries share the default, which saves memory. */
  private static Policy policy(SyncEvent event) {
    return switch (event) {
      case SyncEvent.Target target when !target.spec().policy().equals(Policy.DEFAULT) ->
          target.spec().policy();
      case SyncEvent.Target _, SyncEvent.Removal _ -> Policy.DEFAULT;
    };
  }

  /** Returns this entry with another trace context. */
  public LogEntry within(TraceParent context) {
    return new LogEntry(
        subject,
        removal,
        inputDigest,
        policy,
        batch,
        context,
        offset,
        bytes,
        writtenAt,
        receivedAt);
  }

  /** Returns this entry about an earlier generation of the application. */
  public LogEntry about(Subject earlier) {
    return new LogEntry(
        earlier, removal, inputDigest, policy, batch, trace, offset, bytes, writtenAt, receivedAt);
  }

  @Override
  public ApplicationName application() {
    return subject.application();
  }

  public Generation generation() {
    return subject.generation();
  }
}
