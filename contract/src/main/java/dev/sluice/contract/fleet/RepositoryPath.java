package dev.sluice.contract.fleet;

import java.util.ArrayList;
import java.util.List;

/** Normalises paths below a repository's root. */
public final class RepositoryPath {

  private RepositoryPath() {}

  /**
   * Returns the path without '.' and without doubled, leading or trailing '/'; empty for the root.
   *
   * @throws IllegalArgumentException if the path is outside of the repository or not relative
   */
  public static String of(String text) {
    if (text.startsWith("/") || text.chars().anyMatch(c -> c < ' ' || c == '\\')) {
      throw new IllegalArgumentException("must be a relative path with '/' between its parts");
    }
    List<String> parts = new ArrayList<>();
    for (String part : text.split("/", -1)) {
      if (part.equals("..")) {
        throw new IllegalArgumentException("must stay inside the repository: '..' is not allowed");
      }
      if (!part.isEmpty() && !part.equals(".")) {
        parts.add(part);
      }
    }
    return String.join("/", parts);
  }
}
