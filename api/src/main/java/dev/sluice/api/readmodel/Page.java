package dev.sluice.api.readmodel;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Page of a list.
 *
 * @param next the value of {@code after} for the next page; empty on the last page
 * @param knownSince the beginning of what is known, if earlier items are missing because of it
 */
public record Page<T>(List<T> items, Optional<String> next, Optional<KnownSince> knownSince) {

  public Page {
    items = List.copyOf(items);
  }

  /** Creates a page that lacks no items. */
  public Page(List<T> items, Optional<String> next) {
    this(items, next, Optional.empty());
  }

  /** Returns this page with the beginning of what is known. */
  public Page<T> knownSince(KnownSince beginning) {
    return new Page<>(items, next, Optional.of(beginning));
  }

  /**
   * Returns a page of a result that was queried with one more than the limit, which shows whether
   * there is a next page.
   */
  static <T> Page<T> of(List<T> found, int limit, Function<T, String> cursor) {
    if (found.size() <= limit) {
      return new Page<>(found, Optional.empty());
    }
    List<T> items = found.subList(0, limit);
    return new Page<>(items, Optional.of(cursor.apply(items.getLast())));
  }
}
