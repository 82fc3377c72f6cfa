package dev.sluice.dispatcher.archive;

import java.util.Optional;
import java.util.function.Predicate;

/** A store whose writes of some keys fail. */
final class FaultyStore implements ObjectStore {

  private final ObjectStore store;
  private volatile Predicate<String> broken = _ -> false;

  FaultyStore(ObjectStore store) {
    this.store = store;
  }

  /** Has writes of these keys fail from now on. */
  void breakFor(Predicate<String> keys) {
    broken = keys;
  }

  @Override
  public boolean putIfAbsent(ObjectKey key, byte[] content) {
    if (broken.test(key.value())) {
      throw new ArchiveException.Unavailable("the disk is full");
    }
    return store.putIfAbsent(key, content);
  }

  @Override
  public Optional<byte[]> get(ObjectKey key) {
    return store.get(key);
  }

  @Override
  public boolean exists(ObjectKey key) {
    return store.exists(key);
  }

  @Override
  public void close() {
    store.close();
  }
}
