package dev.sluice.inputs.git;

import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;

/**
 * What one look at a remote ref showed. Its objects are in the mirror.
 *
 * @param number of the look; a higher one started later
 */
record RefObservation(long number, Shown shown) {

  sealed interface Shown {}

  /**
   * The ref is there.
   *
   * @param value as the remote says, perhaps a tag object
   * @param head the commit it means
   * @param before what the look before had shown
   */
  record Head(ObjectId value, ObjectId head, Optional<ObjectId> before) implements Shown {}

  record NoRef() implements Shown {}

  record Unreadable(FetchOutcome.Failed failed) implements Shown {}
}
