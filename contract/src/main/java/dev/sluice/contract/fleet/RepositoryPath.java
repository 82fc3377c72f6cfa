package dev.sluice.contract.fleet;

import java.util.ArrayList;
import java.util.List;

/** Paths below a repository's root, in the one form that definitions use. */
public final class RepositoryPath {

  private RepositoryPath() {}

  /**
   * Without '.', doubled, leading or trailing '/'; empty for the root.
   *
   * @throws IllegalArgumentException if it leads out of the repository or is not a relative path
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
