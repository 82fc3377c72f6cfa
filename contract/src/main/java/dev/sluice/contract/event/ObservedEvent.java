package dev.sluice.contract.event;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The worker's observation of a generation after it was applied, from the watches of its objects.
 * Each names the generation that the objects belong to.
 */
public sealed interface ObservedEvent extends ResultEvent.OfTarget {

  /** An observation of health. A newer one replaces it. */
  sealed interface OfHealth extends ObservedEvent {

    ObservedHealth observed();

    /** Returns the event about this health. */
    static OfHealth of(Subject subject, ObservedHealth observed) {
      return switch (observed.health()) {
        case HEALTHY -> new Healthy(subject, observed);
        case SUSPENDED, PROGRESSING, MISSING -> new Progressing(subject, observed);
        case DEGRADED, UNKNOWN -> new Degraded(subject, observed);
      };
    }
  }

  /** Objects are progressing, missing or suspended; none is worse. */
  record Progressing(Subject subject, ObservedHealth observed) implements OfHealth {}

  /** All objects are healthy. */
  record Healthy(Subject subject, ObservedHealth observed) implements OfHealth {}

  /**
   * An object is degraded or unknown, or was progressing or missing for longer than the policy's
   * {@code healthTimeout}.
   */
  record Degraded(Subject subject, ObservedHealth observed) implements OfHealth {}

  /**
   * Live objects differ from the generation. A newer event of this type replaces it.
   *
   * @param objects all objects that differ
   * @param omitted the number of further objects that differ; absent if all are listed
   * @param heals whether the worker puts the generation's fields back
   */
  record Drifted(
      Subject subject, List<ObjectDrift> objects, Optional<Integer> omitted, boolean heals)
      implements ObservedEvent {
    public Drifted {
      objects = List.copyOf(objects);
    }
  }

  /**
   * No object differs any longer, by somebody else's writes. A worker that begins to lead also
   * reports it of each application without drift: it does not know what was shown before.
   */
  record DriftEnded(Subject subject) implements ObservedEvent {}

  /**
   * The worker put objects back.
   *
   * @param changes the objects that were put back
   * @param took the time since the worker saw the first of the differences
   * @param omitted the number of changes that are not listed because a record is limited in size;
   *     absent if all are listed
   */
  record Healed(
      Subject subject, List<ObjectChange> changes, Duration took, Optional<Integer> omitted)
      implements ObservedEvent {
    public Healed {
      changes = List.copyOf(changes);
    }
  }

  /**
   * Another writer changes an object each time after it was healed; the next heal waits.
   *
   * @param writers who changes it
   * @param heals the number of heals
   * @param within the time in which the heals were needed
   * @param pause the time until the next heal
   */
  record Contended(
      Subject subject,
      ObjectRef object,
      List<FieldWriter> writers,
      int heals,
      Duration within,
      Duration pause)
      implements ObservedEvent {
    public Contended {
      writers = List.copyOf(writers);
    }
  }
}
