package dev.sluice.dispatcher.decide;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.PossibleObjects;
import dev.sluice.contract.event.SourceInputs;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.name.CommitId;
import java.util.List;

/** What looking at an application's sources found. */
public sealed interface Finding {

  /** The definition that was looked at; a finding about another than the current one is void. */
  Definition definition();

  ClusterTarget cluster();

  /**
   * These are its inputs for a cluster, and they differ from what was last sent there.
   *
   * @param reason why it was looked at: a path, or what else changed
   */
  record Differs(Definition definition, ClusterTarget cluster, Payload payload, String reason)
      implements Finding {}

  /**
   * What a target carries besides its definition.
   *
   * @param bytes about how many its files are
   */
  record Payload(String digest, List<SourceInputs> sources, long bytes) {

    /** Of the first source. */
    CommitId commit() {
      return sources.getFirst().commit();
    }
  }

  /** Its sources are readable, and in this cluster nothing differs. */
  record Same(Definition definition, ClusterTarget cluster) implements Finding {}

  /**
   * Its sources cannot be rendered in this cluster.
   *
   * @param possible what they may render to once they are mended
   */
  record Refused(
      Definition definition, ClusterTarget cluster, Failure failure, PossibleObjects possible)
      implements Finding {}
}
