package dev.sluice.inputs.git;

import dev.sluice.contract.name.RepositoryId;
import dev.sluice.platform.process.FatalErrors;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Garbage collection of mirrors, one at a time in the background: every fetch adds a pack, and each
 * pack makes lookups slower.
 */
final class PackCollection implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(PackCollection.class);
  private static final long MANY = 100;

  private final ExecutorService background =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("mirror-gc").factory());

  /** Schedules a collection if there are many packs. Fetches and reads are not blocked. */
  void collectIfMany(RepositoryId id, Mirror mirror) {
    if (mirror.packs().getAndUpdate(packs -> packs >= MANY ? 0 : packs) >= MANY) {
      execute(() -> collect(id, mirror));
    }
  }

  /**
   * Runs work in the background, after the pending collections. A failure affects only this work.
   */
  void execute(Runnable work) {
    try {
      background.execute(() -> contained(work));
    } catch (RejectedExecutionException e) {
      // closed
    }
  }

  private static void contained(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException | Error e) {
      // the content of a repository can cause it, so it must not end the process
      FatalErrors.check(e);
      log.atError().setCause(e).log("background work on the mirrors failed; it is repeated later");
    }
  }

  private static void collect(RepositoryId id, Mirror mirror) {
    try (Git git = Git.wrap(mirror.repository())) {
      git.gc().call();
      log.atDebug().addKeyValue("repository", id).log("mirror repacked");
    } catch (GitAPIException e) {
      log.atWarn()
          .addKeyValue("repository", id)
          .setCause(e)
          .log("cannot repack the mirror; trying again after {} more fetches", MANY);
    }
  }

  @Override
  public void close() {
    background.shutdownNow();
  }
}
