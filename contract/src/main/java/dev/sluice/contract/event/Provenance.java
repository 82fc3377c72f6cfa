package dev.sluice.contract.event;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Why a target exists: the way back from an object to who caused it.
 *
 * @param causes the change events it answers, oldest first
 * @param actor who pushed, as the forge names them, where a forge told
 * @param changedAt when Sluice first heard of the oldest cause
 * @param dispatchedAt when the target was decided
 * @param batch names the decision it came from: targets of one commit share it
 * @param batchSize how many records the batch has in this cluster: prunes wait for the batch's
 *     applies
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
}
