package dev.sluice.contract.event;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import java.util.List;
import java.util.Optional;

/**
 * The answer to {@link QuestionEvent.DiffAsked}: the changes that applying the newest target again
 * would make. A large answer is split into several parts, which are equal but for their number and
 * their differences.
 *
 * @param question the event id of the question
 * @param by the person who asked
 * @param generation the newest generation on the topic; absent if there is none
 * @param ledgerGeneration the generation in the cluster's ledger; absent if there is none
 * @param differences one entry for each object that differs; empty if applying again changes
 *     nothing
 * @param omitted the number of further objects that differ
 * @param failure why the comparison failed; empty if it did not
 * @param part the number of this part, from 1; absent if the answer is not split
 * @param parts the number of parts; absent if the answer is not split
 * @param otherManagers the fields that other field managers own; the last part has those of all
 *     objects; absent in other parts, in failed comparisons and from earlier versions
 */
public record DiffAnswered(
    ClusterName cluster,
    ApplicationName application,
    EventId question,
    String by,
    Optional<Generation> generation,
    Optional<Generation> ledgerGeneration,
    List<ObjectDifference> differences,
    int omitted,
    Optional<Failure> failure,
    Optional<Integer> part,
    Optional<Integer> parts,
    Optional<OtherManagers> otherManagers)
    implements ResultEvent {
  public DiffAnswered {
    differences = List.copyOf(differences);
  }

  public DiffAnswered(
      ClusterName cluster,
      ApplicationName application,
      EventId question,
      String by,
      Optional<Generation> generation,
      Optional<Generation> ledgerGeneration,
      List<ObjectDifference> differences,
      int omitted,
      Optional<Failure> failure) {
    this(
        cluster,
        application,
        question,
        by,
        generation,
        ledgerGeneration,
        differences,
        omitted,
        failure,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  @Override
  public String key() {
    return cluster + "/" + application;
  }
}
