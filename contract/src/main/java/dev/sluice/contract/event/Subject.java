package dev.sluice.contract.event;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import java.util.Optional;

/**
 * The generation that a result is about.
 *
 * @param commit the commit of the first source; empty for a removal
 * @param target the id ({@code ce_id}) of the target or removal in {@code sync.<cluster>}
 */
public record Subject(
    ClusterName cluster,
    ApplicationName application,
    Generation generation,
    Optional<CommitId> commit,
    EventId target) {

  public static Subject of(SyncEvent event) {
    Optional<CommitId> commit =
        switch (event) {
          case SyncEvent.Target target -> Optional.of(target.commit());
          case SyncEvent.Removal _ -> Optional.empty();
        };
    return new Subject(
        event.cluster(), event.application(), event.generation(), commit, event.id());
  }
}
