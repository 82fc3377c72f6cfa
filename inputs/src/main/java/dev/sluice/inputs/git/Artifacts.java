package dev.sluice.inputs.git;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.Artifact;
import dev.sluice.contract.fleet.SecretReference;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * Published artifacts, charts and OCI artifacts, which mirrors keep as commits. Safe for concurrent
 * use; blocks on the network.
 */
public interface Artifacts extends AutoCloseable {

  /** Artifacts for environments in which nothing is downloaded. */
  Artifacts NONE = (place, _, _) -> new Found.Failed(notDownloaded(place));

  /**
   * A repository of artifacts.
   *
   * @param url of the chart repository, or {@code oci://HOST/PATH}
   * @param credentials {@code user:password} or a bare token, by reference
   */
  record Place(
      RepositoryId repository,
      String url,
      Optional<SecretReference> credentials,
      Artifact artifact) {

    /** Returns the repository of a source; empty if it is a Git repository. */
    static Optional<Place> of(SourceSpec source) {
      return source
          .artifact()
          .map(one -> new Place(source.repository(), source.url(), source.credentials(), one));
    }
  }

  /** Content of a repository at a ref. */
  sealed interface Found {

    /** The ref has the digest that the caller knows; nothing was downloaded. */
    record Unchanged() implements Found {}

    /**
     * The ref has another digest.
     *
     * @param digest {@code sha256:HEX}; all else depends on it alone
     * @param description lines that describe the artifact, each with an end; the first is its title
     * @param files contents by canonical path
     */
    record Content(String digest, String description, SortedMap<String, byte[]> files)
        implements Found {}

    /** The ref cannot be read, or what it has is refused. */
    record Failed(FetchOutcome.Failed failure) implements Found {}
  }

  /**
   * Returns what a ref of the form of {@link Artifact} has.
   *
   * @param known the digest that the mirror has for the ref
   */
  Found find(Place place, GitRef ref, Optional<String> known);

  /** The versions that a repository lists. */
  sealed interface Listing {

    /** All versions, or tags, in no order. */
    record Versions(Set<String> names) implements Listing {}

    /** The repository cannot be read. */
    record Failed(FetchOutcome.Failed failure) implements Listing {}
  }

  /** Returns the versions that can be found, without downloading them. */
  default Listing versions(Place place) {
    return new Listing.Failed(notDownloaded(place));
  }

  @Override
  default void close() {}

  private static FetchOutcome.Failed notDownloaded(Place place) {
    return new FetchOutcome.Failed(
        SourceFailure.REMOTE_UNREACHABLE,
        "%s: nothing is downloaded here".formatted(place.repository()),
        /* retryable= */ false);
  }
}
