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
 * Keeps all mirrors together within their limit: removes those that have not been used for the
 * longest. What is followed is used at each sweep, so these are of repositories that the fleet has
 * left. Of one thread.
 */
final class MirrorEviction {

  /** Takes a mirror out of use before its directory goes. */
  interface Closing {
    void close(Path mirror);
  }

  private static final Logger log = LoggerFactory.getLogger(MirrorEviction.class);

  /** What is used is never removed, however large it is. */
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
   * Removes what has to go.
   *
   * @return the bytes that are left
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
            .log("removing a mirror that is not used: all together take more than they may");
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
