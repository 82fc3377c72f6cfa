package dev.sluice.contract.event;

import java.util.List;
import java.util.Optional;

/**
 * How an object in a cluster differs from what a target says. Values of Secrets are never in it.
 *
 * @param fields what would change in an object that is there
 * @param message why it would not go, where it would not
 */
public record ObjectDifference(
    ObjectRef object, Kind kind, List<Field> fields, Optional<String> message) {

  public ObjectDifference {
    fields = List.copyOf(fields);
  }

  /** What applying the target again would do. */
  public enum Kind {
    CREATED,
    CONFIGURED,
    DELETED,
    /** The API server, or its schema, would not take it. */
    REFUSED
  }

  /**
   * One field.
   *
   * @param path such as {@code spec.containers[0].image}
   * @param live its value in the cluster as JSON, perhaps shortened; absent if it is not there
   * @param wanted the same after applying
   */
  public record Field(String path, Optional<String> live, Optional<String> wanted) {}
}
