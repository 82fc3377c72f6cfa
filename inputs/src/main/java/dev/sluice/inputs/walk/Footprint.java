package dev.sluice.inputs.walk;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The paths that the result of a resolution depends on: as long as none of them changes, the result
 * is the same.
 *
 * @param present paths that were looked up and exist
 * @param absent paths that were looked up and do not exist
 * @param watched directories whose whole content matters, recursively; the root is the empty path
 */
public record Footprint(Set<String> present, Set<String> absent, Set<String> watched) {
  public Footprint {
    present = Set.copyOf(present);
    absent = Set.copyOf(absent);
    watched = Set.copyOf(watched);
  }

  /** Returns the union of several footprints. */
  public static Footprint union(List<Footprint> footprints) {
    Set<Footprint> distinct = new HashSet<>(footprints);
    if (distinct.size() == 1) {
      return footprints.getFirst();
    }
    Set<String> present = new HashSet<>();
    Set<String> absent = new HashSet<>();
    Set<String> watched = new HashSet<>();
    for (Footprint footprint : distinct) {
      present.addAll(footprint.present());
      absent.addAll(footprint.absent());
      watched.addAll(footprint.watched());
    }
    return new Footprint(present, absent, watched);
  }

  /** Returns whether a change of this path requires resolving again. */
  public boolean covers(String path) {
    if (present.contains(path) || absent.contains(path) || watched.contains("")) {
      return true;
    }
    for (String above = path; !above.isEmpty(); above = parent(above)) {
      if (watched.contains(above) || absent.contains(above)) {
        return true;
      }
    }
    return false;
  }

  private static String parent(String path) {
    return path.substring(0, Math.max(0, path.lastIndexOf('/')));
  }
}
