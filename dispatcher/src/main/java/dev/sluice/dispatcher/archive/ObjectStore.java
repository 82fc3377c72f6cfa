package dev.sluice.dispatcher.archive;

import java.util.Optional;

/**
 * A store of immutable objects by key. Safe for use by several threads and processes at once. All
 * methods throw {@link ArchiveException.Unavailable} if the store fails.
 */
interface ObjectStore extends AutoCloseable {

  /** The largest object. A target and its manifest are much smaller. */
  int MAX_OBJECT_BYTES = 128 * 1024 * 1024;

  /**
   * Stores an object durably unless the key has one. Of several callers at the same time, one
   * stores its object.
   *
   * @return whether this call has stored it
   */
  boolean putIfAbsent(ObjectKey key, byte[] content);

  /**
   * Returns an object; empty if there is none.
   *
   * @throws ArchiveException.Damaged if it is larger than {@link #MAX_OBJECT_BYTES}
   */
  Optional<byte[]> get(ObjectKey key);

  /** Returns whether there is an object, stored durably. */
  boolean exists(ObjectKey key);

  /** Returns where the objects are, for messages; without secrets. */
  @Override
  String toString();

  @Override
  void close();
}
