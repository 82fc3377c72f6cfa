package dev.sluice.contract.event;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The origin of a target: the changes and the person that caused it.
 *
 * @param causes the change events that led to it, oldest first
 * @param actor the person who pushed, as the forge names them, if a forge reported it
 * @param changedAt the time at which Sluice learned of the oldest cause
 * @param dispatchedAt the time at which the target was decided
 * @param batch id of the decision, shared by all targets of one commit
 * @param batchSize the number of records of the batch in this cluster: prunes wait until the
 *     batch's objects are applied
 */
public record Provenance(
    List<EventId> causes,
    Optional<String> actor,
    Instant changedAt,
    Instant dispatchedAt,
    String batch,
    int batchSize) {

  public Provenance {
    causes = List.copyOf(causes);
  }

  /** Returns this provenance with a command as its cause, and who gave it. */
  public Provenance by(EventId command, String operator) {
    Provenance caused = with(command);
    return new Provenance(
        caused.causes, Optional.of(operator), changedAt, dispatchedAt, batch, batchSize);
  }

  /** Returns this provenance with a cause, which is added unless it is among the causes. */
  public Provenance with(EventId cause) {
    return causes.contains(cause)
        ? this
        : new Provenance(
            Stream.concat(causes.stream(), Stream.of(cause)).toList(),
            actor,
            changedAt,
            dispatchedAt,
            batch,
            batchSize);
  }
}
