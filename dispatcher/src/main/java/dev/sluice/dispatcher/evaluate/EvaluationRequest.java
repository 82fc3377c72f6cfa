package dev.sluice.dispatcher.evaluate;

import dev.sluice.contract.event.StateRecord.ApplicationState;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.dispatcher.decide.RefKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a look is to find out, as the home knew it when it began.
 *
 * @param source whose URL and credentials are used
 * @param aim what for
 */
public record EvaluationRequest(RefKey key, SourceSpec source, Aim aim, Known known) {

  /** What a look is for. */
  public sealed interface Aim {

    /**
     * Find the applications whose inputs differ at the ref's head, asked of the remote.
     *
     * @param expected what the ref should be at
     * @param patient whether it can still be waited for; if not, the ref is evaluated as it is
     */
    record Fetch(Optional<CommitId> expected, boolean patient) implements Aim {}

    /** The same at the head that is known, if there is one. */
    record Evaluate() implements Aim {}

    /** Only remember which paths matter, at the head that is known. */
    record Warm() implements Aim {}

    /** Only find out where the remote's ref is. */
    record Sweep() implements Aim {}
  }

  /**
   * What the home knows of the ref.
   *
   * @param indexed the commit that the index is about; empty if it is about none
   * @param others the refs that the applications' other sources are on, as far as heads are known
   * @param applications that are decided here: their first source is on the ref
   * @param marked those to look at whatever has changed, and why
   */
  record Known(
      Optional<CommitId> head,
      Optional<CommitId> indexed,
      List<Other> others,
      List<ApplicationState> applications,
      Map<ApplicationName, String> marked) {}

  /**
   * Another ref that is read.
   *
   * @param source on it, whose URL and credentials are used
   * @param head the commit to go by: the last that was decided about
   */
  record Other(SourceSpec source, CommitId head) {}
}
