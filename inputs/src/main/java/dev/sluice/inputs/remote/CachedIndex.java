package dev.sluice.inputs.remote;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.inputs.walk.RemoteException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The index of a chart repository, with the entries of the charts that were asked for. One request
 * at a time is made, which all who asked before it started share.
 *
 * <p>The body is received into a file, and at most {@link #MAX} bytes of such files are in memory
 * at once, in all caches together. So a slow server keeps no memory and delays no other one.
 */
final class CachedIndex {

  /** The largest index in bytes. */
  static final long MAX = 64L << 20;

  /** The largest size of the indexes that are parsed at once, in MiB: one of the largest size. */
  private static final Semaphore PARSED = new Semaphore((int) (MAX >> 20), /* fair= */ true);

  /** Charts that nobody asked for in this time are forgotten; the longest interval is a day. */
  private static final Duration FOLLOWED = Duration.ofHours(25);

  /** The size of an entry without its texts, in characters. */
  private static final int ENTRY = 200;

  private final Downloads downloads;
  private final Downloads.Request request;
  private final Path directory;
  private final Clock clock;
  private final Map<String, Instant> asked = new ConcurrentHashMap<>();
  private final ReentrantLock oneRead = new ReentrantLock();
  private final AtomicLong started = new AtomicLong();
  private volatile Content content = new Content(Map.of(), Map.of());
  private Optional<RemoteException> failure = Optional.empty();

  /**
   * Result of the last read.
   *
   * @param validators headers that make a request conditional; empty if the server has none
   */
  private record Content(
      Map<String, List<ChartIndex.Entry>> charts, Map<String, String> validators) {}

  /**
   * Creates an index that was not read yet.
   *
   * @param directory where the body is while it is read
   */
  CachedIndex(Downloads downloads, Downloads.Request request, Path directory, Clock clock) {
    this.downloads = downloads;
    this.request = request;
    this.directory = directory;
    this.clock = clock;
  }

  /** Returns the entries of a chart, from a request that starts after this call. */
  List<ChartIndex.Entry> entries(String chart) throws RemoteException {
    asked.put(chart, clock.instant());
    long startedBefore = started.get();
    oneRead.lock();
    try {
      if (started.get() == startedBefore || !isAnswered(chart)) {
        started.incrementAndGet();
        read(chart);
      }
      return content.charts().getOrDefault(chart, List.of());
    } finally {
      oneRead.unlock();
    }
  }

  /** Returns whether the last request answers for the chart; throws if it found no server. */
  private boolean isAnswered(String chart) throws RemoteException {
    if (failure.isPresent() && failure.get().code() == SourceFailure.REMOTE_UNREACHABLE) {
      throw new RemoteException(
          SourceFailure.REMOTE_UNREACHABLE, String.valueOf(failure.get().getMessage()));
    }
    return failure.isEmpty() && content.charts().containsKey(chart);
  }

  /** Returns the size of the entries in characters. */
  long size() {
    return content.charts().values().stream()
        .flatMap(List::stream)
        .mapToLong(entry -> ENTRY + entry.version().length() + entry.url().length())
        .sum();
  }

  private void read(String chart) throws RemoteException {
    try {
      Files.createDirectories(directory);
      Path file = Files.createTempFile(directory, ".new-index-", ".yaml");
      try {
        read(chart, file);
        failure = Optional.empty();
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      RemoteException full =
          new RemoteException(
              SourceFailure.REMOTE_UNREACHABLE,
              "%s cannot be kept on disk (%s): check rights and space of the mirrors' directory"
                  .formatted(Downloads.shown(request.uri()), e.getClass().getSimpleName()));
      failure = Optional.of(full);
      throw full;
    } catch (RemoteException e) {
      failure = Optional.of(e);
      throw e;
    }
  }

  private void read(String chart, Path file) throws RemoteException, IOException {
    Map<String, String> conditions =
        content.charts().containsKey(chart) ? content.validators() : Map.of();
    Downloads.Response<Path> response = downloads.send(request.with(conditions), file);
    if (response.status() == 304 && !conditions.isEmpty()) {
      return;
    }
    content = new Content(parsed(response.required(), chart), Validators.of(response.headers()));
  }

  private Map<String, List<ChartIndex.Entry>> parsed(Path file, String chart)
      throws RemoteException, IOException {
    Instant idle = clock.instant().minus(FOLLOWED);
    asked.values().removeIf(idle::isAfter);
    Set<String> charts = Set.copyOf(asked.keySet());
    int size = (int) Math.min(MAX >> 20, 1 + (Files.size(file) >> 20));
    PARSED.acquireUninterruptibly(size);
    try {
      String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
      try {
        return entries(text, charts);
      } catch (RemoteException e) {
        return entries(text, Set.of(chart)); // another chart's entries may be what is wrong
      }
    } finally {
      PARSED.release(size);
    }
  }

  private Map<String, List<ChartIndex.Entry>> entries(String text, Set<String> charts)
      throws RemoteException {
    return ChartIndex.entries(text, Downloads.shown(request.uri()), charts);
  }
}
