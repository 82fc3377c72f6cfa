package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.dispatcher.partition.RetryTiming;
import dev.sluice.inputs.git.Mirrors;
import java.time.Clock;
import java.util.Optional;

/** Watch of a fleet in a Git repository. */
final class GitFeed implements FleetFeed {

  private static final RefWatch.Remedies REMEDIES =
      new RefWatch.Remedies(
          "correct --fleet",
          "--fleet-credentials or --fleet-github-app, or --fleet-ssh-key for a URL of SSH");

  private final FleetLocation.InGit location;
  private final RemotePolicy.Base repository;
  private final Mirrors mirrors;
  private final FleetPushes pushes;
  private final RefWatch watch;

  private GitFeed(
      FleetLocation.InGit location,
      RemotePolicy.Base repository,
      Mirrors mirrors,
      FleetPushes pushes,
      RefWatch watch) {
    this.location = location;
    this.repository = repository;
    this.mirrors = mirrors;
    this.pushes = pushes;
    this.watch = watch;
  }

  /**
   * Starts the watch.
   *
   * @param pushes are read from now on, and closed with the watch
   */
  static GitFeed start(
      FleetLocation.InGit location,
      RemotePolicy.Base repository,
      Mirrors mirrors,
      RetryTiming timing,
      FleetPushes pushes,
      Clock clock) {
    RefWatch watch = RefWatch.start(repository, location.ref(), REMEDIES, mirrors, timing, clock);
    return new GitFeed(location, repository, mirrors, pushes, watch);
  }

  @Override
  public Optional<Found> next() {
    pushes.read().forEach(watch::pushed);
    return watch.next().map(this::found);
  }

  private Found found(RefWatch.Seen seen) {
    return switch (seen) {
      case RefWatch.Seen.At at ->
          new Found.Documents(
              new GitInput(location, repository.repository(), at.ref(), at.head(), mirrors));
      case RefWatch.Seen.Unavailable(String reason, boolean retryable) ->
          new Found.Unavailable(reason, retryable);
    };
  }

  @Override
  public void repeat() {
    watch.repeat();
  }

  @Override
  public void close() {
    try (pushes) {
      watch.close();
    }
  }
}
