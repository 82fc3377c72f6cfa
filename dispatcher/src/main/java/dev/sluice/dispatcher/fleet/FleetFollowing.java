package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.partition.RetryTiming;
import dev.sluice.inputs.git.FileCommit;
import dev.sluice.inputs.git.Mirrors;
import dev.sluice.platform.kafka.KafkaConnection;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way in which a leader follows the fleet.
 *
 * @param mirrors where a fleet in a Git repository, and what generators read, are fetched to
 * @param timing of fetches
 */
public record FleetFollowing(FleetConfig config, Mirrors mirrors, RetryTiming timing) {

  private static final Logger log = LoggerFactory.getLogger(FleetFollowing.class);

  String location() {
    return config.location().toString();
  }

  /** Returns the repository of a fleet in Git. */
  Optional<RepositoryId> repository() {
    return config.followed();
  }

  boolean isStrict() {
    return config.validation() == FleetValidation.STRICT;
  }

  /** Creates the watches of what generators read. */
  GeneratorWatches generators(KafkaConnection connection, Clock clock) {
    return new GeneratorWatches(mirrors, timing, FleetPushes.open(connection, Set.of()), clock);
  }

  /**
   * Returns the newest commits that changed files or directories of a repository that generators
   * read; none if its mirror cannot be read.
   */
  Map<String, FileCommit> commits(RepositoryId repository, CommitId commit, Set<String> paths) {
    try {
      return mirrors.commits(repository, commit, paths);
    } catch (RuntimeException e) {
      // the definitions are as valid as without it
      log.atWarn()
          .addKeyValue("repository", repository)
          .setCause(e)
          .log("the commits that generators read cannot be described, so changes name no author");
      return Map.of();
    }
  }

  /** Starts to watch the fleet. */
  FleetFeed start(KafkaConnection connection, Clock clock) {
    return switch (config.location()) {
      case FleetLocation.Directory(var path) -> new DirectoryFeed(path);
      case FleetLocation.InGit git -> {
        RemotePolicy.Base repository = config.repository(git);
        yield GitFeed.start(
            git,
            repository,
            mirrors,
            timing,
            FleetPushes.open(connection, Set.of(repository.repository())),
            clock);
      }
    };
  }
}
