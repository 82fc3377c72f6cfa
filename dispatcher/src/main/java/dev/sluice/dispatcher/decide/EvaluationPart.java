package dev.sluice.dispatcher.decide;

import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * As much of what a look found as goes into one transaction.
 *
 * @param last with this the ref's head is the commit
 */
public record EvaluationPart(Seen seen, List<Finding> findings, boolean last) {

  public EvaluationPart {
    findings = List.copyOf(findings);
  }

  /**
   * What a look saw, the same in all its parts.
   *
   * @param batchSizes by cluster, how many records about applications the look leads to
   * @param applications how many follow the ref
   * @param unmet the commit that was told of, if this is neither it nor later
   */
  public record Seen(
      RefKey key,
      CommitId commit,
      Instant fetchedAt,
      Map<ClusterName, Integer> batchSizes,
      int applications,
      Optional<CommitId> unmet) {}
}
