package dev.sluice.inputs.remote;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.inputs.walk.RemoteException;
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
 * Permanent store of downloaded chart archives on disk. Each archive has a directory of its own and
 * is named by its digest, so that a damaged one is detected and downloaded again. Safe for
 * concurrent use, also by several processes.
 */
final class ChartStore {

  private static final String SUFFIX = ".tgz";

  private final Path directory;
  private final Map<ChartId, SoftReference<ChartFiles>> unpacked = new ConcurrentHashMap<>();

  /** Creates a store in a directory, which is created with the first archive. */
  ChartStore(Path directory) {
    this.directory = directory;
  }

  /** Returns the files of a chart; empty if the store does not have it. */
  Optional<ChartFiles> find(ChartId chart) {
    SoftReference<ChartFiles> known = unpacked.get(chart);
    Optional<ChartFiles> files =
        known == null ? Optional.empty() : Optional.ofNullable(known.get());
    return files.or(() -> read(chart).map(read -> remembered(chart, read)));
  }

  /**
   * Stores an archive.
   *
   * @throws RemoteException if it is not that chart, or it cannot be written
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
          SourceFailure.REMOTE_UNREACHABLE,
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
        // downloaded again
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
