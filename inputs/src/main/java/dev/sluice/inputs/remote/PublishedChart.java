package dev.sluice.inputs.remote;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.fleet.Artifact;
import dev.sluice.contract.name.GitRef;
import dev.sluice.inputs.git.Artifacts.Found;
import dev.sluice.inputs.git.Artifacts.Place;
import dev.sluice.inputs.walk.RemoteException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** A chart in the index of an HTTP repository. Its digest is that of its archive. */
final class PublishedChart implements RemoteArtifacts.Client {

  private final ChartRepository repository;
  private final Refusals refusals;
  private final Place place;
  private final String name;

  PublishedChart(ChartRepository repository, Refusals refusals, Place place, String name) {
    this.repository = repository;
    this.refusals = refusals;
    this.place = place;
    this.name = name;
  }

  @Override
  public Found find(GitRef ref, Optional<String> known) throws RemoteException {
    String version = Artifact.tag(ref).orElseThrow(() -> RemoteArtifacts.noVersion(ref));
    ChartId id = new ChartId(place.url(), name, version);
    ChartIndex.Entry entry = ChartIndex.find(entries(), id);
    if (known.isPresent() && known.equals(entry.digest())) {
      return new Found.Unchanged();
    }
    return entry.digest().isPresent()
        ? refusals.unlessRefused(place, ref, entry.digest().get(), () -> download(entry, id, known))
        : download(entry, id, known);
  }

  private Found download(ChartIndex.Entry entry, ChartId id, Optional<String> known)
      throws RemoteException {
    byte[] archive = repository.archive(entry, id);
    String digest = Sha256.digest(archive);
    if (known.equals(Optional.of(digest))) {
      return new Found.Unchanged();
    }
    ChartArchive chart = ChartArchive.read(archive, id.toString()).require(id);
    return new Found.Content(
        digest,
        "%s\n\nChart: %s\n"
            .formatted(
                RemoteArtifacts.line(chart.name() + " " + chart.version()), place.repository()),
        chart.files());
  }

  @Override
  public Set<String> versions() throws RemoteException {
    List<ChartIndex.Entry> entries = entries();
    if (entries.isEmpty()) {
      throw new RemoteException(
          SourceFailure.CHART_MISSING,
          "the index of %s has no chart '%s'".formatted(place.url(), name));
    }
    return entries.stream()
        .filter(ChartIndex.Entry::isListed)
        .map(ChartIndex.Entry::version)
        .collect(Collectors.toSet());
  }

  private List<ChartIndex.Entry> entries() throws RemoteException {
    try {
      return repository.entries(name);
    } catch (RemoteException e) {
      throw e.code() == SourceFailure.REMOTE_MISSING
          ? new RemoteException(
              SourceFailure.REPOSITORY_NOT_FOUND,
              "%s, so it is no chart repository: correct url".formatted(e.getMessage()))
          : e;
    }
  }
}
