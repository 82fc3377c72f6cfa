package dev.sluice.inputs.git;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.name.RepositoryId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The open mirrors of a process and the disk space that they use: opens mirrors at first use,
 * collects their garbage, and evicts unused ones. Safe for concurrent use.
 */
final class OpenMirrors implements AutoCloseable {

  private final MirrorDirectory directory;
  private final Optional<MirrorBudget> budget;
  private final Clock clock;
  private final Logins logins;
  private final Artifacts artifacts;
  private final LargeFiles largeFiles;
  private final PackCollection packs = new PackCollection();
  private final Map<RepositoryId, Mirror> mirrors = new ConcurrentHashMap<>();

  OpenMirrors(Path directory, MirrorLimits limits, Artifacts artifacts, Clock clock) {
    this.directory = new MirrorDirectory(directory, limits.each());
    this.clock = clock;
    this.artifacts = artifacts;
    this.logins = new Logins(clock);
    this.largeFiles = new LargeFiles(this, logins, limits.each());
    this.budget =
        limits
            .all()
            .map(
                most ->
                    new MirrorBudget(
                        new MirrorEviction(this.directory.path(), most, clock, this::forget),
                        most,
                        packs::execute,
                        clock));
  }

  /** Returns the files of Git LFS in the mirrors. */
  LargeFiles largeFiles() {
    return largeFiles;
  }

  Path directoryOf(RepositoryId repository) {
    return directory.of(repository);
  }

  /** Returns the error of a mirror that cannot be read. */
  MirrorException broken(RepositoryId repository, IOException cause) {
    return new MirrorException(
        "the mirror of %s in %s cannot be used: delete that directory and it is fetched again"
            .formatted(repository, directory.of(repository)),
        cause);
  }

  /** Returns the mirror of a repository; creates an empty one if it does not exist. */
  Mirror open(RepositoryId repository) {
    Mirror mirror =
        mirrors.computeIfAbsent(repository, id -> directory.open(id, logins, artifacts, clock));
    budget.ifPresent(space -> space.use(directory.of(repository)));
    return mirror;
  }

  /** Returns the mirror of a repository if it exists. */
  Optional<Mirror> existing(RepositoryId repository) {
    return mirrors.containsKey(repository) || directory.has(repository)
        ? Optional.of(open(repository))
        : Optional.empty();
  }

  /** Returns a failure if the repository has no mirror and there is no space for another one. */
  Optional<FetchOutcome.Failed> noSpace(RepositoryId repository) {
    return budget
        .filter(_ -> !directory.has(repository))
        .flatMap(MirrorBudget::exceeded)
        .map(
            reason ->
                new FetchOutcome.Failed(
                    SourceFailure.MIRROR_FULL,
                    "cannot fetch %s: %s".formatted(repository, reason),
                    /* retryable= */ true));
  }

  /** Schedules garbage collection and eviction where they are due. */
  void afterFetch(RepositoryId repository, Mirror mirror) {
    packs.collectIfMany(repository, mirror);
    budget.ifPresent(MirrorBudget::evictIfDue);
  }

  private void forget(Path evicted) {
    for (RepositoryId id : mirrors.keySet()) {
      if (directory.of(id).equals(evicted)) {
        mirrors.computeIfPresent(
            id,
            (_, mirror) -> {
              mirror.repository().close();
              return null;
            });
      }
    }
  }

  @Override
  public void close() {
    packs.close();
    artifacts.close();
    mirrors.values().forEach(mirror -> mirror.repository().close());
  }
}
