package dev.sluice.inputs.git;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the total size of all mirrors within a limit by removing the least recently used ones.
 * Mirrors of repositories in the fleet are used at each poll, so the removed ones belong to
 * repositories that left the fleet. Not thread-safe.
 */
final class MirrorEviction {

  /** Closes a mirror before its directory is removed. */
  interface Closing {
    void close(Path mirror);
  }

  private static final Logger log = LoggerFactory.getLogger(MirrorEviction.class);

  /** The time without use after which a mirror may be removed. */
  static final Duration IDLE = Duration.ofHours(1);

  private static final String USED = "sluice-used";

  private final Path directory;
  private final long limit;
  private final Clock clock;
  private final Closing closing;

  private record Found(Path mirror, long bytes, Instant usedAt) {}

  MirrorEviction(Path directory, long limit, Clock clock, Closing closing) {
    this.directory = directory;
    this.limit = limit;
    this.clock = clock;
    this.closing = closing;
  }

  /** Records that a mirror is used. */
  static void use(Path mirror, Instant now) throws IOException {
    Path mark = mirror.resolve(USED);
    if (!Files.exists(mark)) {
      Files.createFile(mark);
    }
    Files.setLastModifiedTime(mark, FileTime.from(now));
  }

  /**
   * Removes unused mirrors until the limit is met.
   *
   * @return the size of the remaining mirrors in bytes
   */
  long evict() throws IOException {
    List<Found> all = new ArrayList<>();
    for (Path entry : LeftOvers.entries(directory)) {
      if (entry.getFileName().toString().endsWith(".git")) {
        all.add(new Found(entry, FileTree.bytes(entry), usedAt(entry)));
      }
    }
    all.sort(Comparator.comparing(Found::usedAt));
    long bytes = all.stream().mapToLong(Found::bytes).sum();
    Instant idle = clock.instant().minus(IDLE);
    for (Found each : all) {
      if (bytes > limit && each.usedAt().isBefore(idle)) {
        log.atInfo()
            .addKeyValue("mirror", each.mirror())
            .addKeyValue("bytes", each.bytes())
            .log("removing an unused mirror: the mirrors exceed mirror-budget");
        remove(each.mirror());
        bytes -= each.bytes();
      }
    }
    return bytes;
  }

  private void remove(Path mirror) throws IOException {
    closing.close(mirror);
    Path gone = mirror.resolveSibling(LeftOvers.GONE + UUID.randomUUID());
    Files.move(mirror, gone);
    FileTree.delete(gone);
  }

  private static Instant usedAt(Path mirror) throws IOException {
    Path mark = mirror.resolve(USED);
    return Files.getLastModifiedTime(Files.exists(mark) ? mark : mirror).toInstant();
  }
}
