package dev.sluice.dispatcher.decide;

import dev.sluice.contract.event.EventId;
import dev.sluice.contract.fleet.Verification;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Batch of an evaluation's findings that fits one transaction.
 *
 * @param last whether the evaluation is complete with this batch, so that the ref's head is the
 *     commit
 */
public record FindingBatch(Evaluated evaluated, List<Finding> findings, boolean last) {

  public FindingBatch {
    findings = List.copyOf(findings);
  }

  /**
   * Evaluated commit, the same in all batches of an evaluation.
   *
   * @param tag the name of the commit's tag, if the ref is a range of versions
   * @param batchSizes by cluster, the number of applications that get a record
   * @param applications number of applications that follow the ref
   * @param newCommits number of commits that the commit has and the ref's last known head has not;
   *     at least 1 if it is another commit
   * @param commands by application, the commands whose outcome was not known when the evaluation
   *     began, so that it answers them
   * @param unmet the announced commit, if the evaluated one does not contain it
   * @param trustedKeys digests of the keys that signatures were verified with
   */
  public record Evaluated(
      RefKey key,
      CommitId commit,
      Optional<String> tag,
      Instant fetchedAt,
      Map<ClusterName, Integer> batchSizes,
      int applications,
      int newCommits,
      Map<ApplicationName, Set<EventId>> commands,
      Optional<CommitId> unmet,
      Map<Verification, String> trustedKeys) {}
}
