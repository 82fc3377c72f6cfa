package dev.sluice.contract.event;

import java.util.List;
import java.util.Optional;

/**
 * The difference between a live object and the target. Never contains values of Secrets.
 *
 * @param fields the fields that would change in an existing object
 * @param message why the object would be refused or replaced, whom it would be taken over from, or
 *     that the API server has not computed the difference; empty otherwise
 */
public record ObjectDifference(
    ObjectRef object, Kind kind, List<Field> fields, Optional<String> message) {

  public ObjectDifference {
    fields = List.copyOf(fields);
  }

  /** The effect of applying the target again. */
  public enum Kind {
    CREATED,
    CONFIGURED,
    DELETED,
    /** It is deleted and created again, since a field cannot be changed. */
    REPLACED,
    /** The API server, the kind's schema, or the policy would refuse the object. */
    REFUSED
  }

  /**
   * One field.
   *
   * @param path such as {@code spec.containers[0].image}
   * @param live the value in the cluster as JSON, possibly shortened; absent if the field is not
   *     set
   * @param wanted the value after applying, in the same form
   */
  public record Field(String path, Optional<String> live, Optional<String> wanted) {}
}
