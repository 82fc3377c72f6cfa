package dev.sluice.dispatcher.evaluate;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.dispatcher.decide.RefKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Request for an evaluation, with the partition's state when it began.
 *
 * @param source supplies the URL and credentials
 * @param aim of the evaluation
 */
public record EvaluationRequest(RefKey key, SourceSpec source, Aim aim, Known known) {

  /** Aim of an evaluation. */
  public sealed interface Aim {

    /**
     * Fetch the ref and find the applications whose inputs differ at its head.
     *
     * @param expected the commit that an event announced
     * @param patient whether to wait for that commit; if not, the ref is evaluated at the commit
     *     that Git shows
     */
    record Fetch(Optional<CommitId> expected, boolean patient) implements Aim {}

    /**
     * Find the applications whose inputs differ at the known head; fetches only if there is none.
     */
    record Evaluate() implements Aim {}

    /** Index the applications' paths at the known head without deciding. */
    record Warm() implements Aim {}

    /** Read the commit of the remote's ref without deciding. */
    record Poll() implements Aim {}
  }

  /**
   * Partition's knowledge of the ref.
   *
   * @param tag the name of the head's tag, if the ref is a range of versions
   * @param indexed the commit at which the applications' paths are indexed; empty if they are not
   * @param others the refs of the applications' other sources, as far as their heads are known
   * @param applications whose first source is on the ref, so that they are decided here
   * @param marked applications to inspect whichever paths changed, with the reason
   */
  record Known(
      Optional<CommitId> head,
      Optional<String> tag,
      Optional<CommitId> indexed,
      List<Other> others,
      List<ApplicationState> applications,
      Map<ApplicationName, String> marked) {}

  /**
   * Ref of a further source.
   *
   * @param source supplies the URL and credentials
   * @param head the commit to use: the last that was evaluated
   * @param tag the name of the head's tag, if the ref is a range of versions
   */
  record Other(SourceSpec source, CommitId head, Optional<String> tag) {}
}
