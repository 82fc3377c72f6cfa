package dev.sluice.inputs.remote;

import dev.sluice.inputs.walk.RemoteException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The indexes of chart repositories, with the entries of the charts that were asked for, so that an
 * index is transferred again only if it has changed. Safe for concurrent use; blocks on the
 * network.
 */
final class ChartIndexes {

  /** The largest size of all entries that are kept, in characters. */
  private static final long MAX_KEPT = 16L << 20;

  private final Downloads downloads;
  private final Path directory;
  private final Clock clock;
  private final Map<Key, CachedIndex> indexes =
      new LinkedHashMap<>(16, 0.75f, /* accessOrder= */ true);

  /** An index as somebody may read it: credentials may decide what it contains. */
  private record Key(URI uri, Optional<Authorization> authorization) {}

  /**
   * Creates a cache without indexes.
   *
   * @param directory the directory of mirrors, where indexes are while they are read
   */
  ChartIndexes(Downloads downloads, Path directory, Clock clock) {
    this.downloads = downloads;
    this.directory = directory;
    this.clock = clock;
  }

  /**
   * Returns the entries of a chart, from a request that starts after this call; none if the index
   * has no such chart.
   *
   * @param uri of the index
   * @throws RemoteException if the index cannot be read
   */
  List<ChartIndex.Entry> entries(URI uri, Optional<Authorization> authorization, String chart)
      throws RemoteException {
    CachedIndex index = index(new Key(uri, authorization));
    try {
      return index.entries(chart);
    } finally {
      forget();
    }
  }

  private synchronized CachedIndex index(Key key) {
    return indexes.computeIfAbsent(
        key,
        _ ->
            new CachedIndex(
                downloads,
                Downloads.Request.get(key.uri(), key.authorization(), "*/*", CachedIndex.MAX),
                directory,
                clock));
  }

  /** Forgets the indexes that were not asked for the longest time, until the others fit. */
  private synchronized void forget() {
    long kept = indexes.values().stream().mapToLong(CachedIndex::size).sum();
    Iterator<CachedIndex> oldest = indexes.values().iterator();
    while (kept > MAX_KEPT) {
      kept -= oldest.next().size();
      oldest.remove();
    }
  }
}
