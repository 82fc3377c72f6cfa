package dev.sluice.dispatcher.partition;

import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.inputs.git.FetchOutcome;
import dev.sluice.inputs.git.Mirrors;
import dev.sluice.platform.process.FatalErrors;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lookup of the commits that commands restore, before the commands are accepted. The partition's
 * thread never reads Git, so the result is an input of its own.
 */
final class RestoreChecks implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(RestoreChecks.class);

  private final Mirrors mirrors;
  private final Consumer<PartitionInput> inputs;
  private final Duration limit;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /**
   * Creates the lookup.
   *
   * @param limit of the time that one lookup takes, since later commands to the application wait
   */
  RestoreChecks(Mirrors mirrors, Consumer<PartitionInput> inputs, Duration limit) {
    this.mirrors = mirrors;
    this.inputs = inputs;
    this.limit = limit;
  }

  /** Looks up a commit of an application's source, and fetches the source if it is not there. */
  void start(ApplicationName application, SourceSpec source, CommitId commit) {
    var unused =
        CompletableFuture.supplyAsync(() -> objection(source, commit), threads)
            .completeOnTimeout(
                Optional.of(
                    "the commit %s of %s is not known here, and the repository cannot be read now: it did not answer within %d s; give the command again later"
                        .formatted(commit, source.repository(), limit.toSeconds())),
                limit.toMillis(),
                TimeUnit.MILLISECONDS)
            .thenAccept(
                objection ->
                    inputs.accept(new PartitionInput.CommitLookedUp(application, objection)));
  }

  private Optional<String> objection(SourceSpec source, CommitId commit) {
    try {
      if (mirrors.has(source.repository(), commit)) {
        return Optional.empty();
      }
      FetchOutcome fetched = mirrors.fetch(source, source.ref(), Optional.empty());
      if (mirrors.has(source.repository(), commit)) {
        return Optional.empty();
      }
      return Optional.of(
          fetched instanceof FetchOutcome.Failed failed
              ? "the commit %s of %s is not known here, and the repository cannot be read: %s"
                  .formatted(commit, source.repository(), failed.reason())
              : "%s has no commit %s on %s: sluice history shows the commits that were sent"
                  .formatted(source.repository(), commit, source.ref()));
    } catch (RuntimeException | Error e) {
      FatalErrors.check(e);
      // every command is answered: the ones behind it wait for it
      log.atWarn().setCause(e).log("the commit of a command cannot be looked up");
      return Optional.of(
          "the commit %s of %s cannot be looked up (%s); the dispatcher's log says why"
              .formatted(commit, source.repository(), e.getClass().getSimpleName()));
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
