package dev.sluice.worker.health;

import java.util.List;

/** Phrases of reasons. */
final class Words {

  private static final int MOST_NAMES = 3;

  private Words() {}

  /** Returns a phrase such as {@code 2 of 3 replicas are ready}. */
  static String share(long part, long whole, String noun, String state) {
    return "%d of %d %s %s %s"
        .formatted(
            part,
            whole,
            whole == 1 ? noun : noun + "s",
            part == 1 || whole == 1 ? "is" : "are",
            state);
  }

  /** Returns a phrase such as {@code 1 restart} or {@code 2 restarts}. */
  static String count(long count, String noun) {
    return "%d %s".formatted(count, count == 1 ? noun : noun + "s");
  }

  /** Returns the first names, and how many follow. */
  static String names(List<String> names) {
    String first = String.join(", ", names.subList(0, Math.min(names.size(), MOST_NAMES)));
    return names.size() <= MOST_NAMES
        ? first
        : "%s and %d more".formatted(first, names.size() - MOST_NAMES);
  }
}
