package dev.sluice.contract.event;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Fields of a live object that a field manager other than Sluice owns. Never contains values.
 *
 * @param manager as the object names it, such as {@code kubectl-edit}
 * @param at the time of the manager's last write; absent if unknown
 * @param fields paths such as {@code spec.replicas}
 * @param omitted the number of further fields
 */
public record OwnedFields(
    ObjectRef object,
    String manager,
    Optional<Instant> at,
    Effect effect,
    List<String> fields,
    int omitted) {

  public OwnedFields {
    fields = List.copyOf(fields);
  }

  /** The effect of applying the target again on the ownership of fields. */
  public enum Effect {
    /** Sluice takes the field over: it gets Git's value, or is removed if Git does not state it. */
    TAKEN_OVER,
    /** Git states the same value, so both own the field. */
    SHARED,
    /** Git does not state the field, and it stays with its manager. */
    KEPT
  }
}
