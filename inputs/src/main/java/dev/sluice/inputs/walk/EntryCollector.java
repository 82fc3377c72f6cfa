package dev.sluice.inputs.walk;

import dev.sluice.contract.failure.SourceFailure;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Collects the entries of a closure within its limits. */
public final class EntryCollector {

  private final ClosureLimits limits;
  private final Map<String, ClosureEntry> entries = new TreeMap<>();
  private long bytes;

  EntryCollector(ClosureLimits limits) {
    this.limits = limits;
  }

  boolean has(String path) {
    return entries.containsKey(path);
  }

  void put(ClosureEntry entry, long size) {
    if (entries.putIfAbsent(entry.path(), entry) != null) {
      return;
    }
    bytes += size;
    if (entries.size() > limits.maxFiles()) {
      throw new RefusedException(
          SourceFailure.TOO_MANY_FILES,
          "the inputs are more than %d files ('%s' is one too many): split the application"
              .formatted(limits.maxFiles(), entry.path()));
    }
    if (bytes > limits.maxBytes()) {
      throw new RefusedException(
          SourceFailure.TOO_LARGE,
          "the inputs are larger than %d bytes (%d with '%s'): split the application"
              .formatted(limits.maxBytes(), bytes, entry.path()));
    }
  }

  public int size() {
    return entries.size();
  }

  /** Returns all entries, sorted by path. */
  public List<ClosureEntry> entries() {
    Map<String, String> byFoldedPath = new HashMap<>();
    for (String path : entries.keySet()) {
      String other = byFoldedPath.put(path.toLowerCase(Locale.ROOT), path);
      if (other != null) {
        throw new RefusedException(
            SourceFailure.CASE_COLLISION,
            "'%s' and '%s' differ only in upper and lower case, and one would overwrite the other on some machines: rename one"
                .formatted(other, path));
      }
    }
    return List.copyOf(entries.values());
  }
}
