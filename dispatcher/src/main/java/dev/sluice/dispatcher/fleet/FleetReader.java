package dev.sluice.dispatcher.fleet;

import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.name.GitRef;
import dev.sluice.dispatcher.generate.GeneratorTrees;
import dev.sluice.inputs.git.DefaultBranch;
import dev.sluice.inputs.git.FetchOutcome;
import dev.sluice.inputs.git.Mirrors;
import java.util.Optional;
import java.util.function.Function;

/** Reader of a fleet for commands that do not follow it. */
public final class FleetReader {

  private FleetReader() {}

  /**
   * Reads a fleet once; fetches it if it is in a Git repository.
   *
   * @param trees the repositories that generators read
   * @throws IllegalArgumentException if the repository, or the ref in it, cannot be read
   */
  public static FleetReading read(FleetConfig config, Mirrors mirrors, GeneratorTrees trees) {
    return fetched(config, mirrors).apply(trees);
  }

  /**
   * Returns a reader of one revision of a fleet, by the repositories that its generators read;
   * fetches it if it is in a Git repository.
   *
   * @throws IllegalArgumentException if the repository, or the ref in it, cannot be read
   */
  public static Function<GeneratorTrees, FleetReading> fetched(
      FleetConfig config, Mirrors mirrors) {
    return switch (config.location()) {
      case FleetLocation.Directory(var path) -> trees -> FleetLoader.read(path, trees);
      case FleetLocation.InGit git -> {
        FleetInput input = fetched(git, config.repository(git), mirrors);
        yield trees -> FleetLoader.read(input, trees);
      }
    };
  }

  private static FleetInput fetched(
      FleetLocation.InGit location, RemotePolicy.Base repository, Mirrors mirrors) {
    GitRef ref = location.ref().orElseGet(() -> defaultBranch(repository, mirrors));
    return switch (mirrors.fetch(repository, ref, Optional.empty())) {
      case FetchOutcome.At at ->
          new GitInput(location, repository.repository(), ref, at.head(), mirrors);
      case FetchOutcome.Gone _, FetchOutcome.NotYet _ ->
          throw new IllegalArgumentException(
              "the fleet in %s cannot be read: the repository has no ref %s"
                  .formatted(location, ref));
      case FetchOutcome.Failed failed -> throw failed(location.toString(), failed);
    };
  }

  private static GitRef defaultBranch(RemotePolicy.Base repository, Mirrors mirrors) {
    return switch (mirrors.defaultBranch(repository)) {
      case DefaultBranch.Named named -> named.ref();
      case DefaultBranch.Unknown unknown -> throw failed(repository.url(), unknown.failed());
    };
  }

  private static IllegalArgumentException failed(String location, FetchOutcome.Failed failed) {
    return new IllegalArgumentException(
        "the fleet in %s cannot be read: %s".formatted(location, failed.reason()));
  }
}
