package dev.sluice.contract.event;

import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;
import java.util.List;
import java.util.Optional;

/**
 * A change to one object, planned or carried out. What is known of the object itself is absent in a
 * plan, for an object that was left alone, and in events of earlier versions.
 *
 * @param action the change
 * @param uid the uid of the object
 * @param versionBefore the object's {@code resourceVersion} when it was read, before any change;
 *     absent for a new object
 * @param versionAfter its {@code resourceVersion} after the change; absent for a deleted object
 * @param digest the digest of the applied manifest, in hex (SHA-256)
 * @param takenFrom the field managers that fields of the object were taken over from; absent if
 *     there are none
 * @param cause why the object was deleted; absent if it was not
 */
public record ObjectChange(
    ObjectRef object,
    Action action,
    Optional<String> uid,
    Optional<String> versionBefore,
    Optional<String> versionAfter,
    Optional<String> digest,
    Optional<List<String>> takenFrom,
    Optional<Cause> cause) {

  public ObjectChange {
    takenFrom = takenFrom.map(List::copyOf).filter(managers -> !managers.isEmpty());
  }

  /** Creates a change of which only the action is known. */
  public ObjectChange(ObjectRef object, Action action) {
    this(
        object,
        action,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /**
   * Creates the deletion of an object.
   *
   * @param uid of the object; empty if it was gone already
   */
  public static ObjectChange deleted(
      ObjectRef object, Optional<String> uid, Optional<String> version, Cause cause) {
    return new ObjectChange(
        object,
        Action.DELETED,
        uid,
        version,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(cause));
  }

  public enum Action {
    CREATED,
    CONFIGURED,
    /** Applied again, for a resync or after an interruption; nothing had differed. */
    REASSERTED,
    UNCHANGED,
    DELETED,
    /** Left in place as an annotation or a policy requires. */
    SKIPPED,
    /** Not deleted because another application claims it. */
    TRANSFERRED,
    /** An action of a later version. */
    @JsonEnumDefaultValue
    OTHER
  }

  /** Why an object was deleted. */
  public enum Cause {
    /** Git no longer has it. */
    UNDECLARED,
    /** The application no longer runs in the cluster. */
    APPLICATION_REMOVED,
    /** It has the labels of an application that does not have it. */
    ORPHANED,
    /** It was deleted before, and somebody created it again. */
    RETURNED,
    /** A field changed that is immutable, so the object was deleted to be created again. */
    REPLACED,
    /** It is a hook that has run, or that is to run again. */
    HOOK,
    /** A cause of a later version. */
    @JsonEnumDefaultValue
    OTHER
  }
}
