package dev.sluice.inputs.git;

import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;

/**
 * The state of a remote ref at one fetch. Its objects are in the mirror.
 *
 * @param number the number of the fetch; a higher one started later
 */
record RefObservation(long number, Shown shown) {

  sealed interface Shown {}

  /**
   * The ref exists.
   *
   * @param value the ref's value, possibly a tag object
   * @param head the commit that it peels to
   * @param before the ref's value at the previous fetch
   */
  record Head(ObjectId value, ObjectId head, Optional<ObjectId> before) implements Shown {}

  record NoRef() implements Shown {}

  record Unreadable(FetchOutcome.Failed failed) implements Shown {}
}
