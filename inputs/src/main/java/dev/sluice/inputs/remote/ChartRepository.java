package dev.sluice.inputs.remote;

import dev.sluice.inputs.walk.RemoteException;
import dev.sluice.inputs.walk.Remotes;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;

/** A repository of charts as Helm has had them from its beginning: an index, and archives. */
final class ChartRepository {

  static final long MAX_ARCHIVE = 16L << 20;

  private static final long MAX_INDEX = 64L << 20;
  private static final String ANYTHING = "*/*";

  private final Downloads downloads;
  private final URI root;
  private final Optional<Authority> authority;

  /**
   * A repository.
   *
   * @param url http or https
   * @param secret for its own host only: archives may lie elsewhere
   */
  ChartRepository(Downloads downloads, String url, Optional<String> secret) {
    this.downloads = downloads;
    this.root = URI.create(url + "/");
    this.authority = secret.map(one -> Authority.basic(root, one));
  }

  /** The archive of a chart, which is what the index says. */
  byte[] archive(ChartId chart) throws RemoteException {
    byte[] index = get(root.resolve("index.yaml"), MAX_INDEX);
    ChartIndex.Entry entry = ChartIndex.find(index, chart);
    byte[] archive = get(Downloads.resolved(root, entry.url()), MAX_ARCHIVE);
    if (entry.digest().isPresent() && !isDigest(entry.digest().get(), archive)) {
      throw new RemoteException(
          Remotes.INVALID,
          "what was downloaded for %s has another digest than its index says".formatted(chart));
    }
    return archive;
  }

  private static boolean isDigest(String digest, byte[] archive) {
    String expected = digest.toLowerCase(Locale.ROOT).replaceFirst("^sha256:", "");
    return expected.equals(Sha256.of(archive));
  }

  private byte[] get(URI uri, long most) throws RemoteException {
    return downloads.get(new Downloads.Question(uri, authority, ANYTHING, most)).required();
  }
}
