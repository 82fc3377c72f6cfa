package dev.sluice.contract.event;

import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import java.util.Optional;

/**
 * A person's consent to one plan of deletions. The worker computes the plan again from the live
 * objects; if its digest is another, the approval is void.
 *
 * @param plan the digest of the {@link DeletionPlan} that was looked at
 * @param generation that was held when it was looked at; the approval comes with a later one of the
 *     same inputs
 * @param commit of the first source of the generation that was held
 * @param by who approved
 */
public record Approval(String plan, Generation generation, Optional<CommitId> commit, String by) {}
