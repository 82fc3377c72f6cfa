package dev.sluice.standalone.proof;

import java.util.Locale;

/**
 * A place at which the log is not as it was written.
 *
 * @param partition the partition, as {@code TOPIC/NUMBER}
 * @param offset the offset of the record; for missing records that of the first one or, if it is
 *     not known, that of the record after them
 */
public record LogFinding(String partition, long offset, Kind kind, String message) {

  /** The kind of a finding. */
  public enum Kind {
    ALTERED,
    MISSING,
    INSERTED,
    REORDERED,
    /** A record that is in no checkpoint, though later ones are. */
    UNCOVERED,
    /** A checkpoint that is invalid. */
    CHECKPOINT
  }

  @Override
  public String toString() {
    return "%-10s  %s, offset %d: %s"
        .formatted(kind.name().toLowerCase(Locale.ROOT), partition, offset, message);
  }
}
