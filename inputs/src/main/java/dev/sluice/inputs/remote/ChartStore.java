package dev.sluice.inputs.remote;

import dev.sluice.inputs.walk.RemoteException;
import dev.sluice.inputs.walk.Remotes;
import java.io.IOException;
import java.lang.ref.SoftReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The archives of downloaded charts on disk, for good: each in a directory of its own, named by its
 * digest, so that one which was damaged is noticed and got anew. Safe for concurrent use, by
 * several processes too.
 */
final class ChartStore {

  private static final String SUFFIX = ".tgz";

  private final Path directory;
  private final Map<ChartId, SoftReference<ChartFiles>> unpacked = new ConcurrentHashMap<>();

  /** A store in a directory, which is made when something is put there. */
  ChartStore(Path directory) {
    this.directory = directory;
  }

  /** The files of a chart; empty if it is not here. */
  Optional<ChartFiles> find(ChartId chart) {
    SoftReference<ChartFiles> known = unpacked.get(chart);
    Optional<ChartFiles> files =
        known == null ? Optional.empty() : Optional.ofNullable(known.get());
    return files.or(() -> read(chart).map(read -> remembered(chart, read)));
  }

  /**
   * Keeps an archive.
   *
   * @throws RemoteException if it is not that chart, and nothing is kept then; or there is no room
   */
  void put(ChartId chart, byte[] archive) throws RemoteException {
    ChartFiles files = ChartArchive.unpack(archive, chart);
    Path place = directory.resolve(chart.directory());
    try {
      Files.createDirectories(place);
      Path written = Files.createTempFile(place, "new-", "");
      try {
        Files.write(written, archive);
        Files.move(
            written,
            place.resolve(Sha256.of(archive) + SUFFIX),
            StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(written);
      }
    } catch (IOException e) {
      throw new RemoteException(
          Remotes.UNREACHABLE,
          "the dispatcher cannot keep %s on its disk (%s): check rights and space of its mirrors' directory"
              .formatted(chart, e.getClass().getSimpleName()));
    }
    remembered(chart, files);
  }

  private ChartFiles remembered(ChartId chart, ChartFiles files) {
    unpacked.put(chart, new SoftReference<>(files));
    return files;
  }

  private Optional<ChartFiles> read(ChartId chart) {
    for (Path file : archives(directory.resolve(chart.directory()))) {
      try {
        byte[] archive = Files.readAllBytes(file);
        if (file.getFileName().toString().equals(Sha256.of(archive) + SUFFIX)) {
          return Optional.of(ChartArchive.unpack(archive, chart));
        }
        Files.delete(file);
      } catch (IOException | RemoteException e) {
        // it is got anew
      }
    }
    return Optional.empty();
  }

  private static List<Path> archives(Path place) {
    try (Stream<Path> files = Files.list(place)) {
      return files.filter(file -> file.getFileName().toString().endsWith(SUFFIX)).sorted().toList();
    } catch (IOException e) {
      return List.of();
    }
  }
}
