package dev.sluice.dispatcher.archive;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Keys of objects that a store was seen to have, the last ones of them. Thread-safe. */
final class KnownKeys {

  /** About 4 MiB. */
  private static final int MOST = 20_000;

  private final Set<ObjectKey> keys =
      Collections.synchronizedSet(
          Collections.newSetFromMap(
              new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<ObjectKey, Boolean> eldest) {
                  return size() > MOST;
                }
              }));

  /** Records that the store has an object. */
  void add(ObjectKey key) {
    keys.add(key);
  }

  /** Returns whether the store is known to have an object. */
  boolean has(ObjectKey key) {
    return keys.contains(key);
  }
}
