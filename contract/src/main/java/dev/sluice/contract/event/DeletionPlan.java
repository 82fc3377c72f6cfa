package dev.sluice.contract.event;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import java.util.List;
import java.util.Optional;

/**
 * The deletions of one generation that wait for an approval. An approval names the digest, and
 * holds for nothing else.
 *
 * @param digest of the cluster, the application, the generation, its commit, its inputs, every
 *     object with its uid, and the applications whose claims are unknown
 * @param generation that is held
 * @param commit of the generation's first source; absent for a removal
 * @param deletions the objects, the first {@value #MAX_LISTED} of them
 * @param omitted how many more there are
 * @param unknown applications that may claim some of the objects, since their newest targets do not
 *     render; empty where a guard waits for the approval
 */
public record DeletionPlan(
    String digest,
    Generation generation,
    Optional<CommitId> commit,
    List<Deletion> deletions,
    int omitted,
    List<ApplicationName> unknown) {

  /** How many objects a plan lists; its digest is of all of them. */
  public static final int MAX_LISTED = 500;

  public DeletionPlan {
    deletions = List.copyOf(deletions);
    unknown = List.copyOf(unknown);
  }

  /**
   * One object that would be deleted.
   *
   * @param uid of the live object; empty if it is gone already
   */
  public record Deletion(ObjectRef object, String uid) {}
}
