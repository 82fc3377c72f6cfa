package dev.sluice.simulated.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * One write that happened: at a revision, to an object of a resource.
 *
 * @param resource the resource across versions, such as {@code deployments.apps}
 * @param before the object before the write, empty if it was made by it
 * @param after the object after it; of a deletion the last state, at the revision of the deletion
 */
public record Change(
    long revision, String resource, Kind kind, Optional<ObjectNode> before, ObjectNode after) {

  /** What kind of write it was. */
  public enum Kind {
    ADDED,
    MODIFIED,
    DELETED
  }
}
