package dev.sluice.inputs.helm;

import dev.sluice.inputs.git.SourceTree;
import dev.sluice.inputs.walk.RefusedException;
import dev.sluice.inputs.walk.ResolvedPath;
import dev.sluice.inputs.walk.Walk;
import java.util.regex.Pattern;

/**
 * Puts charts of elsewhere, as far as the policy allows them, to where they would be if they were
 * committed. Only exact versions are taken: what a range means may change at any time.
 */
public final class RemoteCharts {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

  /** Semantic versioning 2.0.0, with the 'v' in front that some charts have. */
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
   * Whether the policy allows charts of this repository.
   *
   * @param url as the chart or kustomization says
   */
  public boolean areAllowed(String url) {
    return walk.remoteAccess().allowsCharts(url);
  }

  /**
   * Gets a chart.
   *
   * @param directory that the place is seen from
   * @param place where nothing may be yet: a directory to put it into, and the path from there
   * @param what names the chart in refusals
   * @return where it is now
   */
  public ResolvedPath put(String directory, Place place, Origin origin, String what) {
    if (!NAME.matcher(origin.name()).matches()) {
      throw new RefusedException(
          "InvalidName", "%s has a name that no chart has: correct it".formatted(what));
    }
    SourceTree chart =
        walk.remoteAccess().chart(origin.repository(), origin.name(), origin.version(), what);
    return walk.graftChart(directory, place.within(), place.path(), chart, what);
  }

  public record Place(String within, String path) {}

  /**
   * A chart of elsewhere.
   *
   * @param repository its URL, which the policy allows
   * @param version exact
   */
  public record Origin(String repository, String name, String version) {}
}
