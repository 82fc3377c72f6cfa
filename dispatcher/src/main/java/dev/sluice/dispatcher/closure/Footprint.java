package dev.sluice.dispatcher.closure;

import java.util.Set;

/**
 * All that a resolution looked at. While none of this changes, resolving again gives the same.
 *
 * @param present paths of files, links and whatever else was found at a path
 * @param absent paths at which something was looked for and nothing found
 * @param watched directories whose whole listing matters, recursively; the root is the empty path
 */
public record Footprint(Set<String> present, Set<String> absent, Set<String> watched) {
  public Footprint {
    present = Set.copyOf(present);
    absent = Set.copyOf(absent);
    watched = Set.copyOf(watched);
  }
}
