package dev.sluice.inputs.remote;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.Artifact;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.version.SemanticVersion;
import dev.sluice.inputs.git.Artifacts.Found;
import dev.sluice.inputs.git.Artifacts.Place;
import dev.sluice.inputs.walk.RemoteException;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The chart, or the archive of manifests, in an OCI repository. Its digest is that of its manifest.
 */
final class PublishedArtifact implements RemoteArtifacts.Client {

  private static final String ANNOTATIONS = "org.opencontainers.image.";

  private final OciRepository repository;
  private final Refusals refusals;
  private final Place place;

  PublishedArtifact(OciRepository repository, Refusals refusals, Place place) {
    this.repository = repository;
    this.refusals = refusals;
    this.place = place;
  }

  @Override
  public Found find(GitRef ref, Optional<String> known) throws RemoteException {
    String reference =
        Artifact.digest(ref)
            .or(() -> Artifact.tag(ref).map(OciRepository::tag))
            .orElseThrow(() -> RemoteArtifacts.noVersion(ref));
    if (known.isPresent() || refusals.has(place, ref)) {
      Optional<String> digest = repository.digest(reference);
      if (digest.isPresent() && digest.equals(known)) {
        return new Found.Unchanged();
      }
      if (digest.isPresent()) {
        refusals.require(place, ref, digest.get());
      }
    }
    OciManifest manifest = repository.manifest(reference);
    if (known.equals(Optional.of(manifest.digest()))) {
      return new Found.Unchanged();
    }
    return refusals.unlessRefused(place, ref, manifest.digest(), () -> download(ref, manifest));
  }

  private Found download(GitRef ref, OciManifest manifest) throws RemoteException {
    Optional<String> chart = manifest.digestOf(OciManifest.Kind.CHART);
    return chart.isPresent() ? chart(ref, chart.get(), manifest) : files(manifest);
  }

  private Found chart(GitRef ref, String digest, OciManifest manifest) throws RemoteException {
    byte[] archive = repository.content(digest, manifest);
    ChartArchive chart = ChartArchive.read(archive, place.repository().value());
    Optional<SemanticVersion> tag =
        Artifact.tag(ref).map(OciRepository::version).flatMap(SemanticVersion::parse);
    if (tag.isPresent() && !chart.hasVersion(tag.get().text())) {
      throw Archive.invalid(
          place.repository().value(),
          "has the version '%s' in its Chart.yaml, and is tagged as %s: push it again with Helm"
              .formatted(RemoteArtifacts.line(chart.version()), tag.get().text()));
    }
    String title = chart.name() + " " + chart.version();
    return new Found.Content(manifest.digest(), description(title, manifest), chart.files());
  }

  private Found files(OciManifest manifest) throws RemoteException {
    String digest =
        manifest
            .digestOf(OciManifest.Kind.FLUX)
            .or(() -> manifest.digestOf(OciManifest.Kind.FILES))
            .orElseThrow(() -> unsupported(manifest));
    byte[] archive = repository.content(digest, manifest);
    String path = place.repository().value();
    String title =
        path.substring(path.lastIndexOf('/') + 1)
            + annotation(manifest, "revision").map(" "::concat).orElse("");
    return new Found.Content(
        manifest.digest(), description(title, manifest), Archive.unpack(archive, path));
  }

  private RemoteException unsupported(OciManifest manifest) {
    return new RemoteException(
        SourceFailure.UNSUPPORTED_ARTIFACT,
        "%s is no Helm chart and no archive of manifests; its config is '%s' and its layers are %s"
            .formatted(
                manifest.digest(),
                RemoteArtifacts.line(manifest.config()),
                manifest.layers().stream()
                    .limit(5)
                    .map(layer -> "'" + RemoteArtifacts.line(layer.mediaType()) + "'")
                    .toList()));
  }

  /** Returns the lines of the commit's message, which depend on the digest alone. */
  private String description(String title, OciManifest manifest) {
    return RemoteArtifacts.line(title)
        + "\n\n"
        + annotation(manifest, "source").map("Source: %s\n"::formatted).orElse("")
        + annotation(manifest, "revision").map("Revision: %s\n"::formatted).orElse("")
        + "Artifact: %s\n".formatted(place.repository());
  }

  private static Optional<String> annotation(OciManifest manifest, String name) {
    return Optional.ofNullable(manifest.annotations().get(ANNOTATIONS + name))
        .map(RemoteArtifacts::line)
        .filter(text -> !text.isEmpty());
  }

  @Override
  public Set<String> versions() throws RemoteException {
    return repository.tags().stream().map(OciRepository::version).collect(Collectors.toSet());
  }
}
