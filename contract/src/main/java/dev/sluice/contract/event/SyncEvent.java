package dev.sluice.contract.event;

import dev.sluice.contract.fleet.ApplicationSpec;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import java.util.List;
import java.util.Optional;

/**
 * What one application should be in one cluster. Topic {@code sync.<cluster>}, compacted, keyed by
 * application: the latest record is the desired state.
 */
public sealed interface SyncEvent extends Event {

  ApplicationName application();

  ClusterName cluster();

  Generation generation();

  Provenance provenance();

  @Override
  default String key() {
    return application().value();
  }

  /** Deterministic id of the record. */
  default EventId id() {
    return EventId.of("sync", cluster(), application(), generation());
  }

  /**
   * The application should be what these inputs render to. Self-contained: who has it needs no Git.
   *
   * @param sources the input closure, one entry for each source of the application, in its order
   * @param approved whether there is an approval; that alone lets nothing pass
   * @param inputDigest the closure's digest, with the version of its algorithm
   * @param approval of a plan of deletions that this generation may carry out, and of no other
   */
  record Target(
      ApplicationName application,
      ClusterName cluster,
      Generation generation,
      ApplicationSpec spec,
      List<SourceInputs> sources,
      boolean approved,
      String inputDigest,
      Provenance provenance,
      Optional<Approval> approval)
      implements SyncEvent {

    public Target {
      sources = List.copyOf(sources);
      if (sources.isEmpty()) {
        throw new IllegalArgumentException(
            "a target has at least one source: " + application + " in " + cluster);
      }
    }

    /** A target with no approved plan of deletions. */
    public Target(
        ApplicationName application,
        ClusterName cluster,
        Generation generation,
        ApplicationSpec spec,
        List<SourceInputs> sources,
        boolean approved,
        String inputDigest,
        Provenance provenance) {
      this(
          application,
          cluster,
          generation,
          spec,
          sources,
          approved,
          inputDigest,
          provenance,
          Optional.empty());
    }

    /** The commit of the first source, which stands for the target in listings. */
    public CommitId commit() {
      return sources.getFirst().commit();
    }
  }

  /**
   * The application should be in this cluster no more.
   *
   * @param orphan leave its objects where they are and only forget them
   */
  record Removal(
      ApplicationName application,
      ClusterName cluster,
      Generation generation,
      boolean orphan,
      Provenance provenance)
      implements SyncEvent {}
}
