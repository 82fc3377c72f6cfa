package dev.sluice.dispatcher.fleet;

import java.nio.file.Path;
import java.util.Optional;

/** Watch of a directory by the names, sizes and times of its files. */
final class DirectoryFeed implements FleetFeed {

  private final Path directory;
  private Optional<DirectoryStamp> last = Optional.empty();

  DirectoryFeed(Path directory) {
    this.directory = directory;
  }

  @Override
  public Optional<Found> next() {
    Optional<DirectoryStamp> now = Optional.of(DirectoryStamp.of(directory));
    if (now.equals(last)) {
      return Optional.empty();
    }
    last = now;
    return Optional.of(new Found.Documents(new DirectoryInput(directory)));
  }

  /** Does nothing: the same files would fail again, each second. */
  @Override
  public void repeat() {}

  @Override
  public void close() {}
}
