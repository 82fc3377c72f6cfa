package dev.sluice.inputs.helm;

import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.walk.RefusedException;
import dev.sluice.inputs.walk.ResolvedPath;
import dev.sluice.inputs.walk.Walk;
import java.util.regex.Pattern;

/**
 * Mounts remote charts that the policy allows where they would be if they were committed. Only
 * exact versions are accepted, because a range may select another version at any time.
 */
public final class RemoteCharts {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

  /** Semantic versioning 2.0.0, optionally with a leading 'v', which some charts have. */
  private static final Pattern EXACT =
      Pattern.compile(
          "(?=.{1,100}$)v?\\d+\\.\\d+\\.\\d+(-[0-9A-Za-z-]+(\\.[0-9A-Za-z-]+)*)?"
              + "(\\+[0-9A-Za-z-]+(\\.[0-9A-Za-z-]+)*)?");

  private final Walk walk;

  public RemoteCharts(Walk walk) {
    this.walk = walk;
  }

  public static boolean isExact(String version) {
    return EXACT.matcher(version).matches();
  }

  /**
   * Returns whether the policy allows charts of this repository.
   *
   * @param url the URL in the chart or kustomization
   */
  public boolean areAllowed(String url) {
    return walk.remoteAccess().allowsCharts(url);
  }

  /**
   * Downloads a chart and mounts it.
   *
   * @param directory the directory that the place is relative to
   * @param place the path at which to mount it, where nothing may exist
   * @param what a description of the chart, for refusals
   * @return the mounted chart's directory
   */
  public ResolvedPath put(String directory, Place place, Origin origin, String what) {
    if (!NAME.matcher(origin.name()).matches()) {
      throw new RefusedException(
          SourceFailure.INVALID_NAME,
          "%s has a name that no chart has: correct it".formatted(what));
    }
    SourceTree chart =
        walk.remoteAccess().chart(origin.repository(), origin.name(), origin.version(), what);
    return walk.graftChart(directory, place.within(), place.path(), chart, what);
  }

  public record Place(String within, String path) {}

  /**
   * A chart in a chart repository.
   *
   * @param repository the repository's URL, which the policy allows
   * @param version an exact version
   */
  public record Origin(String repository, String name, String version) {}
}
