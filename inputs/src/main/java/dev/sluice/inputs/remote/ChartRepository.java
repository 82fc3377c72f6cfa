package dev.sluice.inputs.remote;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.inputs.walk.RemoteException;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** A chart repository over HTTP: an index and archives. */
final class ChartRepository {

  static final long MAX_ARCHIVE = 16L << 20;

  private static final String ANYTHING = "*/*";

  private final Downloads downloads;
  private final ChartIndexes indexes;
  private final URI root;
  private final Optional<Authorization> authorization;

  /**
   * Creates a client of a repository.
   *
   * @param url http or https
   * @param secret sent to the repository's own host only, because archives may be on other hosts
   */
  ChartRepository(Downloads downloads, ChartIndexes indexes, String url, Optional<String> secret) {
    this.downloads = downloads;
    this.indexes = indexes;
    this.root = URI.create(url + "/");
    this.authorization = secret.map(one -> Authorization.basic(root, one));
  }

  /** Returns the archive of a chart, verified by the digest in the index, if it has one. */
  byte[] archive(ChartId chart) throws RemoteException {
    return archive(ChartIndex.find(entries(chart.name()), chart), chart);
  }

  /** Returns the entries of a chart in {@code index.yaml}; none if it has no such chart. */
  List<ChartIndex.Entry> entries(String chart) throws RemoteException {
    return indexes.entries(root.resolve("index.yaml"), authorization, chart);
  }

  /** Returns the archive of an entry, verified by its digest, if it has one. */
  byte[] archive(ChartIndex.Entry entry, ChartId chart) throws RemoteException {
    byte[] archive =
        downloads
            .send(
                Downloads.Request.get(location(root, entry), authorization, ANYTHING, MAX_ARCHIVE))
            .required();
    if (entry.digest().isPresent() && !entry.digest().get().equals(Sha256.digest(archive))) {
      throw new RemoteException(
          SourceFailure.DIGEST_MISMATCH,
          "what was downloaded for %s has another digest than its index says".formatted(chart));
    }
    return archive;
  }

  /** Returns where an archive is; never without TLS if the index was read with TLS. */
  static URI location(URI root, ChartIndex.Entry entry) throws RemoteException {
    URI uri = Downloads.resolved(root, entry.url());
    if (root.getScheme().equalsIgnoreCase("https") && !uri.getScheme().equalsIgnoreCase("https")) {
      throw new RemoteException(
          SourceFailure.REMOTE_INVALID,
          "the index of %s names %s, without TLS".formatted(root, Downloads.shown(uri)));
    }
    return uri;
  }
}
