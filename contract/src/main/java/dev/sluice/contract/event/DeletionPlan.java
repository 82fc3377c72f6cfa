package dev.sluice.contract.event;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import java.util.List;
import java.util.Optional;

/**
 * The deletions of one generation that wait for an approval. An approval names the digest and is
 * valid for no other plan.
 *
 * @param digest over the cluster, the application, the generation, its commit, its inputs, every
 *     object with its uid, and the applications whose claims are unknown
 * @param generation the held generation
 * @param commit the generation's first source's commit; absent for a removal
 * @param deletions the first 500 objects
 * @param omitted the number of objects that are not listed
 * @param unknown applications that may claim some of the objects, because their newest targets do
 *     not render; empty if a deletion guard requires the approval
 */
public record DeletionPlan(
    String digest,
    Generation generation,
    Optional<CommitId> commit,
    List<Deletion> deletions,
    int omitted,
    List<ApplicationName> unknown) {

  /** The number of objects that a plan lists at most; its digest covers all of them. */
  public static final int MAX_LISTED = 500;

  public DeletionPlan {
    deletions = List.copyOf(deletions);
    unknown = List.copyOf(unknown);
  }

  /**
   * One object that would be deleted.
   *
   * @param uid of the live object; empty if it no longer exists
   */
  public record Deletion(ObjectRef object, String uid) {}
}
