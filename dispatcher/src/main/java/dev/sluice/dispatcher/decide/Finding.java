package dev.sluice.dispatcher.decide;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.PossibleObjects;
import dev.sluice.contract.event.SourceInputs;
import dev.sluice.contract.event.StateRecord.Hold;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.name.CommitId;
import java.util.List;

/** Finding about an application's sources for one cluster. */
public sealed interface Finding {

  /** Returns the inspected definition; a finding about an outdated definition is ignored. */
  Definition definition();

  ClusterTarget cluster();

  /** Returns the approximate size of the record that it leads to. */
  default long bytes() {
    return 0;
  }

  /**
   * The inputs differ from those last sent to the cluster.
   *
   * @param reason the changed path, or another reason
   */
  record Differs(Definition definition, ClusterTarget cluster, Payload payload, String reason)
      implements Finding {
    @Override
    public long bytes() {
      return payload.bytes();
    }
  }

  /**
   * Content of a target besides its definition.
   *
   * @param behind number of commits that the head of the first source's ref has and a restored
   *     commit has not; 0 if nothing is restored
   * @param bytes approximate size of the files
   */
  record Payload(String digest, List<SourceInputs> sources, int behind, long bytes) {

    /** Returns the commit of the first source. */
    CommitId commit() {
      return sources.getFirst().commit();
    }
  }

  /** The sources are valid, and the inputs for this cluster are unchanged. */
  record Same(Definition definition, ClusterTarget cluster) implements Finding {}

  /**
   * The application is suspended in the cluster, or recorded inputs were sent again; found only if
   * a command waits for an outcome, or a new generation is demanded.
   */
  record Held(Definition definition, ClusterTarget cluster, Hold hold) implements Finding {}

  /**
   * The sources cannot be rendered for this cluster.
   *
   * @param possible the objects that they may render to once they are fixed
   */
  record Refused(
      Definition definition, ClusterTarget cluster, Failure failure, PossibleObjects possible)
      implements Finding {
    @Override
    public long bytes() {
      return possible.words().stream().mapToLong(String::length).sum();
    }
  }
}
