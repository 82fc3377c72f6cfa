package dev.sluice.contract.event;

import java.time.Instant;
import java.util.List;

/**
 * A live object that is not as the done generation made it. Never contains values of Secrets.
 *
 * @param fields the managed fields that differ; {@code wanted} is the value of the generation
 * @param writers who changed them; empty if that is unknown, as for a deleted object
 * @param since when the worker first saw it
 */
public record ObjectDrift(
    ObjectRef object,
    Kind kind,
    List<ObjectDifference.Field> fields,
    List<FieldWriter> writers,
    Instant since) {

  public ObjectDrift {
    fields = List.copyOf(fields);
    writers = List.copyOf(writers);
  }

  /** The way in which an object differs. */
  public enum Kind {
    /** Fields that Sluice manages have other values. */
    CHANGED,
    /** It has the wanted values, but other managers own fields that Sluice manages. */
    TAKEN_OVER,
    /** It was deleted. */
    DELETED,
    /** It is no longer part of the application, and exists again: others created it. */
    RETURNED
  }
}
