package dev.sluice.simulated.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * Write to an object of a resource, at a revision.
 *
 * @param resource the resource without version, such as {@code deployments.apps}
 * @param before the object before the write, empty if the write created it
 * @param after the object after the write; for a deletion, its last state at the revision of the
 *     deletion
 */
public record Change(
    long revision, String resource, Kind kind, Optional<ObjectNode> before, ObjectNode after) {

  /** Kind of write. */
  public enum Kind {
    ADDED,
    MODIFIED,
    DELETED
  }
}
