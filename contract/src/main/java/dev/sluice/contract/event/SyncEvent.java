package dev.sluice.contract.event;

import dev.sluice.contract.fleet.ApplicationSpec;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import java.util.List;
import java.util.Optional;

/**
 * The desired state of one application in one cluster. Topic {@code sync.<cluster>}, compacted,
 * keyed by application: the latest record is in force.
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

  /** Returns the deterministic id of the record. */
  default EventId id() {
    return EventId.of("sync", cluster(), application(), generation());
  }

  /**
   * The application should match the objects that these inputs render to. Self-contained: applying
   * it needs no access to Git.
   *
   * @param sources the input closure, one entry for each source of the application, in its order
   * @param approved whether there is an approval; without a matching {@code approval} it permits
   *     nothing
   * @param inputDigest the closure's digest, with the version of its algorithm
   * @param approval the approval of the one deletion plan that this generation may carry out
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

    /** Creates a target without an approval. */
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

    /** Returns a target with the same content as another generation. */
    public Target repeated(
        Generation next, Provenance cause, boolean isApproved, Optional<Approval> plan) {
      return new Target(
          application, cluster, next, spec, sources, isApproved, inputDigest, cause, plan);
    }

    /** Returns the target without its files, for what only needs to know the rest. */
    public Target withoutFiles() {
      return new Target(
          application,
          cluster,
          generation,
          spec,
          sources.stream().map(source -> source.withFiles(List.of())).toList(),
          approved,
          inputDigest,
          provenance,
          approval);
    }

    /** Returns the size of all files together, as {@link InputFile#size}. */
    public long filesSize() {
      return sources.stream()
          .flatMap(source -> source.files().stream())
          .mapToLong(InputFile::size)
          .sum();
    }

    /** Returns the commit of the first source, which represents the target in listings. */
    public CommitId commit() {
      return sources.getFirst().commit();
    }
  }

  /**
   * The application should be removed from this cluster.
   *
   * @param orphan leave its objects in place and stop managing them
   */
  record Removal(
      ApplicationName application,
      ClusterName cluster,
      Generation generation,
      boolean orphan,
      Provenance provenance)
      implements SyncEvent {}
}
