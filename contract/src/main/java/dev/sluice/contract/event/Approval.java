package dev.sluice.contract.event;

import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import java.util.Optional;

/**
 * A person's approval of one deletion plan. The worker computes the plan again from the live
 * objects; if the digests differ, the approval is void.
 *
 * @param plan the digest of the {@link DeletionPlan} that was approved
 * @param generation the generation that was held at the time of the approval; the approval is sent
 *     with a later generation of the same inputs
 * @param commit the first source's commit in the held generation
 * @param by the person who approved
 */
public record Approval(String plan, Generation generation, Optional<CommitId> commit, String by) {}
