package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.partition.RetryTiming;
import dev.sluice.inputs.git.Mirrors;
import dev.sluice.platform.kafka.KafkaConnection;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;

/**
 * The way in which a leader follows the fleet.
 *
 * @param mirrors where a fleet in a Git repository, and what generators read, are fetched to
 * @param timing of fetches
 */
public record FleetFollowing(FleetConfig config, Mirrors mirrors, RetryTiming timing) {

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
